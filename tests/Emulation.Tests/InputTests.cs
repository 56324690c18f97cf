using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>Tests the validation of options, jobs and clients.</summary>
public sealed class InputTests : IDisposable
{
    private readonly EmulatorHost _host = new();

    public static TheoryData<string, EmulatorOptions> WrongOptions => new()
    {
        { "Port", new EmulatorOptions { Port = -1 } },
        { "Port", new EmulatorOptions { Port = 65536 } },
        { "Region", new EmulatorOptions { Region = "us east" } },
        { "Region", new EmulatorOptions { Region = "" } },
        { "AccessKeyId", new EmulatorOptions { AccessKeyId = "a/b" } },
        { "LeaseTime", new EmulatorOptions { LeaseTime = TimeSpan.Zero } },
        { "JobTimeLimit", new EmulatorOptions { JobTimeLimit = TimeSpan.FromSeconds(-1) } },
        { "ContinuationDelay", new EmulatorOptions { ContinuationDelay = TimeSpan.FromTicks(-1) } },
        { "CredentialLifetime", new EmulatorOptions { CredentialLifetime = TimeSpan.Zero } },
        { "AllowedClockSkew", new EmulatorOptions { AllowedClockSkew = TimeSpan.MaxValue } },
        { "MaxBatchSize", new EmulatorOptions { MaxBatchSize = 0 } },
        { "Clock", new EmulatorOptions { Clock = null! } },
        { "ActionTypes", new EmulatorOptions { ActionTypes = [new ActionTypeId("Tst", "ThirdParty", "P", "1")] } },
    };

    public static TheoryData<string, EmulatedJobRequest> WrongJobs => new()
    {
        { "ActionType", new EmulatedJobRequest(new ActionTypeId("Test", "Nobody", "P", "1")) },
        { "ActionType", new EmulatedJobRequest(new ActionTypeId("Test", "ThirdParty", new string('p', 36), "1")) },
        { "JobId", new EmulatedJobRequest(EmulatorHost.Type) { JobId = "" } },
        { "JobId", new EmulatedJobRequest(EmulatorHost.Type) { JobId = new string('j', 513) } },
        { "JobId", new EmulatedJobRequest(EmulatorHost.Type) { JobId = "taken" } },
        { "ClientId", new EmulatedJobRequest(EmulatorHost.Type) { ClientId = "" } },
        { "ClientToken", new EmulatedJobRequest(EmulatorHost.Type) { ClientToken = new Secret(new string('t', 257)) } },
        { "ClientToken", new EmulatedJobRequest(EmulatorHost.Type) { ClientId = "known", ClientToken = new Secret(
            "other") } },
        { "Configuration", Configured("", "v") },
        { "Configuration", Configured(new string('k', 51), "v") },
        { "Configuration['k']", Configured("k", "") },
        { "Configuration['k']", Configured("k", new string('v', 1001)) },
        { "PipelineName", new EmulatedJobRequest(EmulatorHost.Type) { PipelineName = "a b" } },
        { "StageName", new EmulatedJobRequest(EmulatorHost.Type) { StageName = "" } },
        { "ActionName", new EmulatedJobRequest(EmulatorHost.Type) { ActionName = new string('a', 101) } },
        { "InputArtifacts", new EmulatedJobRequest(EmulatorHost.Type) { InputArtifacts = ["a.b"] } },
        { "OutputArtifacts", new EmulatedJobRequest(EmulatorHost.Type) { OutputArtifacts = ["a", "a"] } },
        { "EncryptionKeyId", new EmulatedJobRequest(EmulatorHost.Type) { EncryptionKeyId = new string('k', 401) } },
        { "ContinuationToken", new EmulatedJobRequest(EmulatorHost.Type) { ContinuationToken = new string(
            'c', 2049) } },
        { "TimeLimit", new EmulatedJobRequest(EmulatorHost.Type) { TimeLimit = TimeSpan.Zero } },
        { "Delay", new EmulatedJobRequest(EmulatorHost.Type) { Delay = TimeSpan.FromSeconds(-1) } },
    };

    public void Dispose() => _host.Dispose();

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public void Start_OptionOutOfRange_NamesOption(string name, EmulatorOptions options)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => ThirdPartyEmulator.Start(options));

        Assert.Equal(name, error.InputName);
        Assert.NotEmpty(error.RecommendedAction);
    }

    [Theory]
    [MemberData(nameof(WrongJobs))]
    public void AddJob_ValueOutOfRange_NamesValueAndAddsNothing(string name, EmulatedJobRequest request)
    {
        _host.AddJob("taken");
        _host.Emulator.AddClient("known");

        InvalidInputException error = Assert.Throws<InvalidInputException>(() => _host.Emulator.AddJob(request));

        Assert.Equal(name, error.InputName);
        Assert.Single(_host.Emulator.GetJobs());
        Assert.Equal(2, _host.Emulator.GetClients().Count);
    }

    [Fact]
    public void AddJob_ValuesAtLimits_AreAccepted()
    {
        EmulatedJob job = _host.Emulator.AddJob(new EmulatedJobRequest(
            new ActionTypeId("Compute", "Custom", new string('p', 35), new string('1', 9)))
        {
            JobId = new string('j', 512),
            ClientId = "customer-1",
            ClientToken = new Secret(new string('t', 256)),
            Configuration = new Dictionary<string, string> { [new string('k', 50)] = new string('v', 1000) },
            PipelineName = new string('P', 100),
            InputArtifacts = [new string('a', 100)],
            EncryptionKeyId = new string('e', 400),
            ContinuationToken = new string('c', 2048),
        });

        Assert.Equal("customer-1", job.ClientId);
        Assert.Equal($"{new string('P', 20)}/{new string('a', 10)}", job.InputArtifacts[0].ObjectKey[..31]);
    }

    [Fact]
    public void AddJob_WithoutClient_GeneratesClient()
    {
        EmulatedJob first = _host.AddJob();
        EmulatedJob second = _host.AddJob();

        Assert.NotEqual(first.ClientId, second.ClientId);
        Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", first.ClientId);
        Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", first.JobId);
        Assert.Equal(first.ClientToken, _host.Emulator.GetClients()[first.ClientId]);
    }

    [Fact]
    public void AddJob_ExistingClient_HasClientsToken()
    {
        EmulatedJob first = _host.AddJob();

        EmulatedJob second = _host.Emulator.AddJob(
            new EmulatedJobRequest(EmulatorHost.Type) { ClientId = first.ClientId });

        Assert.Equal(first.ClientToken.Reveal(), second.ClientToken.Reveal());
        Assert.Single(_host.Emulator.GetClients());
    }

    [Fact]
    public void AddJob_ConfigurationChangedLater_KeepsCopy()
    {
        Dictionary<string, string> configuration = new() { ["k"] = "v" };
        EmulatedJob job = _host.Emulator.AddJob(
            new EmulatedJobRequest(EmulatorHost.Type) { Configuration = configuration });

        configuration["k"] = "changed";

        Assert.Equal("v", _host.JobOf(job).Configuration["k"]);
    }

    [Fact]
    public async System.Threading.Tasks.Task AddClient_NewToken_AppliesToJobs()
    {
        EmulatedJob job = _host.AddJob();

        _host.Emulator.AddClient(job.ClientId, new Secret("rotated"));

        Assert.Equal("InvalidClientTokenException", (await _host.DetailsAsync(job)).Error);
        Assert.Equal(200, (await _host.DetailsAsync(_host.JobOf(job))).StatusCode);
    }

    [Fact]
    public void AddClient_Again_KeepsToken() =>
        Assert.Same(_host.Emulator.AddClient("c"), _host.Emulator.AddClient("c"));

    [Fact]
    public void FindJob_UnknownId_ReturnsNull() => Assert.Null(_host.Emulator.FindJob("nowhere"));

    [Fact]
    public void GetJobs_Order_IsOldestFirst()
    {
        string[] ids = [_host.AddJob("b").JobId, _host.AddJob("a").JobId, _host.AddJob("c").JobId];

        Assert.Equal(ids, _host.Emulator.GetJobs().Select(job => job.JobId));
    }

    private static EmulatedJobRequest Configured(string key, string value) =>
        new(EmulatorHost.Type) { Configuration = new Dictionary<string, string> { [key] = value } };
}
