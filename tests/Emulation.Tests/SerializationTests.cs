using System;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class SerializationTests : IDisposable
{
    private readonly EmulatorHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"jobId\":")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("{\"jobId\":1,\"clientToken\":\"t\"}")]
    [InlineData("{\"jobId\":[\"x\"],\"clientToken\":\"t\"}")]
    [InlineData("{\"jobId\":true,\"clientToken\":\"t\"}")]
    [InlineData("{\"jobId\":\"\\ud800\",\"clientToken\":\"t\"}")]
    public async Task Details_InvalidBody_ReturnSerializationError(string body) =>
        await AssertUnreadableAsync(EmulatorHost.Details, body);

    [Theory]
    [InlineData("\"maxBatchSize\":\"1\"")]
    [InlineData("\"maxBatchSize\":1.5")]
    [InlineData("\"maxBatchSize\":2147483648")]
    [InlineData("\"actionTypeId\":\"Test/Contoso/1\"")]
    public async Task Poll_WrongJsonType_ReturnsSerializationError(string member) =>
        await AssertUnreadableAsync(EmulatorHost.Poll, "{" + member + "}");

    [Theory]
    [InlineData("\"currentRevision\":{\"created\":\"2030-01-01T00:00:00Z\"}")]
    [InlineData("\"currentRevision\":{\"created\":1e300}")]
    [InlineData("\"currentRevision\":[]")]
    [InlineData("\"executionDetails\":{\"percentComplete\":\"50\"}")]
    [InlineData("\"executionDetails\":\"done\"")]
    public async Task Success_WrongJsonType_ReturnsSerializationError(string member) =>
        await AssertUnreadableAsync(EmulatorHost.Success, "{\"jobId\":\"x\",\"clientToken\":\"t\"," + member + "}");

    [Fact]
    public async Task Body_InvalidUtf8_ReturnsSerializationError()
    {
        HttpRequestMessage request = _host.Request(EmulatorHost.Details, string.Empty);
        byte[] body = [.. Encoding.ASCII.GetBytes("{\"jobId\":\""), 0xFF, .. Encoding.ASCII.GetBytes(
            "\",\"clientToken\":\"t\"}")];
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.1");
        _host.Signer.Sign(request, body, _host.Clock.GetUtcNow());

        Assert.Equal("SerializationException", (await _host.SendUnsignedAsync(request)).Error);
    }

    [Fact]
    public async Task UnknownMembers_AreIgnored()
    {
        EmulatorResponse response = await _host.SendAsync(
            EmulatorHost.Details, """{"__type":"x","jobId":"x","clientToken":"t","later":{"a":[1,2]}}""");

        Assert.Equal("JobNotFoundException", response.Error);
    }

    [Theory]
    [InlineData("CodePipeline_20150709.PollForJobs")]
    [InlineData("CodePipeline_20150709.pollforthirdpartyjobs")]
    [InlineData("PollForThirdPartyJobs")]
    [InlineData("DynamoDB_20120810.PollForThirdPartyJobs")]
    public async Task Target_Unsupported_ReturnsUnknownOperation(string target)
    {
        HttpRequestMessage request = _host.Request(EmulatorHost.Poll, "{}");
        request.Headers.Remove("X-Amz-Target");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", target);

        EmulatorResponse response = await _host.SendAsync(request, "{}");

        Assert.Equal((400, "UnknownOperationException"), (response.StatusCode, response.Error));
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("PUT", "/")]
    [InlineData("POST", "/other")]
    public async Task MethodOrPath_Unsupported_Returns404(string method, string path)
    {
        HttpRequestMessage request = _host.Request(EmulatorHost.Poll, "{}");
        request.Method = new HttpMethod(method);
        request.RequestUri = new Uri(_host.Emulator.Endpoint, path);

        EmulatorResponse response = await _host.SendUnsignedAsync(request);

        Assert.Equal((404, "UnknownOperationException"), (response.StatusCode, response.Error));
    }

    [Fact]
    public async Task ContentType_OtherProtocol_ReturnsUnknownOperation()
    {
        HttpRequestMessage request = _host.Request(EmulatorHost.Poll, "{}");
        request.Content!.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");

        Assert.Equal("UnknownOperationException", (await _host.SendAsync(request, "{}")).Error);
    }

    [Fact]
    public async Task Body_TooLong_Returns413()
    {
        EmulatorResponse response = await _host.SendAsync(
            EmulatorHost.Details, "{\"jobId\":\"" + new string('x', 1 << 20) + "\"}");

        Assert.Equal(413, response.StatusCode);
    }

    private async Task AssertUnreadableAsync(string operation, string body)
    {
        EmulatorResponse response = await _host.SendAsync(operation, body);

        Assert.Equal((400, "SerializationException"), (response.StatusCode, response.Error));
    }
}
