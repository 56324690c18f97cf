using System;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>An emulator with a manual clock, and a client that signs with the same clock.</summary>
internal sealed class EmulatorHost : IDisposable
{
    public const string Poll = "PollForThirdPartyJobs";
    public const string Details = "GetThirdPartyJobDetails";
    public const string Acknowledge = "AcknowledgeThirdPartyJob";
    public const string Success = "PutThirdPartyJobSuccessResult";
    public const string Failure = "PutThirdPartyJobFailureResult";

    private readonly HttpClient _http = new();

    public EmulatorHost(Func<ManualTimeProvider, EmulatorOptions>? options = null)
    {
        Emulator = ThirdPartyEmulator.Start(options?.Invoke(Clock) ?? new EmulatorOptions { Clock = Clock });
    }

    public static ActionTypeId Type { get; } = new("Test", "ThirdParty", "Contoso", "1");

    public ManualTimeProvider Clock { get; } = new();

    public ThirdPartyEmulator Emulator { get; }

    public TestSigner Signer => new(Emulator.AccessKeyId, Emulator.SecretAccessKey.Reveal(), Emulator.Region);

    public EmulatedJob AddJob(string? jobId = null) => Emulator.AddJob(new EmulatedJobRequest(Type) { JobId = jobId });

    public EmulatedJob JobOf(EmulatedJob job) => Emulator.FindJob(job.JobId)!;

    public Task<EmulatorResponse> PollAsync(int? maxBatchSize = null, ActionTypeId? type = null) => CallAsync(Poll, new
    {
        actionTypeId = new
        {
            category = (type ?? Type).Category,
            owner = (type ?? Type).Owner,
            provider = (type ?? Type).Provider,
            version = (type ?? Type).Version,
        },
        maxBatchSize,
    });

    public Task<EmulatorResponse> DetailsAsync(EmulatedJob job) =>
        CallAsync(Details, new { jobId = job.JobId, clientToken = job.ClientToken.Reveal() });

    public Task<EmulatorResponse> AcknowledgeAsync(EmulatedJob job, string nonce) =>
        CallAsync(Acknowledge, new { jobId = job.JobId, nonce, clientToken = job.ClientToken.Reveal() });

    public Task<EmulatorResponse> SucceedAsync(EmulatedJob job, string? continuationToken = null) =>
        CallAsync(Success, new { jobId = job.JobId, clientToken = job.ClientToken.Reveal(), continuationToken });

    public Task<EmulatorResponse> FailAsync(EmulatedJob job, string type = "JobFailed", string message = "no") =>
        CallAsync(
            Failure,
            new { jobId = job.JobId, clientToken = job.ClientToken.Reveal(), failureDetails = new { type, message } });

    /// <summary>Adds a job, polls for it and claims it.</summary>
    public async Task<EmulatedJob> ClaimNewJobAsync()
    {
        EmulatedJob job = AddJob();
        await PollAsync();
        EmulatorResponse response = await AcknowledgeAsync(job, JobOf(job).Nonce);
        return response.Status == "InProgress" ? JobOf(job) : throw new InvalidOperationException(response.Text);
    }

    public Task<EmulatorResponse> CallAsync(string operation, object input) =>
        SendAsync(operation, JsonSerializer.Serialize(input));

    public Task<EmulatorResponse> SendAsync(string operation, string body) => SendAsync(Request(operation, body), body);

    public Task<EmulatorResponse> SendAsync(HttpRequestMessage request, string body, TestSigner? signer = null)
    {
        (signer ?? Signer).Sign(request, Encoding.UTF8.GetBytes(body), Clock.GetUtcNow());
        return SendUnsignedAsync(request);
    }

    public async Task<EmulatorResponse> SendUnsignedAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage response = await _http.SendAsync(request);
        return new EmulatorResponse(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers);
    }

    public HttpRequestMessage Request(string operation, string body)
    {
        HttpRequestMessage request = new(HttpMethod.Post, Emulator.Endpoint)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.1");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", "CodePipeline_20150709." + operation);
        return request;
    }

    public void Dispose()
    {
        _http.Dispose();
        Emulator.Dispose();
    }
}
