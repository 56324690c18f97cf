using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.State;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>Tests of Tab completion through PowerShell.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly FakeClient _client = new();
    private readonly HostedEngine _engine;

    public CompletionTests() => _engine = new HostedEngine(_client);

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("Get-CPThirdPartyJob -Category ", "Source Build Deploy Test Invoke Approval Compute")]
    [InlineData("Get-CPThirdPartyJob -Category t", "Test")]
    [InlineData("Get-CPThirdPartyJob -Category 'T", "Test")]
    [InlineData("Get-CPThirdPartyJob -Category \"te", "Test")]
    [InlineData("Get-CPThirdPartyJob -Owner ", "ThirdParty")]
    [InlineData("Get-CPThirdPartyJob te", "Test/")]
    [InlineData("Get-CPThirdPartyJob -ActionTypeId de", "Deploy/")]
    [InlineData("Invoke-CPThirdPartyWorker de", "Deploy/")]
    [InlineData("Invoke-CPThirdPartyWorker -Recover ", "Fail Rerun")]
    [InlineData("Test-CPThirdPartyConnection -ActionType in", "Invoke/")]
    [InlineData("Connect-CPThirdParty -Region eu-central-", "eu-central-1 eu-central-2")]
    [InlineData("Connect-CPThirdParty -RetryMode a", "Adaptive")]
    [InlineData("Get-CPThirdPartyEmulatorJob -Status in", "InProgress")]
    [InlineData("New-CPThirdPartySkeleton ack", "AcknowledgeThirdPartyJob")]
    [InlineData("New-CPThirdPartySkeleton conf", "Confirm-CPThirdPartyJob")]
    [InlineData("Complete-CPThirdPartyJob job-1 -FailureMessage m -FailureType p", "PermissionError")]
    [InlineData("Get-CPThirdPartyJob -Category x", "")]
    public void Argument_IsCompletedFromItsList(string script, string expected) =>
        Assert.Equal(expected, string.Join(" ", Complete(script)));

    [Theory]
    [InlineData("Complete-CPThirdPartyJob -Fail", "-FailureMessage -FailureType")]
    [InlineData("Complete-CPThirdPartyJob -Summary s -Contin", "-ContinuationToken")]
    [InlineData("Get-CPThirdPartyJob -Act", "-ActionType")]
    [InlineData("Confirm-CPThirdPartyJob -What", "-WhatIf")]
    public void Parameter_IsCompletedWhereItsSetIsOpen(string script, string expected) =>
        Assert.Equal(expected, string.Join(" ", Complete(script)));

    [Fact]
    public void Parameter_ThatIsForNoUser_IsNotOffered()
    {
        string[] offered = Complete("Confirm-CPThirdPartyJob -");

        Assert.Contains("-Nonce", offered);
        Assert.Empty(offered.Intersect(["-InputObject", "-Force"]));
    }

    [Fact]
    public void ActionType_ThatWasPolledFor_ComesFirst()
    {
        _engine.Run("Get-CPThirdPartyJob Test/Contoso/1");

        Assert.Equal(new[] { "Test/Contoso/1", "Test/" }, Complete("Get-CPThirdPartyJob te"));
        using var other = new HostedEngine(_client);
        Assert.Equal(new[] { "Test/" }, Complete("Get-CPThirdPartyJob te", other));
    }

    [Theory]
    [InlineData("Get-CPThirdPartyJob Test/Contoso/1 -Session ")]
    [InlineData("Get-CPThirdPartySession ")]
    [InlineData("Disconnect-CPThirdParty ")]
    public void Session_CompletesFromRunspace(string script)
    {
        _engine.Run("Connect-CPThirdParty \"it's mine\" -Region eu-west-1");
        using var other = new HostedEngine();

        Assert.Equal(new[] { "Default", "'it''s mine'" }, Complete(script));
        Assert.Empty(Complete(script, other));
    }

    [Fact]
    public void CompletedName_IsReadAsThatName()
    {
        _engine.Run("Connect-CPThirdParty \"it's mine\" -Region eu-west-1");
        string completed = Complete("Get-CPThirdPartySession it").Single();

        Assert.Equal(
            "it's mine", _engine.Run("Get-CPThirdPartySession " + completed).Single<ThirdPartySession>().Name);
    }

    [Fact]
    public void Emulator_CompletesFromProcess()
    {
        using var service = new EmulatedService(new EmulatorOptions { Name = "emulator of " + Guid.NewGuid() });
        string name = service.Emulator.Name;
        EmulatorRegistry.Add(service.Emulator);

        Assert.Equal(new[] { $"'{name}'" }, Complete("Get-CPThirdPartyEmulator '" + name));
        Assert.Equal(new[] { $"'{name}'" }, Complete("Stop-CPThirdPartyEmulator -Emulator '" + name));
        EmulatorRegistry.Remove(service.Emulator);
    }

    [Fact]
    public void Completion_CallsNoService()
    {
        Complete("Get-CPThirdPartyJob ");
        Complete("Get-CPThirdPartyJobDetail ");
        Complete("Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail -Session ");

        Assert.Empty(_client.Calls);
    }

    private string[] Complete(string script, HostedEngine? engine = null)
    {
        CommandCompletion completion = (engine ?? _engine)
            .Run("TabExpansion2 $args[0] $args[0].Length", script).Single<CommandCompletion>();
        return Ours(completion).Select(match => match.CompletionText).ToArray();
    }

    /// <summary>Removes file names, which PowerShell offers when a completer returns nothing.</summary>
    private static IEnumerable<CompletionResult> Ours(CommandCompletion completion) =>
        completion.CompletionMatches.Where(match => match.ResultType
            is CompletionResultType.ParameterValue or CompletionResultType.ParameterName);
}
