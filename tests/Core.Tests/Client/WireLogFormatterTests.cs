using System;
using System.Text;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Secrets;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

public sealed class WireLogFormatterTests
{
    [Theory]
    [InlineData("{\"jobId\":\"j\",\"clientToken\":\"s3cret\"}", "{\"jobId\":\"j\",\"clientToken\":\"***\"}")]
    [InlineData("{\"nonce\":\"s3cret\"}", "{\"nonce\":\"***\"}")]
    [InlineData("{\"continuationToken\":\"s3cret\"}", "{\"continuationToken\":\"***\"}")]
    [InlineData("{\"configuration\":{\"Name\":\"s3cret\",\"Number\":7}}",
        "{\"configuration\":{\"Name\":\"***\",\"Number\":\"***\"}}")]
    [InlineData("{\"configuration\":[{\"a\":[\"s3cret\"]}]}", "{\"configuration\":[{\"a\":[\"***\"]}]}")]
    [InlineData("{\"artifactCredentials\":{\"accessKeyId\":\"s3cret\"}}",
        "{\"artifactCredentials\":{\"accessKeyId\":\"***\"}}")]
    [InlineData("{\"a\":[{\"laterPassword\":\"s3cret\"}]}", "{\"a\":[{\"laterPassword\":\"***\"}]}")]
    [InlineData("{\"percentComplete\":7,\"a\":null,\"nonce\":null}",
        "{\"percentComplete\":7,\"a\":null,\"nonce\":null}")]
    [InlineData("", "(empty)")]
    [InlineData("s3cret", "(6 bytes that are not JSON)")]
    [InlineData("{\"clientToken\":\"s3cret\"", "(23 bytes that are not JSON)")]
    public void Redact_MasksSecretsAndKeepsTheRest(string json, string redacted) =>
        Assert.Equal(redacted, WireLogFormatter.Redact(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Request_NamesOperationAttemptAndEndpoint()
    {
        var call = new GetThirdPartyJobDetailsRequest(RequestBody.Details("job-1", new Secret("s3cret")),
            wire: null) { Attempts = 2 };

        Assert.Equal(
            "GetThirdPartyJobDetails, attempt 2, to https://example/: {\"jobId\":\"job-1\",\"clientToken\":\"***\"}",
            WireLogFormatter.Request(call, new Uri("https://example/")));
    }

    [Fact]
    public void NoResponse_ShowsOnlyTheType() => Assert.DoesNotContain(
        "s3cret",
        WireLogFormatter.NoResponse(
            new GetThirdPartyJobDetailsRequest(Array.Empty<byte>(), wire: null),
            new InvalidOperationException("s3cret")),
        StringComparison.Ordinal);
}
