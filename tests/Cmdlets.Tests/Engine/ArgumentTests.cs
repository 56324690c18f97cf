using System;
using System.Linq;
using System.Management.Automation;
using System.Net;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>Tests of argument binding with the module's transformations and validations.</summary>
public sealed class ArgumentTests : IDisposable
{
    private readonly FakeClient _client = new();
    private readonly HostedEngine _engine;

    public ArgumentTests() => _engine = new HostedEngine(_client);

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("30", 30)]
    [InlineData("0.5", 0.5)]
    [InlineData("'0.5'", 0.5)]
    [InlineData("00:01:30", 90)]
    [InlineData("([timespan]::FromMinutes(2))", 120)]
    [InlineData("(30 | ForEach-Object { $_ })", 30)]
    [InlineData("1kb", 1024)]
    public void Duration_IsReadAsSeconds(string argument, double seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds),
        _engine.Run($"Connect-CPThirdParty -Region eu-west-1 -Timeout {argument} -PassThru")
            .Single<ThirdPartySession>().Timeout);

    [Fact]
    public void Duration_CommaCulture_ReadAlike() => Assert.Equal(
        TimeSpan.FromSeconds(0.5),
        _engine.Run(
            """
            [cultureinfo]::CurrentCulture = 'de-DE'
            Connect-CPThirdParty -Region eu-west-1 -Timeout '0.5' -PassThru
            """).Single<ThirdPartySession>().Timeout);

    [Theory]
    [InlineData("Connect-CPThirdParty -Region eu-west-1 -Timeout soon", "'00:01:30'")]
    [InlineData("Connect-CPThirdParty -Region eu-west-1 -Timeout (-1)", "'00:01:30'")]
    [InlineData("Get-CPThirdPartyJob Tset/Contoso/1", "Source, Build, Deploy")]
    [InlineData("Get-CPThirdPartyJob @{ category = 'Test' }", "rovider")]
    [InlineData("Invoke-CPThirdPartyWorker Test/Contoso/1, Tset/Contoso/1 { }", "Source, Build, Deploy")]
    [InlineData("Get-CPThirdPartyJobDetail job-1 -SecretKey ''", "at least one character")]
    [InlineData("Get-CPThirdPartyJobDetail job-1 -Credential 7", "PSCredential")]
    [InlineData("Connect-CPThirdParty -Region eu-west-1 -ClientToken @{ a = $null }", "'a'")]
    [InlineData("Complete-CPThirdPartyJob job-1 -PercentComplete 101", "100")]
    [InlineData("Complete-CPThirdPartyJob job-1 -PercentComplete 1.5", "whole number")]
    [InlineData("Complete-CPThirdPartyJob job-1 -FailureMessage m -FailureType Broken", "PermissionError")]
    [InlineData("Complete-CPThirdPartyJob job-1 -FailureMessage m -FailureType JobFailed,PermissionError", "one type")]
    public void Argument_Invalid_ErrorHasRecommendedAction(string script, string recommendedAction)
    {
        EngineRun run = _engine.Run(script);

        Assert.StartsWith(
            "ParameterArgumentTransformationError,CodePipeline.ThirdParty.Commands.", run.Error.FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidData, run.Error.CategoryInfo.Category);
        Assert.Contains(recommendedAction, run.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Theory]
    [InlineData("Complete-CPThirdPartyJob job-1 -FailureMessage ''", "FailureMessage")]
    [InlineData("Complete-CPThirdPartyJob job-1 -ErrorRecord $null", "ErrorRecord")]
    [InlineData("Get-CPThirdPartyJob Test/Contoso/1 -MaxBatchSize 0", "MaxBatchSize")]
    [InlineData("Get-CPThirdPartyJobDetail ''", "JobId")]
    [InlineData("Invoke-CPThirdPartyWorker Test/Contoso/1 { } -ThrottleLimit 0", "ThrottleLimit")]
    [InlineData("Invoke-CPThirdPartyWorker Test/Contoso/1 { } -Recover Retry", "Rerun")]
    [InlineData("Invoke-CPThirdPartyWorker @() { }", "ActionType")]
    [InlineData("Start-CPThirdPartyEmulator -Port 65536", "65535")]
    public void Argument_OutsideLimits_RejectedBeforeCall(string script, string named)
    {
        EngineRun run = _engine.Run(script);

        Assert.StartsWith(
            "ParameterArgumentValidationError", run.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(named, run.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_client.Calls);
    }

    [Theory]
    [InlineData("'Test/Contoso/1'")]
    [InlineData("'category=Test,provider=Contoso,version=1'")]
    [InlineData("'{\"category\":\"Test\",\"provider\":\"Contoso\",\"version\":\"1\"}'")]
    [InlineData("@{ Category = 'test'; Provider = 'Contoso'; Version = 1 }")]
    [InlineData("([ordered]@{ category = 'Test'; provider = 'Contoso'; version = '1' })")]
    [InlineData("([pscustomobject]@{ category = 'Test'; owner = 'ThirdParty'; provider = 'Contoso'; version = 1 })")]
    [InlineData("$args[0]")]
    [InlineData("$args[0].PSObject.Copy()")]
    public void ActionType_OfEachForm_IsTheSame(string argument)
    {
        _engine.Run("Get-CPThirdPartyJob " + argument, FakeClient.Type).Single<ThirdPartyJob>();

        Assert.Equal((FakeClient.Type, (int?)null), Assert.Single(_client.Calls).Input);
    }

    [Fact]
    public void ActionTypes_OfAWorker_AreAListOfForms()
    {
        _engine.Run(
            """
            Invoke-CPThirdPartyWorker 'Test/Contoso/1', @{ category = 'Build'; provider = 'C'; version = 2 } { } -WhatIf
            """).All<object>();

        Assert.Contains(
            "jobs of Test/Contoso/1, Build/C/2 in us-east-1", Assert.Single(_engine.Host.Lines),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'typed-token'")]
    [InlineData("(ConvertTo-SecureString 'typed-token' -AsPlainText)")]
    [InlineData("([pscredential]::new('me', (ConvertTo-SecureString 'typed-token' -AsPlainText)))")]
    [InlineData("$args[0]")]
    [InlineData("@{ 'client-1' = 'typed-token' }")]
    [InlineData("{ param($ClientId) if ($ClientId -eq 'client-1') { 'typed-token' } }")]
    public void ClientToken_OfEachForm_IsSent(string argument)
    {
        _engine.Run(
            "Get-CPThirdPartyJobDetail job-1 -ClientId client-1 -ClientToken " + argument, new Secret("typed-token"))
            .Single<ThirdPartyJobDetail>();

        Assert.Equal("typed-token", Assert.Single(_client.Calls).Token);
    }

    [Theory]
    [InlineData("-ClientToken", "sentinel{0}")]
    [InlineData("-SecretKey", null)]
    [InlineData("-Credential", "sentinel")]
    public void Secret_Rejected_NotInError(string parameter, string? secret)
    {
        object argument = secret is null
            ? new[] { "sentinel", "sentinel" }
            : secret.Replace("{0}", new string('x', 249), StringComparison.Ordinal);

        EngineRun run = _engine.Run(
            $$"""
            $given = @{ {{parameter.TrimStart('-')}} = $args[0] }
            Get-CPThirdPartyJobDetail job-1 @given
            $Error[0] | Format-List * -Force | Out-String -Width 999
            $Error[0].Exception | Format-List * -Force | Out-String -Width 999
            """,
            argument);

        // The cmdlet reports a mask in a piped job and a mask that was typed.
        Assert.StartsWith(
            parameter == "-ClientToken" ? "InvalidInput," : "ParameterArgumentTransformationError,",
            run.Error.FullyQualifiedErrorId,
            StringComparison.Ordinal);
        Assert.Equal(2, run.Output.Count);
        Assert.DoesNotContain("sentinel", string.Concat(run.Output), StringComparison.Ordinal);
    }

    [Fact]
    public void Credential_OfAPSCredential_IsTheSessions()
    {
        var credential = new PSCredential("AK", new NetworkCredential(string.Empty, "SK").SecurePassword);

        _engine.Run("Connect-CPThirdParty mine -Region eu-west-1 -Credential $args[0]", credential).All<object>();

        Assert.Equal("AK", _engine.Sessions.Find("mine")!.Settings.Credential!.GetCredentials().AccessKey);
    }

    [Theory]
    [InlineData("-AccessKey AK -SecretKey SK -SessionToken ST")]
    [InlineData("-AK AK -SK SK -ST ST")]
    [InlineData("-AccessKey AK -SecretAccessKey SK -SessionToken ST")]
    public void AliasesOfAwsTools_AreTheParameters(string parameters)
    {
        _engine.Run($"Connect-CPThirdParty mine -RegionToCall eu-west-1 {parameters}").All<object>();

        Assert.Equal(
            ("eu-west-1", "AK", "SK", "ST"),
            (_engine.Sessions.Find("mine")!.Region, _engine.Sessions.Find("mine")!.Settings.AccessKey,
                _engine.Sessions.Find("mine")!.Settings.SecretKey!.Reveal(),
                _engine.Sessions.Find("mine")!.Settings.SessionToken!.Reveal()));
    }

    [Fact]
    public void VariablesOfAwsTools_AreReadFromTheScope()
    {
        _engine.Run(
            """
            $StoredAWSRegion = 'ap-south-1'
            $StoredAWSCredentials = [pscustomobject]@{ AccessKeyId = 'AK'; SecretAccessKey = 'SK' }
            Connect-CPThirdParty mine
            """).All<object>();

        ThirdPartySession session = _engine.Sessions.Find("mine")!;
        Assert.Equal(("ap-south-1", "AK"), (session.Region, session.Settings.Credential!.GetCredentials().AccessKey));
    }

    [Fact]
    public void Path_ResolvesFromCurrentLocation()
    {
        using var folder = new TempFolder();

        EngineRun run = _engine.Run(
            "Set-Location $args[0]; Connect-CPThirdParty -Region eu-west-1 -CaBundle none.pem", folder.PathOf("."));

        Assert.Contains(folder.PathOf("none.pem"), run.Error.ToString(), StringComparison.Ordinal);
    }
}
