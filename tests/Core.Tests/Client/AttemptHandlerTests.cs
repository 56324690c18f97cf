using System.Net.Http;
using CodePipeline.ThirdParty.Client;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

/// <summary>A result may have taken effect only if the service can have seen the request.</summary>
public sealed class AttemptHandlerTests
{
    [Theory]
    [InlineData(HttpRequestError.ConnectionError, true)]
    [InlineData(HttpRequestError.NameResolutionError, true)]
    [InlineData(HttpRequestError.SecureConnectionError, true)]
    [InlineData(HttpRequestError.ProxyTunnelError, true)]
    [InlineData(HttpRequestError.ResponseEnded, false)]
    [InlineData(HttpRequestError.Unknown, false)]
    public void NeverSent_ConnectionFailed_IsTrue(HttpRequestError fault, bool expected) =>
        Assert.Equal(expected, AttemptHandler.NeverSent(new HttpRequestException(fault)));
}
