using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

/// <summary>Captive portals and proxies that return "200 OK" instead of the service.</summary>
public sealed class ForeignResponseTests
{
    private const string Json = "Content-Type: application/x-amz-json-1.1";

    [Theory]
    [InlineData("Content-Type: text/html", "<html>Welcome. Sign in to the network.</html>")]
    [InlineData("Content-Type: text/html", "")]
    [InlineData("Content-Type: text/html\r\nx-amzn-RequestId: 1", "{}")]
    [InlineData("Content-Type: text/plain", "{}")]
    [InlineData("Server: proxy", "")]
    [InlineData("Server: proxy", "{}")]
    [InlineData(Json, "<html></html>")]
    [InlineData(Json, "OK")]
    [InlineData(Json, "[]")]
    [InlineData("x-amzn-RequestId: 1", "null")]
    [InlineData("Content-Type: application/json", "{\"error\":\"Sign in to the network.\"}")]
    [InlineData("Content-Type: application/problem+json", "{\"status\":403}")]
    public async Task Put_ForeignResponse_Throws(string headers, string body)
    {
        using var server = new CannedServer("200 OK\r\n" + headers, body);
        using IThirdPartyJobClient client = Client(server);

        foreach (Func<Task> put in Puts(client))
        {
            UnexpectedResponseException error = await Assert.ThrowsAsync<UnexpectedResponseException>(put);
            Assert.StartsWith("HTTP 200", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, server.Heads.Count);
    }

    [Theory]
    [InlineData(Json, "")]
    [InlineData(Json, "{}")]
    [InlineData("content-type: application/x-amz-json-1.1; charset=utf-8", "{\"later\":1}")]
    [InlineData("Content-Type: application/json", "{}")]
    [InlineData("Content-Type: application/json\r\nx-amzn-RequestId: 1", "{\"later\":1}")]
    [InlineData("x-amzn-requestid: 1", "")]
    public async Task Put_ServiceResponse_Succeeds(string headers, string body)
    {
        using var server = new CannedServer("200 OK\r\n" + headers, body);
        using IThirdPartyJobClient client = Client(server);

        foreach (Func<Task> put in Puts(client))
        {
            await put();
        }

        Assert.Equal(2, server.Heads.Count);
    }

    [Theory]
    [InlineData("200 OK", "")]
    [InlineData("200 OK\r\nContent-Type: application/json", "{\"error\":\"Sign in to the network.\"}")]
    public async Task Poll_ForeignResponse_Throws(string head, string body)
    {
        using var server = new CannedServer(head, body);
        using IThirdPartyJobClient client = Client(server);

        await Assert.ThrowsAsync<UnexpectedResponseException>(() => client.PollForThirdPartyJobsAsync(
            new ActionTypeId("Test", "ThirdParty", "Contoso", "1"), 1, CallOptions.Quiet, CancellationToken.None));
    }

    private static IThirdPartyJobClient Client(CannedServer server) => ThirdPartyJobClients.Create(
        "eu-west-1", new Uri(server.Url), "AKIDEXAMPLE", new Secret("secret-access-key"));

    private static Func<Task>[] Puts(IThirdPartyJobClient client) =>
    [
        () => client.PutThirdPartyJobSuccessResultAsync(
            "job-1", new Secret("token-1"), new SuccessResult(), CallOptions.Quiet, CancellationToken.None),
        () => client.PutThirdPartyJobFailureResultAsync(
            "job-1", new Secret("token-1"), new FailureResult(FailureType.JobFailed, "No.", null), CallOptions.Quiet,
            CancellationToken.None),
    ];
}
