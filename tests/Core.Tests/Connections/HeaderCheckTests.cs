using System;
using System.Net.Http;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Connections;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Connections;

public class HeaderCheckTests
{
    [Theory]
    [InlineData("geheim-ü")]
    [InlineData("hidden\nvalue")]
    [InlineData("hidden\0value")]
    [InlineData("hidden\u007f")]
    public void Check_ValueThatHttpForbids_NamesTheHeader(string value)
    {
        var error = Assert.Throws<InvalidInputException>(() => HeaderCheck.Check("x-amz-user-agent", value));
        Assert.Equal("x-amz-user-agent", error.InputName);
        Assert.DoesNotContain(value, error.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a\tb ~")]
    public void Check_AllowedValue_Passes(string? value) => HeaderCheck.Check("x-amz-user-agent", value);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_OfAnyService_RejectsForbiddenValue(bool hasShortAnswers)
    {
        using HttpClient client = new HttpFactory(null, null, bypassProxy: true) { HasShortAnswers = hasShortAnswers }
            .CreateHttpClient(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:1/");
        request.Headers.TryAddWithoutValidation("x-amz-security-token", "tökn");

        await Assert.ThrowsAsync<InvalidInputException>(() => client.SendAsync(request));
    }
}
