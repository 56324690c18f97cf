using System;
using System.Collections;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

/// <summary>Emulators are visible to the whole process, so each test uses its own name.</summary>
public sealed class EmulatorCommandTests : IDisposable
{
    private readonly string _name = "emulator-" + Guid.NewGuid();

    public void Dispose() => new StopThirdPartyEmulatorCommand { Emulator = _name }.Run();

    [Fact]
    public void Start_EmitsRunningEmulator()
    {
        ThirdPartyEmulator emulator = Start();

        Assert.True(emulator.IsRunning);
        Assert.Same(emulator,
            Assert.Single(new GetThirdPartyEmulatorCommand { Name = _name.ToUpperInvariant() }.Run().Objects));
    }

    [Fact]
    public void Start_UnderATakenName_IsRefused()
    {
        Start();

        FakeHost host = new StartThirdPartyEmulatorCommand { Name = _name }.Run();

        Assert.Equal("EmulatorExists", Assert.Single(host.Errors).Id);
        Assert.Contains(_name, host.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_Declined_StartsNothing()
    {
        FakeHost host = new StartThirdPartyEmulatorCommand { Name = _name }.Run(new FakeHost { Agrees = false });

        Assert.Empty(host.Objects);
        Assert.Equal("EmulatorNotFound",
            Assert.Single(new GetThirdPartyEmulatorCommand { Name = _name }.Run().Errors).Id);
    }

    [Fact]
    public void Start_WithAWrongFaultPlan_IsRefused() => Assert.Equal(
        "InvalidInput",
        Assert.Single(new StartThirdPartyEmulatorCommand { Name = _name, Fault = "explode=1" }.Run().Errors).Id);

    [Fact]
    public void Start_WithAWrongActionType_IsRefused() => Assert.Equal(
        "InvalidInput",
        Assert.Single(new StartThirdPartyEmulatorCommand { Name = _name,
            ActionType = new object[] { "Tset/Contoso/1" } }
            .Run().Errors).Id);

    [Fact]
    public void NewJob_Count_AddsThatManyJobs()
    {
        ThirdPartyEmulator emulator = Start();

        FakeHost host = new NewThirdPartyEmulatorJobCommand
        {
            Emulator = emulator, ActionType = FakeClient.Type, Count = 3, ClientId = "client-1",
            ClientToken = new Secret("token-1"),
            Configuration = new Hashtable { ["Name"] = "web", ["Key"] = new Secret("hush"), ["Number"] = 7 },
            InputArtifact = new[] { "in" }, OutputArtifact = new[] { "out" },
        }.Run();

        EmulatedJob[] jobs = host.Objects.Cast<EmulatedJob>().ToArray();
        Assert.Equal(emulator.GetJobs().Select(job => job.JobId), jobs.Select(job => job.JobId));
        Assert.Equal(3, jobs.Length);
        Assert.All(jobs, job => Assert.Equal(("client-1", "token-1"), (job.ClientId, job.ClientToken.Reveal())));
        Assert.Equal(
            new[] { "hush", "web", "7" },
            new[] { jobs[0].Configuration["Key"], jobs[0].Configuration["Name"], jobs[0].Configuration["Number"] });
    }

    [Fact]
    public void NewJob_Files_StoresContentsForEachJob()
    {
        ThirdPartyEmulator emulator = Start();
        using var folder = new TempFolder();
        string file = folder.Write("file", "contents");

        FakeHost host = new NewThirdPartyEmulatorJobCommand
        {
            Emulator = emulator, ActionType = FakeClient.Type, Count = 2,
            InputArtifact = new object[]
            {
                "named",
                new System.Collections.Specialized.OrderedDictionary
                {
                    ["z"] = new FileInfo(file), ["a"] = new FileInfo(file), ["bytes"] = new byte[] { 1 },
                    ["none"] = null,
                },
            },
        }.Run();

        // The emulator now owns the contents.
        File.Delete(file);
        Assert.Empty(host.Errors);
        Assert.Equal(2, host.Objects.Count);
        foreach (EmulatedJob job in host.Objects.Cast<EmulatedJob>())
        {
            Assert.Equal(new[] { "named", "z", "a", "bytes", "none" }, job.InputArtifacts.Select(each => each.Name));
            Assert.Equal(
                new long?[] { null, 8, 8, 1, null },
                job.InputArtifacts.Select(each => emulator.FindObject(each.BucketName, each.ObjectKey)?.Length));
        }
    }

    [Fact]
    public void NewJob_MissingFile_AddsNoJob()
    {
        ThirdPartyEmulator emulator = Start();

        FakeHost host = new NewThirdPartyEmulatorJobCommand
        {
            Emulator = emulator, ActionType = FakeClient.Type,
            InputArtifact = new object[] { new Hashtable { ["In"] = "/nowhere/a.zip" } },
        }.Run();

        Assert.Equal("InvalidInput", Assert.Single(host.Errors).Id);
        Assert.Contains("/resolved//nowhere/a.zip", host.Errors[0].Message, StringComparison.Ordinal);
        Assert.Empty(emulator.GetJobs());
    }

    [Fact]
    public void NewJob_Declined_AddsNone()
    {
        ThirdPartyEmulator emulator = Start();

        new NewThirdPartyEmulatorJobCommand { Emulator = emulator, ActionType = FakeClient.Type }
            .Run(new FakeHost { Agrees = false });

        Assert.Empty(emulator.GetJobs());
    }

    [Fact]
    public void NewJob_OfNoEmulator_IsAnError() => Assert.Equal(
        "EmulatorNotFound",
        Assert.Single(new NewThirdPartyEmulatorJobCommand { Emulator = "none",
            ActionType = FakeClient.Type }.Run().Errors).Id);

    [Fact]
    public void GetJob_FindsByIdAndStatus()
    {
        ThirdPartyEmulator emulator = Start();
        EmulatedJob first = emulator.AddJob(new EmulatedJobRequest(FakeClient.Type));
        emulator.AddJob(new EmulatedJobRequest(FakeClient.Type) { Delay = TimeSpan.FromHours(1) });

        Assert.Equal(2, new GetThirdPartyEmulatorJobCommand { Emulator = emulator }.Run().Objects.Count);
        Assert.Equal(first.JobId, Assert.IsType<EmulatedJob>(Assert.Single(
            new GetThirdPartyEmulatorJobCommand { Emulator = emulator, Status = "queued" }.Run().Objects)).JobId);
        Assert.Equal(first.JobId, Assert.IsType<EmulatedJob>(Assert.Single(
            new GetThirdPartyEmulatorJobCommand { Emulator = emulator, JobId = first.JobId }.Run().Objects)).JobId);
    }

    [Fact]
    public void Stop_EndsTheEmulator()
    {
        ThirdPartyEmulator emulator = Start();

        new StopThirdPartyEmulatorCommand { Emulator = emulator }.Run();

        Assert.False(emulator.IsRunning);
        Assert.Equal("EmulatorNotFound",
            Assert.Single(new GetThirdPartyEmulatorCommand { Name = _name }.Run().Errors).Id);
    }

    [Fact]
    public void Stop_Declined_KeepsRunning()
    {
        ThirdPartyEmulator emulator = Start();

        new StopThirdPartyEmulatorCommand { Emulator = emulator }.Run(new FakeHost { Agrees = false });

        Assert.True(emulator.IsRunning);
    }

    private ThirdPartyEmulator Start() => Assert.IsType<ThirdPartyEmulator>(
        Assert.Single(new StartThirdPartyEmulatorCommand { Name = _name }.Run().Objects));
}
