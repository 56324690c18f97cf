using System;
using System.Globalization;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class SignatureTests : IDisposable
{
    private const string Body = """{"jobId":"x","clientToken":"t"}""";

    private readonly EmulatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Request_ValidSignature_Succeeds() =>
        Assert.Equal("JobNotFoundException", (await _host.SendAsync(EmulatorHost.Details, Body)).Error);

    [Fact]
    public async Task Request_Unsigned_ReturnsMissingAuthenticationToken()
    {
        EmulatorResponse response = await _host.SendUnsignedAsync(_host.Request(EmulatorHost.Details, Body));

        Assert.Equal((400, "MissingAuthenticationTokenException"), (response.StatusCode, response.Error));
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("AWS4-HMAC-SHA256")]
    [InlineData("AWS4-HMAC-SHA256 Credential=A/20300102/us-east-1/codepipeline/aws4_request, SignedHeaders=host")]
    [InlineData("AWS4-HMAC-SHA256 Credential=A/20300102/us-east-1/codepipeline/aws4_request, Signature=00")]
    [InlineData("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00")]
    [InlineData("AWS4-HMAC-SHA256 Credential=A/20300102/us-east-1, SignedHeaders=host, Signature=00")]
    public async Task Request_PartialAuthorization_ReturnsIncompleteSignature(string authorization)
    {
        HttpRequestMessage request = _host.Request(EmulatorHost.Details, Body);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", "20300102T030405Z");

        Assert.Equal("IncompleteSignatureException", (await _host.SendUnsignedAsync(request)).Error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2030-01-02T03:04:05Z")]
    public async Task Request_InvalidDate_ReturnsIncompleteSignature(string? date)
    {
        HttpRequestMessage request = Signed(_host.Signer);
        request.Headers.Remove("X-Amz-Date");
        if (date is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Amz-Date", date);
        }

        Assert.Equal("IncompleteSignatureException", (await _host.SendUnsignedAsync(request)).Error);
    }

    [Fact]
    public async Task Request_UnknownKey_ReturnsUnrecognizedClient()
    {
        EmulatorResponse response = await SendAsync(_host.Signer with { AccessKeyId = "AKIAUNKNOWN" });

        Assert.Equal((400, "UnrecognizedClientException"), (response.StatusCode, response.Error));
    }

    [Fact]
    public async Task Request_SessionToken_ReturnsUnrecognizedClient()
    {
        HttpRequestMessage request = _host.Request(EmulatorHost.Details, Body);
        request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", "left over");
        TestSigner signer = _host.Signer;

        EmulatorResponse response = await _host.SendAsync(
            request, Body, signer with { Headers = [.. signer.Headers, "x-amz-security-token"] });

        Assert.Equal("UnrecognizedClientException", response.Error);
    }

    [Fact]
    public async Task Request_WrongSecret_ReturnsInvalidSignature()
    {
        EmulatorResponse response = await SendAsync(_host.Signer with { SecretAccessKey = "wrong" });

        Assert.Equal((400, "InvalidSignatureException"), (response.StatusCode, response.Error));
        Assert.StartsWith(
            "The request signature we calculated does not match", response.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ChangedBody_ReturnsInvalidSignature()
    {
        HttpRequestMessage request = Signed(_host.Signer);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body + " "));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.1");

        Assert.Equal("InvalidSignatureException", (await _host.SendUnsignedAsync(request)).Error);
    }

    [Fact]
    public async Task Request_ChangedOperation_ReturnsInvalidSignature()
    {
        HttpRequestMessage request = Signed(_host.Signer);
        request.Headers.Remove("X-Amz-Target");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", "CodePipeline_20150709." + EmulatorHost.Success);

        Assert.Equal("InvalidSignatureException", (await _host.SendUnsignedAsync(request)).Error);
    }

    [Theory]
    [InlineData("host")]
    [InlineData("x-amz-target")]
    [InlineData("x-amz-date")]
    public async Task Request_UnsignedHeader_ReturnsInvalidSignature(string header)
    {
        TestSigner signer = _host.Signer;

        EmulatorResponse response = await SendAsync(
            signer with { Headers = Array.FindAll(signer.Headers, name => name != header) });

        Assert.Equal("InvalidSignatureException", response.Error);
        Assert.Contains("must be a 'SignedHeader'", response.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_OtherRegion_ReturnsInvalidSignature() =>
        await AssertScopeAsync(_host.Signer with { Region = "eu-west-1" }, "valid region");

    [Fact]
    public async Task Request_OtherService_ReturnsInvalidSignature() =>
        await AssertScopeAsync(_host.Signer with { Service = "s3" }, "correct service");

    [Fact]
    public async Task Request_OtherTerminator_ReturnsInvalidSignature() =>
        await AssertScopeAsync(_host.Signer with { Terminator = "aws5_request" }, "valid terminator");

    [Fact]
    public async Task Request_ScopeOfOtherDay_ReturnsInvalidSignature() =>
        await AssertScopeAsync(_host.Signer with { ScopeDate = "20300101" }, "Date in Credential scope");

    [Theory]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(-301, false)]
    [InlineData(301, false)]
    public async Task Request_ClockSkew_IsAllowedUpToFiveMinutes(int seconds, bool taken)
    {
        HttpRequestMessage request = Signed(_host.Signer, _host.Clock.GetUtcNow().AddSeconds(seconds));

        EmulatorResponse response = await _host.SendUnsignedAsync(request);

        Assert.Equal(taken ? "JobNotFoundException" : "InvalidSignatureException", response.Error);
    }

    [Fact]
    public async Task Request_SignedTooEarly_ReturnsSdkParsableError()
    {
        EmulatorResponse response = await _host.SendUnsignedAsync(
            Signed(_host.Signer, _host.Clock.GetUtcNow().AddMinutes(-10)));

        Assert.Equal(
            "Signature expired: 20300102T025405Z is now earlier than 20300102T025905Z (20300102T030405Z - 5 min.)",
            response.Message);
    }

    [Fact]
    public async Task Request_SignedInFuture_ReturnsSdkParsableError()
    {
        EmulatorResponse response = await _host.SendUnsignedAsync(
            Signed(_host.Signer, _host.Clock.GetUtcNow().AddMinutes(10)));

        Assert.Equal(
            "Signature not yet current: 20300102T031405Z is still later than 20300102T030905Z "
                + "(20300102T030405Z + 5 min.)",
            response.Message);
    }

    [Fact]
    public async Task Request_NextDay_UsesNewSigningKey()
    {
        await _host.SendAsync(EmulatorHost.Details, Body);
        _host.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal("JobNotFoundException", (await _host.SendAsync(EmulatorHost.Details, Body)).Error);
    }

    [Fact]
    public async Task Response_Headers_HaveEmulatorTimeAndRequestId()
    {
        EmulatorResponse response = await _host.PollAsync();

        Assert.Equal(
            _host.Clock.GetUtcNow().ToString("r", CultureInfo.InvariantCulture),
            response.Headers.Date!.Value.ToString("r"));
        Assert.True(Guid.TryParse(string.Concat(response.Headers.GetValues("x-amzn-RequestId")), out _));
        Assert.Equal("application/x-amz-json-1.1", response.ContentType);
    }

    private async Task AssertScopeAsync(TestSigner signer, string message)
    {
        EmulatorResponse response = await SendAsync(signer);

        Assert.Equal("InvalidSignatureException", response.Error);
        Assert.Contains(message, response.Message, StringComparison.Ordinal);
    }

    private Task<EmulatorResponse> SendAsync(TestSigner signer) =>
        _host.SendAsync(_host.Request(EmulatorHost.Details, Body), Body, signer);

    private HttpRequestMessage Signed(TestSigner signer, DateTimeOffset? time = null)
    {
        HttpRequestMessage request = _host.Request(EmulatorHost.Details, Body);
        signer.Sign(request, Encoding.UTF8.GetBytes(Body), time ?? _host.Clock.GetUtcNow());
        return request;
    }
}
