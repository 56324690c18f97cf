using System;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class S3FaultTests : IDisposable
{
    private static readonly byte[] s_data = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];

    private readonly S3Host _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("throttle", 503, "SlowDown")]
    [InlineData("internal-failure", 500, "InternalError")]
    [InlineData("expired-token", 400, "ExpiredToken")]
    [InlineData("access-denied", 403, "AccessDenied")]
    public async Task ErrorFault_AnyKind_ReturnsS3ErrorWithoutEffect(string fault, int statusCode, string error)
    {
        _host.Order(fault + "=1@PutObject,limit=1");

        S3Response response = await _host.PutAsync("k", s_data);

        Assert.Equal((statusCode, error), (response.StatusCode, response.Error));
        Assert.Empty(_host.Emulator.ListObjects());
        Assert.Equal(200, (await _host.PutAsync("k", s_data)).StatusCode);
    }

    [Fact]
    public async Task ServiceUnavailable_Request_ReturnsHtml()
    {
        _host.Order("service-unavailable=1");

        S3Response response = await _host.GetAsync("k");

        Assert.Equal((503, "text/html"), (response.StatusCode, response.Header("Content-Type")));
    }

    [Theory]
    [InlineData("cut-off", false)]
    [InlineData("drop-before", false)]
    [InlineData("drop-after", true)]
    public async Task Drop_Upload_StoresObjectOnlyAfterEffect(string fault, bool isStored)
    {
        _host.Order(fault + "=1@PutObject");

        await Assert.ThrowsAsync<HttpRequestException>(() => _host.PutAsync("k", s_data));

        Assert.Equal(isStored, _host.Emulator.FindObject(_host.Bucket, "k") is not null);
        Assert.Equal(0, _host.Emulator.GetRequests()[^1].StatusCode);
    }

    [Theory]
    [InlineData("GetObject")]
    [InlineData("ListObjectsV2")]
    public async Task CutOff_Response_DropsConnectionHalfway(string operation)
    {
        await _host.PutAsync("k", s_data);
        _host.Order($"cut-off=1@{operation},limit=1");
        Task<S3Response> SendAsync() => operation == "GetObject"
            ? _host.GetAsync("k")
            : _host.SendAsync("GET", $"/{_host.Bucket}?list-type=2");

        // The response head is complete. Otherwise the request itself would fail.
        HttpRequestException error = await Assert.ThrowsAsync<HttpRequestException>(SendAsync);

        Assert.NotNull(error.InnerException);
#if NET
        Assert.Equal(
            HttpRequestError.ResponseEnded, Assert.IsType<HttpIOException>(error.InnerException).HttpRequestError);
#endif
        Assert.Equal((200, FaultKind.CutOff), Last());
        Assert.Equal(200, (await SendAsync()).StatusCode);
    }

    [Fact]
    public async Task CutOff_JobOperation_DropsConnection()
    {
        using EmulatorHost host = new();
        host.AddJob();
        host.Emulator.OrderFaults(FaultPlan.Parse("cut-off=1"));

        await Assert.ThrowsAsync<HttpRequestException>(() => host.PollAsync());

        Assert.Equal(JobStatus.Dispatched, host.Emulator.GetJobs()[0].Status);
    }

    [Fact]
    public async Task Corrupt_Download_ChangesOneByte()
    {
        await _host.PutAsync("k", s_data);
        _host.Order("corrupt=1");

        S3Response response = await _host.GetAsync("k", ("x-amz-checksum-mode", "ENABLED"));

        Assert.Equal(s_data.Length, response.Body.Length);
        Assert.Equal(1, response.Body.Zip(s_data, (one, other) => one != other).Count(differs => differs));
        Assert.Equal(
            Convert.ToBase64String(ChecksumAlgorithm.Crc64Nvme.Of(s_data)),
            response.Header("x-amz-checksum-crc64nvme"));
    }

    [Fact]
    public async Task Corrupt_Upload_FailsChecksum()
    {
        _host.Order("corrupt=1");
        HttpRequestMessage request = _host.Request(
            "PUT",
            _host.PathOf("k"),
            s_data,
            ("x-amz-checksum-sha1", Convert.ToBase64String(ChecksumAlgorithm.Find("SHA1")!.Of(s_data))));
        _host.Owner.Sign(request, "UNSIGNED-PAYLOAD", _host.Clock.GetUtcNow());

        Assert.Equal("BadDigest", (await _host.SendAsync(request)).Error);
    }

    [Fact]
    public async Task Slow_Request_WaitsForDelay()
    {
        await _host.PutAsync("k", s_data);
        _host.Order("slow=1@GetObject,delay=20s");

        Task<S3Response> call = _host.GetAsync("k");
        await Until.TrueAsync(() => _host.Clock.PendingTimers == 1);
        _host.Clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(s_data, (await call.WaitAsync(Until.Patience)).Body);
    }

    [Fact]
    public async Task Garbled_Request_ReturnsTruncatedXml()
    {
        _host.Order("garbled=1");

        S3Response response = await _host.SendAsync("GET", $"/{_host.Bucket}?list-type=2");

        Assert.Equal(200, response.StatusCode);
        Assert.ThrowsAny<System.Xml.XmlException>(() => response.Xml);
        Assert.Equal(200, (await _host.PutAsync("k", s_data)).StatusCode);
    }

    [Fact]
    public async Task Fault_WithoutOperation_HitsJobsAndS3()
    {
        using EmulatorHost host = new();
        host.Emulator.OrderFaults(FaultPlan.Parse("throttle=1"));
        _host.Order("throttle=1");

        Assert.Equal("ThrottlingException", (await host.PollAsync()).Error);
        Assert.Equal("SlowDown", (await _host.GetAsync("k")).Error);
    }

    [Theory]
    [InlineData("corrupt=1@PollForThirdPartyJobs", "GetObject")]
    [InlineData("corrupt=1@HeadObject", "GetObject")]
    [InlineData("garbled=1@GetObject", "ListObjectsV2")]
    [InlineData("throttle=1@Upload", "UploadPart")]
    public void Fault_UnsupportedOperation_NamesSupportedOnes(string plan, string named) =>
        Assert.Contains(
            named,
            Assert.Throws<InvalidInputException>(() => FaultPlan.Parse(plan)).RecommendedAction,
            StringComparison.Ordinal);

    [Fact]
    public async Task Faults_SameSeed_RepeatSequence()
    {
        await _host.PutAsync("k", s_data);
        async Task<string> RunAsync()
        {
            _host.Order("seed=5;throttle=0.5@GetObject");
            string seen = string.Empty;
            for (int i = 0; i < 12; i++)
            {
                seen += (await _host.GetAsync("k")).StatusCode == 503 ? "x" : ".";
            }

            return seen;
        }

        string first = await RunAsync();

        Assert.Equal(first, await RunAsync());
        Assert.Contains("x", first, StringComparison.Ordinal);
        Assert.Contains(".", first, StringComparison.Ordinal);
    }

    private (int StatusCode, FaultKind? Fault) Last()
    {
        RecordedRequest last = _host.Emulator.GetRequests()[^1];
        return (last.StatusCode, last.Fault);
    }
}
