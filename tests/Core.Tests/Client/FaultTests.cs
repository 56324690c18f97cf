using System;
using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

/// <summary>Faults between client and service. Retries wait in real time, so the tests use few of them.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly EmulatedService _service = new();

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData(ClientRetryMode.Standard, "throttle")]
    [InlineData(ClientRetryMode.Adaptive, "throttle")]
    [InlineData(ClientRetryMode.Standard, "internal-failure")]
    [InlineData(ClientRetryMode.Standard, "service-unavailable")]
    [InlineData(ClientRetryMode.Standard, "drop-before")]
    public async Task Call_TransientFault_IsRetried(ClientRetryMode mode, string fault)
    {
        EmulatedJob job = await _service.AddClaimedJobAsync();
        _service.Order(fault + "=1,limit=1");

        await SucceedAsync(job, _service.Settings with { MaxAttempts = 2, RetryMode = mode });

        Assert.Equal(JobStatus.Succeeded, _service.JobOf(job).Status);
    }

    [Fact]
    public async Task Call_StillThrottled_ThrowsWithAttempts()
    {
        EmulatedJob job = _service.AddJob();
        _service.Order("throttle=1");

        ThrottlingException error = await Assert.ThrowsAsync<ThrottlingException>(
            () => DetailsAsync(job, _service.Settings with { MaxAttempts = 2 }));

        Assert.Equal(("ThrottlingException", 2, LastRequestId()),
            (error.Error.Code, error.Error.Attempts, error.Error.RequestId));
    }

    [Theory]
    [InlineData("internal-failure", 500, "InternalFailure")]
    [InlineData("service-unavailable", 503, "")]
    public async Task Call_ServerError_ThrowsServiceUnavailable(string fault, int status, string code)
    {
        EmulatedJob job = _service.AddJob();
        _service.Order(fault + "=1");

        ServiceUnavailableException error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            () => DetailsAsync(job));

        Assert.Equal(
            (status, code, LastRequestId(), true),
            (error.Error.StatusCode, error.Error.Code, error.Error.RequestId, error.Error.ResponseLost));
        Assert.DoesNotContain("<html>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_RepeatedServerErrors_ReportsResponseLost()
    {
        EmulatedJob job = _service.AddJob();
        _service.Order("internal-failure=1");

        ServiceUnavailableException error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            () => DetailsAsync(job, _service.Settings with { MaxAttempts = 2 }));

        Assert.Equal((true, 2), (error.Error.ResponseLost, error.Error.Attempts));
    }

    [Fact]
    public async Task Call_DroppedBefore_IsUnreachable()
    {
        EmulatedJob job = _service.AddJob();
        _service.Order("drop-before=1");

        ThirdPartyConnectionException error = await Assert.ThrowsAsync<ThirdPartyConnectionException>(
            () => DetailsAsync(job));

        Assert.Equal(
            (ConnectionFault.Unreachable, "GetThirdPartyJobDetails", _service.Emulator.Endpoint.AbsoluteUri, 1),
            (error.Fault, error.Operation, error.Endpoint, error.Attempts));
    }

#if NET
    // Mono ends the stream of a truncated response as if it were complete.
    [Fact]
    public async Task Result_TruncatedResponse_ReportsResponseLost()
    {
        EmulatedJob job = _service.AddJob();
        using var client = new ThirdPartyJobClient(_service.Settings);
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, CancellationToken.None);
        _service.Order("cut-off=1");

        ThirdPartyConnectionException error = await Assert.ThrowsAsync<ThirdPartyConnectionException>(
            () => client.AcknowledgeThirdPartyJobAsync(
                job.JobId, _service.JobOf(job).Nonce, job.ClientToken, CallOptions.Quiet, CancellationToken.None));

        Assert.Equal((ConnectionFault.Unreachable, true), (error.Fault, error.ResponseLost));
        Assert.Equal(JobStatus.InProgress, _service.JobOf(job).Status);
    }
#endif

    [Fact]
    public async Task Result_DroppedAfter_ReportsResponseLost()
    {
        EmulatedJob job = await _service.AddClaimedJobAsync();
        _service.Order("drop-after=1,limit=1");

        InvalidJobStateException error = await Assert.ThrowsAsync<InvalidJobStateException>(
            () => SucceedAsync(job, _service.Settings with { MaxAttempts = 2 }));

        Assert.Equal((true, 2), (error.Error.ResponseLost, error.Error.Attempts));
        Assert.Equal(JobStatus.Succeeded, _service.JobOf(job).Status);
    }

    [Fact]
    public async Task Result_ThrottledFirst_ReportsNoResponseLost()
    {
        EmulatedJob job = _service.AddJob();
        _service.Order("throttle=1,limit=1");

        InvalidJobStateException error = await Assert.ThrowsAsync<InvalidJobStateException>(
            () => SucceedAsync(job, _service.Settings with { MaxAttempts = 2 }));

        Assert.Equal((false, 2), (error.Error.ResponseLost, error.Error.Attempts));
    }

    [Fact]
    public async Task Call_GarbledResponse_ThrowsWithRequestId()
    {
        EmulatedJob job = _service.AddJob();
        _service.Order("garbled=1");

        UnexpectedResponseException error =
            await Assert.ThrowsAsync<UnexpectedResponseException>(() => DetailsAsync(job));

        Assert.Equal((200, LastRequestId(), true),
            (error.Error.StatusCode, error.Error.RequestId, error.Error.ResponseLost));
        Assert.Null(error.InnerException);
    }

#if NET
    // On a busy machine, Mono sometimes reports a timeout as a closed connection.
    [Fact]
    public async Task Call_SlowResponse_TimesOut()
    {
        EmulatedJob job = _service.AddJob();
        _service.Order("slow=1,delay=60s");

        ThirdPartyConnectionException error = await Assert.ThrowsAsync<ThirdPartyConnectionException>(
            () => DetailsAsync(job, _service.Settings with { Timeout = TimeSpan.FromMilliseconds(200) }));

        Assert.Equal(ConnectionFault.Timeout, error.Fault);
    }
#endif

    [Fact]
    public async Task Cancel_DuringCall_EndsItWithinASecond()
    {
        EmulatedJob job = _service.AddJob();
        _service.Order("slow=1,delay=60s");
        using var stop = new CancellationTokenSource();
        Task<JobDetailsResponse> call = DetailsAsync(job, _service.Settings, stop.Token);
        await Until.TrueAsync(() => _service.Emulator.GetRequests().Count > 0);

        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(stop.Token, error.CancellationToken);
        Assert.True(watch.Elapsed < Until.Soon);
    }

    [Fact]
    public async Task Cancel_DuringBackOff_EndsTheWait()
    {
        EmulatedJob job = _service.AddJob();
        _service.Order("throttle=1");
        using var stop = new CancellationTokenSource();
        Task<JobDetailsResponse> call = DetailsAsync(job, _service.Settings with { MaxAttempts = 100 }, stop.Token);
        await Until.TrueAsync(() => _service.Emulator.GetRequests().Count > 1);

        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(watch.Elapsed < Until.Soon);
    }

    [Fact]
    public async Task Cancel_BeforeCall_SendsNothing()
    {
        EmulatedJob job = _service.AddJob();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => DetailsAsync(job, _service.Settings, new CancellationToken(canceled: true)));

        Assert.Empty(_service.Emulator.GetRequests());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Call_WrongClock_IsCorrected(int hours)
    {
        using EmulatedService shifted = Shifted(hours);
        EmulatedJob job = shifted.AddJob();
        using var client = new ThirdPartyJobClient(shifted.Settings with { MaxAttempts = 2 });

        JobDetailsResponse details = await client.GetThirdPartyJobDetailsAsync(
            job.JobId, job.ClientToken, CallOptions.Quiet, default);

        Assert.Equal(job.JobId, details.Id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Call_WrongClockWithoutRetry_ThrowsClockSkew(int hours)
    {
        using EmulatedService shifted = Shifted(hours);
        EmulatedJob job = shifted.AddJob();
        using var client = new ThirdPartyJobClient(shifted.Settings);

        ClockSkewException error = await Assert.ThrowsAsync<ClockSkewException>(
            () => client.GetThirdPartyJobDetailsAsync(job.JobId, job.ClientToken, CallOptions.Quiet, default));

        Assert.Equal(shifted.Emulator.Options.Clock.GetUtcNow(), error.Error.ServerTime!.Value,
            TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Call_ExpiredCredentials_ThrowsExpiredToken()
    {
        _service.Order("expired-token=1");

        await Assert.ThrowsAsync<ExpiredTokenException>(() => DetailsAsync(_service.AddJob()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(403)]
    public async Task Call_SourceErrorResponse_ThrowsCredentialException(int status)
    {
        var refusal = new AmazonServiceException(
            "The role is not yours.", innerException: null, ErrorType.Sender, "AccessDenied", "req-1",
            (HttpStatusCode)status);
        ClientSettings settings = _service.Settings with { Credential = new BrokenCredentials(refusal) };

        CredentialException error = await Assert.ThrowsAsync<CredentialException>(
            () => DetailsAsync(_service.AddJob(), settings));

        Assert.Contains("The role is not yours.", error.Message, StringComparison.Ordinal);
        Assert.Empty(_service.Emulator.GetRequests());
    }

    [Fact]
    public async Task Call_SourceUnreachable_ThrowsCredentialException()
    {
        ClientSettings settings = _service.Settings with
        {
            Credential = new BrokenCredentials(new HttpRequestException("No route to the role's host.")),
        };

        CredentialException error = await Assert.ThrowsAsync<CredentialException>(
            () => DetailsAsync(_service.AddJob(), settings));

        Assert.Contains("No route to the role's host.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_MissingPermission_ThrowsAccessDenied()
    {
        _service.Order("access-denied=1");

        await Assert.ThrowsAsync<AccessDeniedException>(() => DetailsAsync(_service.AddJob()));
    }

    [Fact]
    public async Task Call_WrongSecretKey_ThrowsInvalidSignature() =>
        await Assert.ThrowsAsync<InvalidSignatureException>(() => DetailsAsync(
            _service.AddJob(), _service.Settings with { SecretKey = new Secret("another-key") }));

    [Fact]
    public async Task Call_UnknownAccessKey_ThrowsUnrecognizedClient() =>
        await Assert.ThrowsAsync<UnrecognizedClientException>(() => DetailsAsync(
            _service.AddJob(), _service.Settings with { AccessKey = "AKIDUNKNOWN" }));

    [Fact]
    public async Task SessionToken_IsSent() => await Assert.ThrowsAsync<UnrecognizedClientException>(
        () => DetailsAsync(_service.AddJob(),
            _service.Settings with { SessionToken = new Secret("not-of-the-emulator") }));

    [Fact]
    public async Task Call_Anonymous_ThrowsUnrecognizedClient()
    {
        UnrecognizedClientException error = await Assert.ThrowsAsync<UnrecognizedClientException>(
            () => DetailsAsync(_service.AddJob(), _service.Settings with { Anonymous = true }));

        Assert.Equal("MissingAuthenticationTokenException", error.Error.Code);
    }

    [Fact]
    public async Task Call_OtherRegion_ThrowsInvalidSignature() => await Assert.ThrowsAsync<InvalidSignatureException>(
        () => DetailsAsync(_service.AddJob(), _service.Settings with { Region = "eu-west-1" }));

    private static EmulatedService Shifted(int hours) => new(new EmulatorOptions
    {
        Clock = new ManualTimeProvider(DateTimeOffset.UtcNow.AddHours(hours)),
    });

    private Task<JobDetailsResponse> DetailsAsync(EmulatedJob job) => DetailsAsync(job, _service.Settings);

    private static async Task<JobDetailsResponse> DetailsAsync(
        EmulatedJob job, ClientSettings settings, CancellationToken stop = default)
    {
        using var client = new ThirdPartyJobClient(settings);
        return await client.GetThirdPartyJobDetailsAsync(job.JobId, job.ClientToken, CallOptions.Quiet, stop);
    }

    private static async Task SucceedAsync(EmulatedJob job, ClientSettings settings)
    {
        using var client = new ThirdPartyJobClient(settings);
        await client.PutThirdPartyJobSuccessResultAsync(
            job.JobId, job.ClientToken, new SuccessResult { Summary = "done" }, CallOptions.Quiet, default);
    }

    private string LastRequestId() => _service.Emulator.GetRequests()[^1].RequestId;

    /// <summary>Credentials whose source returns an error or is unreachable.</summary>
    private sealed class BrokenCredentials(Exception error) : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw error;

        public override Task<ImmutableCredentials> GetCredentialsAsync() => Task.FromResult(GetCredentials());
    }
}
