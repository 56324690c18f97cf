using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Cmdlets.Tests.Metadata;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.State;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>Tests of -WhatIf and -Confirm through PowerShell.</summary>
public sealed class ShouldProcessTests : IDisposable
{
    private const int Yes = 0;
    private const int YesToAll = 1;
    private const int No = 2;
    private const int NoToAll = 3;

    private readonly EmulatedService _service = new();
    private readonly TempFolder _folder = new();
    private readonly FakeClient _client = new();
    private readonly HostedEngine _engine;

    public ShouldProcessTests() => _engine = new HostedEngine(_client);

    /// <summary>Each cmdlet that changes something: a call, its target and its action.</summary>
    /// <remarks>$args contains an emulator, a job with artifacts, a folder and an unused name.</remarks>
    public static TheoryData<string, string, string> Changes => new()
    {
        { "Confirm-CPThirdPartyJob job-1", "job job-1", "Claim (AcknowledgeThirdPartyJob)" },
        {
            "Complete-CPThirdPartyJob job-1 -PassThru", "job job-1",
            "Report success (PutThirdPartyJobSuccessResult)"
        },
        {
            "Complete-CPThirdPartyJob job-1 -FailureMessage no -PassThru", "job job-1",
            "Report failure JobFailed (PutThirdPartyJobFailureResult)"
        },
        {
            "Complete-CPThirdPartyJob job-1 -ContinuationToken c -PassThru", "job job-1",
            "Report that the work continues (PutThirdPartyJobSuccessResult)"
        },
        {
            "Set-Location $args[2]; "
                + "Invoke-CPThirdPartyWorker Test/Contoso/1 { } -MaxJobs 1 -LogPath log -JournalPath journal",
            "jobs of Test/Contoso/1 in us-east-1", "Poll for, claim, run and complete"
        },
        { "$args[1] | Save-CPThirdPartyJobArtifact $args[2]", "artifact 'In' of job ", "Save into " },
        { "$args[1] | Publish-CPThirdPartyJobArtifact $args[2]", "artifact 'Out' of job ", "Publish " },
        { "Disconnect-CPThirdParty", "session 'Default'", "Remove" },
        { "Start-CPThirdPartyEmulator $args[3]", "emulator 'emulator-", "Start" },
        { "Stop-CPThirdPartyEmulator -Emulator $args[0]", "emulator '", "Stop" },
        { "New-CPThirdPartyEmulatorJob Test/Contoso/1 -Emulator $args[0]", "emulator '", "Add 1 job of Test" },
    };

    public void Dispose()
    {
        _engine.Dispose();
        _service.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void WhatIf_DescribesActionAndDoesNothing(string script, string target, string action)
    {
        object[] arguments = Arguments();
        string before = State(arguments);

        EngineRun run = _engine.Run(script + " -WhatIf", arguments);

        Assert.Empty(run.All<object>());
        string line = Assert.Single(_engine.Host.Lines);
        Assert.StartsWith("What if: Performing the operation \"", line, StringComparison.Ordinal);
        Assert.Contains(target, line, StringComparison.Ordinal);
        Assert.Contains(action, line, StringComparison.Ordinal);
        Assert.Equal(before, State(arguments));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Confirm_AnsweredNo_DoesNothing(string script, string target, string action)
    {
        object[] arguments = Arguments();
        string before = State(arguments);
        _engine.Host.Answer = _ => No;

        EngineRun run = _engine.Run(script + " -Confirm", arguments);

        Assert.Empty(run.All<object>());
        string question = Assert.Single(_engine.Host.Questions);
        Assert.Contains(target, question, StringComparison.Ordinal);
        Assert.Contains(action, question, StringComparison.Ordinal);
        Assert.Equal(before, State(arguments));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Confirm_AnsweredYes_DoesIt(string script, string target, string action)
    {
        object[] arguments = Arguments();
        string before = State(arguments);
        _engine.Host.Answer = _ => Yes;

        _engine.Run(script + " -Confirm", arguments).All<object>();

        string question = Assert.Single(_engine.Host.Questions);
        Assert.Contains(target, question, StringComparison.Ordinal);
        Assert.Contains(action, question, StringComparison.Ordinal);
        Assert.NotEqual(before, State(arguments));
        _engine.Run("Get-CPThirdPartyEmulator $args[3] -ErrorAction Ignore | Stop-CPThirdPartyEmulator", arguments);
    }

    [Fact]
    public void ShouldProcessTable_CoversEachChangingCmdlet() => Assert.Equal(
        CommandMetadataTests.Types()
            .Where(command => new CommandMetadata(command).SupportsShouldProcess)
            .Select(CommandMetadataTests.NameOf).Order(StringComparer.Ordinal),
        Changes.Select(row => ((string)row[0]).Split(' ').First(word => word.Contains("-CP", StringComparison.Ordinal)))
            .Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(YesToAll, 1, 3)]
    [InlineData(NoToAll, 1, 0)]
    [InlineData(Yes, 3, 3)]
    [InlineData(No, 3, 0)]
    public void Confirm_ManyJobs_PromptsUntilYesToAll(int answer, int questions, int calls)
    {
        _engine.Host.Answer = _ => answer;

        _engine.Run("'a', 'b', 'c' | Confirm-CPThirdPartyJob -Nonce n -Confirm").All<ThirdPartyJob>();

        Assert.Equal((questions, calls), (_engine.Host.Questions.Count, _client.Calls.Count));
    }

    [Theory]
    [InlineData("$ConfirmPreference = 'Medium'; Confirm-CPThirdPartyJob job-1 -Nonce n", 1)]
    [InlineData("$ConfirmPreference = 'Medium'; Confirm-CPThirdPartyJob job-1 -Nonce n -Force", 0)]
    [InlineData("$ConfirmPreference = 'Medium'; Confirm-CPThirdPartyJob job-1 -Nonce n -Confirm:$false", 0)]
    [InlineData("Confirm-CPThirdPartyJob job-1 -Nonce n", 0)]
    public void Preference_AppliesWithoutParameter(string script, int questions)
    {
        _engine.Host.Answer = _ => Yes;

        _engine.Run(script).Single<ThirdPartyJob>();

        Assert.Equal(questions, _engine.Host.Questions.Count);
        Assert.Single(_client.Calls);
    }

    [Fact]
    public void WhatIfPreference_IsObeyed()
    {
        _engine.Run("$WhatIfPreference = $true; 'a', 'b' | Complete-CPThirdPartyJob").All<object>();

        Assert.Equal(2, _engine.Host.Lines.Count);
        Assert.Empty(_client.Calls);
    }

    private object[] Arguments() =>
        [_service.Emulator, _service.PolledJob(["Out"], "In"), _folder.PathOf("."), "emulator-" + Guid.NewGuid()];

    /// <summary>Everything that one of the cmdlets can change.</summary>
    private string State(object[] arguments) => string.Join(
        "; ",
        string.Join(", ", _client.Calls.Select(call => call.Operation)),
        string.Join(", ", _engine.Sessions.All().Select(session => session.Name)),
        string.Join(", ", Directory.GetFileSystemEntries(_folder.PathOf("."))),
        _service.Emulator.IsRunning,
        _service.Emulator.GetRequests().Count,
        _service.Emulator.GetJobs().Count,
        EmulatorRegistry.Find((string)arguments[3])?.Name);
}
