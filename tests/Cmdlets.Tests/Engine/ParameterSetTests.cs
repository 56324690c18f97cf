using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Cmdlets.Tests.Metadata;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>Tests of parameter set resolution in PowerShell.</summary>
public sealed class ParameterSetTests : IDisposable
{
    private const string Ambiguous = "AmbiguousParameterSet";

    private readonly FakeClient _client = new();
    private readonly HostedEngine _engine;

    public ParameterSetTests() => _engine = new HostedEngine(_client);

    public static TheoryData<string> Commands => new(CommandMetadataTests.Types().Select(CommandMetadataTests.NameOf));

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("", "Success")]
    [InlineData("-Summary s -ExternalExecutionId 7 -PercentComplete 50 -ContinuationToken c", "Success")]
    [InlineData("-Revision r -RevisionChangeIdentifier c -RevisionCreated 2026-01-31 -RevisionSummary s", "Success")]
    [InlineData("-FailureMessage m", "Failure")]
    [InlineData("-FailureMessage m -FailureType ConfigurationError -ExternalExecutionId 7", "Failure")]
    [InlineData("-ErrorRecord $record", "Failure")]
    [InlineData("-ErrorRecord $record -FailureType RevisionOutOfSync -ExternalExecutionId 7", "Failure")]
    public void CompleteJob_OneParameterSet_SendsResult(string parameters, string operation)
    {
        _engine.Run("try { throw 'x' } catch { $record = $_ }");

        _engine.Run("Complete-CPThirdPartyJob job-1 " + parameters).All<object>();

        Assert.Equal(operation, Assert.Single(_client.Calls).Operation);
    }

    [Theory]
    [InlineData("Complete-CPThirdPartyJob job-1 -Summary s -FailureMessage m", "InvalidInput")]
    [InlineData("Complete-CPThirdPartyJob job-1 -ContinuationToken c -FailureType JobFailed", "InvalidInput")]
    [InlineData("Complete-CPThirdPartyJob job-1 -PercentComplete 1 -ErrorRecord $record", "InvalidInput")]
    [InlineData("Complete-CPThirdPartyJob job-1 -FailureMessage m -ErrorRecord $record", Ambiguous)]
    [InlineData("Complete-CPThirdPartyJob job-1 -FailureType JobFailed", "InvalidInput")]
    [InlineData("New-CPThirdPartyJobOutcome -FailureMessage m -ErrorRecord $record", "InvalidInput")]
    [InlineData("Get-CPThirdPartyJob -ActionType Test/Contoso/1 -Owner ThirdParty", Ambiguous)]
    [InlineData("Invoke-CPThirdPartyWorker -Category Test -Provider C -Version 1 -FilePath f -Script { }", Ambiguous)]
    [InlineData("Connect-CPThirdParty -Emulator $args[0] -Anonymous", Ambiguous)]
    [InlineData("Connect-CPThirdParty -Emulator $args[0] -ClientTokenVault v", Ambiguous)]
    [InlineData("New-CPThirdPartyJobOutcome s -FailureMessage m", "InvalidInput")]
    [InlineData("Get-CPThirdPartyJob Test/Contoso/1 -Category Test", "PositionalParameterNotFound")]
    [InlineData("Invoke-CPThirdPartyWorker Test/Contoso/1 { } -FilePath f.ps1", "PositionalParameterNotFound")]
    [InlineData("Invoke-CPThirdPartyWorker Test/Contoso/1 { } -Owner AWS", "CannotConvertArgumentNoMessage")]
    [InlineData("$args[0] | Connect-CPThirdParty -UseFipsEndpoint", "InputObjectNotBound")]
    public void ParameterSets_Mixed_RejectedBeforeCall(string script, string id)
    {
        using var service = new EmulatedService();
        _engine.Run("try { throw 'x' } catch { $record = $_ }; $Error.Clear()");

        EngineRun run = _engine.Run(script, service.Emulator);

        Assert.StartsWith(
            id + ",CodePipeline.ThirdParty.Commands.", run.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidArgument, run.Error.CategoryInfo.Category);
        Assert.Empty(run.Output);
        Assert.Empty(_client.Calls);
        Assert.Single(_engine.Sessions.All());
    }

    [Theory]
    [InlineData("-Summary s -FailureMessage m", "-Summary and -FailureMessage cannot be used together.")]
    [InlineData("s -FailureMessage m", "-Summary and -FailureMessage cannot be used together.")]
    [InlineData("-PercentComplete 0 -FailureType JobFailed", "-PercentComplete and -FailureType cannot be used together.")]
    [InlineData("-ContinuationToken t -ErrorRecord $record", "-ContinuationToken and -ErrorRecord cannot be used together.")]
    [InlineData("-FailureMessage m -ErrorRecord $record", "-FailureMessage and -ErrorRecord cannot be used together.")]
    [InlineData("-FailureMessage ''", "-FailureMessage is empty.")]
    [InlineData("-FailureType JobFailed", "-FailureMessage is empty.")]
    public void Outcome_ContradictoryParameters_AreNamed(string parameters, string message)
    {
        _engine.Run("try { throw 'x' } catch { $record = $_ }; $Error.Clear()");

        EngineRun run = _engine.Run("New-CPThirdPartyJobOutcome " + parameters);

        Assert.StartsWith("InvalidInput,", run.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(message, run.Error.Exception.Message);
    }

    [Theory]
    [InlineData("", "Succeeded")]
    [InlineData("done", "Succeeded")]
    [InlineData("-ContinuationToken t", "Continued")]
    [InlineData("-FailureMessage m", "Failed")]
    [InlineData("-FailureMessage m -FailureType JobFailed -ExternalExecutionId e", "Failed")]
    [InlineData("-ErrorRecord $record", "Failed")]
    [InlineData("-ErrorRecord $record -FailureType JobFailed", "Failed")]
    public void Outcome_EachParameterSet_IsResolved(string parameters, string outcome)
    {
        _engine.Run("try { throw 'x' } catch { $record = $_ }; $Error.Clear()");

        Assert.Equal(
            outcome, _engine.Run("New-CPThirdPartyJobOutcome " + parameters).Single<ThirdPartyJobOutcome>().Outcome);
    }

    [Theory]
    [InlineData("Get-CPThirdPartyJob", "ActionType")]
    [InlineData("Get-CPThirdPartyJob -Category Test -Version 1", "Provider")]
    [InlineData("Get-CPThirdPartyJobDetail", "JobId")]
    [InlineData("Confirm-CPThirdPartyJob -Nonce n", "JobId")]
    [InlineData("Complete-CPThirdPartyJob -Summary s", "JobId")]
    [InlineData("Save-CPThirdPartyJobArtifact in", "JobId")]
    [InlineData("Publish-CPThirdPartyJobArtifact -JobId job-1", "Path")]
    [InlineData("Invoke-CPThirdPartyWorker Test/Contoso/1", "ScriptBlock")]
    [InlineData("New-CPThirdPartySkeleton", "Operation")]
    [InlineData("New-CPThirdPartyEmulatorJob", "ActionType")]
    public void MandatoryParameter_ThatIsMissing_IsNamed(string script, string parameter)
    {
        EngineRun run = _engine.Run(script);

        Assert.StartsWith("MissingMandatoryParameter,", run.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(parameter, run.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Theory]
    [InlineData("Test/Contoso/1")]
    [InlineData("-ActionTypeId Test/Contoso/1")]
    [InlineData("-Category Test -Provider Contoso -Version 1")]
    [InlineData("-Category Test -Owner ThirdParty -Provider Contoso -Version 1")]
    public void ActionType_OfEachSet_IsPolledFor(string parameters)
    {
        _engine.Run("Get-CPThirdPartyJob " + parameters).Single<ThirdPartyJob>();

        Assert.Equal((FakeClient.Type, (int?)null), Assert.Single(_client.Calls).Input);
    }

    [Theory]
    [InlineData("Test/Contoso/1 { }")]
    [InlineData("Test/Contoso/1 -FilePath deploy.ps1")]
    [InlineData("-ActionType Test/Contoso/1 -ScriptBlock { }")]
    [InlineData("-Category Test -Provider Contoso -Version 1 -ScriptBlock { }")]
    [InlineData("-Category Test -Provider Contoso -Version 1 -FilePath deploy.ps1")]
    public void Worker_EachParameterSet_ConfirmsActionType(string parameters)
    {
        _engine.Run($"Invoke-CPThirdPartyWorker {parameters} -WhatIf").All<object>();

        Assert.Contains("jobs of Test/Contoso/1", Assert.Single(_engine.Host.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("done", "Succeeded", "done")]
    [InlineData("-Summary done", "Succeeded", "done")]
    [InlineData("-ContinuationToken c", "Continued", null)]
    [InlineData("-FailureMessage broken", "Failed", "broken")]
    [InlineData("-ErrorRecord $record", "Failed", "thrown")]
    public void Outcome_OfEachSet_IsMade(string parameters, string outcome, string? message)
    {
        _engine.Run("try { throw 'thrown' } catch { $record = $_ }");

        ThirdPartyJobOutcome made =
            _engine.Run("New-CPThirdPartyJobOutcome " + parameters).Single<ThirdPartyJobOutcome>();

        Assert.Equal((outcome, message), (made.Outcome, made.Success?.Summary ?? made.Failure?.Message));
    }

    [Fact]
    public void Connect_ToAnEmulator_TakesSettingsBeside()
    {
        using var service = new EmulatedService();

        ThirdPartySession session = _engine.Run(
            "$args[0] | Connect-CPThirdParty mine -Timeout 7 -ClientToken one-token -PassThru", service.Emulator)
            .Single<ThirdPartySession>();

        Assert.Equal(
            ("mine", service.Emulator.Endpoint.AbsoluteUri, TimeSpan.FromSeconds(7)),
            (session.Name, session.EndpointUrl, session.Timeout!.Value));
    }

    [Fact]
    public void Outcome_FailureWithoutMessage_Rejected() => Assert.Equal(
        "InvalidInput,CodePipeline.ThirdParty.Commands.NewThirdPartyJobOutcomeCommand",
        _engine.Run("New-CPThirdPartyJobOutcome -FailureType JobFailed").Error.FullyQualifiedErrorId);

    /// <summary>Otherwise, a call with the mandatory parameters of two sets would resolve to neither.</summary>
    [Theory]
    [MemberData(nameof(Commands))]
    public void ParameterSets_ResolvedUnambiguously(string command)
    {
        CommandParameterSetInfo[] sets = _engine.Run($"(Get-Command {command}).ParameterSets")
            .All<CommandParameterSetInfo>().Where(set => !set.IsDefault).ToArray();

        Assert.All(
            sets.SelectMany(one => sets.Where(other => other != one), (one, other) => (one, other)),
            pair => Assert.NotEmpty(Mandatory(pair.one).Except(Names(pair.other))
                .Concat(Mandatory(pair.other).Except(Names(pair.one)))));
    }

    [Fact]
    public void Cmdlet_OfEachClass_IsKnownToTheEngine() => Assert.Equal(
        CommandMetadataTests.Types().Select(CommandMetadataTests.NameOf).Order(StringComparer.Ordinal),
        _engine.Run("Get-Command -Noun CPThirdParty* | ForEach-Object Name").All<string>()
            .Order(StringComparer.Ordinal));

    private static IEnumerable<string> Names(CommandParameterSetInfo set) =>
        set.Parameters.Select(parameter => parameter.Name);

    private static IEnumerable<string> Mandatory(CommandParameterSetInfo set) =>
        set.Parameters.Where(parameter => parameter.IsMandatory).Select(parameter => parameter.Name);
}
