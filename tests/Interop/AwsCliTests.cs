using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

public sealed class AwsCliTests : IDisposable
{
    private const string Type = "category=Test,owner=ThirdParty,provider=Contoso,version=1";

    private readonly ThirdPartyEmulator _emulator = ThirdPartyEmulator.Start(new EmulatorOptions());

    public void Dispose() => _emulator.Dispose();

    [ToolFact(Tool.Aws)]
    public async Task Cli_FiveOperations_CompleteJob()
    {
        string aws = await Tools.AwsAsync();
        EmulatedJob job = AddJob();

        using JsonDocument poll = await JsonAsync(
            aws, "poll-for-third-party-jobs", "--action-type-id", Type, "--max-batch-size", "5");
        JsonElement polled = Assert.Single(poll.RootElement.GetProperty("jobs").EnumerateArray());
        Assert.Equal(job.JobId, polled.GetProperty("jobId").GetString());
        Assert.Equal(job.ClientId, polled.GetProperty("clientId").GetString());

        using JsonDocument details = await JsonAsync(aws, "get-third-party-job-details", JobArguments(job));
        JsonElement data = details.RootElement.GetProperty("jobDetails").GetProperty("data");
        Assert.Equal(
            "V ü", data.GetProperty("actionConfiguration").GetProperty("configuration").GetProperty("K").GetString());
        Assert.Equal("In", data.GetProperty("inputArtifacts")[0].GetProperty("name").GetString());
        Assert.StartsWith(
            "ASIA",
            data.GetProperty("artifactCredentials").GetProperty("accessKeyId").GetString(),
            StringComparison.Ordinal);

        string nonce = details.RootElement.GetProperty("jobDetails").GetProperty("nonce").GetString()!;
        using JsonDocument status = await JsonAsync(
            aws, "acknowledge-third-party-job", [.. JobArguments(job), "--nonce", nonce]);
        Assert.Equal("InProgress", status.RootElement.GetProperty("status").GetString());

        ClientResult result = await RunAsync(
            aws,
            "put-third-party-job-success-result",
            [
                .. JobArguments(job),
                "--execution-details", "summary=fine,externalExecutionId=e-1,percentComplete=100",
                "--current-revision", "revision=r,changeIdentifier=c,created=2030-01-02T03:04:05Z,revisionSummary=s",
            ]);

        Assert.Equal((0, string.Empty), (result.ExitCode, result.Output));
        EmulatedJob done = _emulator.FindJob(job.JobId)!;
        Assert.Equal(
            (JobStatus.Succeeded, "fine", "e-1", 100),
            (done.Status, done.Summary, done.ExternalExecutionId, done.PercentComplete));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), done.RevisionCreated);
    }

    [ToolFact(Tool.Aws)]
    public async Task Cli_FailureResult_IsStored()
    {
        string aws = await Tools.AwsAsync();
        EmulatedJob job = AddJob();
        await RunAsync(aws, "acknowledge-third-party-job", [.. JobArguments(job), "--nonce", job.Nonce]);

        ClientResult result = await RunAsync(
            aws,
            "put-third-party-job-failure-result",
            [.. JobArguments(job), "--failure-details", "type=PermissionError,message=no right"]);

        Assert.Equal(0, result.ExitCode);
        EmulatedJob done = _emulator.FindJob(job.JobId)!;
        Assert.Equal(
            (JobStatus.Failed, "PermissionError", "no right"), (done.Status, done.FailureType, done.FailureMessage));
    }

    [ToolFact(Tool.Aws)]
    public async Task Cli_InputJsonFile_IsAccepted()
    {
        string aws = await Tools.AwsAsync();
        EmulatedJob job = AddJob();
        using var folder = new TempFolder();
        string file = folder.Write("input.json", JsonSerializer.Serialize(
            new { jobId = job.JobId, nonce = job.Nonce, clientToken = job.ClientToken.Reveal() }));

        using JsonDocument status = await JsonAsync(
            aws, "acknowledge-third-party-job", "--cli-input-json", "file://" + file);

        Assert.Equal("InProgress", status.RootElement.GetProperty("status").GetString());
    }

    [ToolFact(Tool.Aws)]
    public async Task Cli_WrongToken_ReportsError()
    {
        string aws = await Tools.AwsAsync();

        ClientResult result = await RunAsync(
            aws, "get-third-party-job-details", "--job-id", AddJob().JobId, "--client-token", "not-it");

        AssertError(result, "InvalidClientTokenException");
    }

    [ToolTheory(Tool.Aws)]
    [InlineData("AWS_SECRET_ACCESS_KEY", "wrong", "InvalidSignatureException")]
    [InlineData("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN", "UnrecognizedClientException")]
    [InlineData("AWS_SESSION_TOKEN", "left over", "UnrecognizedClientException")]
    [InlineData("AWS_DEFAULT_REGION", "eu-west-1", "InvalidSignatureException")]
    public async Task Cli_WrongCredentials_ReportError(string variable, string value, string error)
    {
        string aws = await Tools.AwsAsync();

        ClientResult result = (await ClientProcess.RunAsync(
            aws,
            ["codepipeline", "get-third-party-job-details", .. JobArguments(AddJob())],
            _emulator,
            new Dictionary<string, string> { [variable] = value }))!;

        AssertError(result, error);
    }

    [ToolTheory(Tool.Aws)]
    [InlineData("throttle=1,limit=1", "ThrottlingException")]
    [InlineData("internal-failure=1,limit=1", "InternalFailure")]
    [InlineData("service-unavailable=1,limit=1", null)]
    [InlineData("drop-before=1,limit=1", null)]
    public async Task Cli_FaultThenSuccess_IsRetried(string faults, string? error)
    {
        string aws = await Tools.AwsAsync();
        EmulatedJob job = AddJob();
        _emulator.OrderFaults(FaultPlan.Parse(faults));

        ClientResult result = (await ClientProcess.RunAsync(
            aws,
            ["codepipeline", "get-third-party-job-details", .. JobArguments(job)],
            _emulator,
            new Dictionary<string, string> { ["AWS_MAX_ATTEMPTS"] = "3", ["AWS_RETRY_MODE"] = "standard" }))!;

        Assert.Equal(0, result.ExitCode);
        IReadOnlyList<RecordedRequest> requests = _emulator.GetRequests();
        Assert.Equal(2, requests.Count);
        Assert.Equal((error, 200), (requests[0].ErrorName, requests[1].StatusCode));
    }

    [ToolFact(Tool.Aws)]
    public async Task Cli_PermanentThrottling_ReportsError()
    {
        string aws = await Tools.AwsAsync();
        _emulator.OrderFaults(FaultPlan.Parse("throttle=1"));

        AssertError(await RunAsync(aws, "get-third-party-job-details", JobArguments(AddJob())), "ThrottlingException");
    }

    private static void AssertError(ClientResult result, string error)
    {
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"({error})", result.Error, StringComparison.Ordinal);
    }

    private static string[] JobArguments(EmulatedJob job) =>
        ["--job-id", job.JobId, "--client-token", job.ClientToken.Reveal()];

    private EmulatedJob AddJob() =>
        _emulator.AddJob(new EmulatedJobRequest(new ActionTypeId("Test", "ThirdParty", "Contoso", "1"))
    {
        Configuration = new Dictionary<string, string> { ["K"] = "V ü" },
        InputArtifacts = ["In"],
    });

    private async Task<ClientResult> RunAsync(string aws, string command, params string[] arguments) =>
        (await ClientProcess.RunAsync(aws, ["codepipeline", command, .. arguments, "--output", "json"], _emulator))!;

    private async Task<JsonDocument> JsonAsync(string aws, string command, params string[] arguments)
    {
        ClientResult result = await RunAsync(aws, command, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonDocument.Parse(result.Output);
    }
}
