using System.Collections.Specialized;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Signing;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class CanonicalRequestTests
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("/", "/", "")]
    [InlineData("/a//b/../c%20d/", "/a/c%2520d/", "")]
    [InlineData("/..", "/", "")]
    [InlineData("/?b=2&a=%7e1&a=0&c", "/", "a=0&a=~1&b=2&c=")]
    [InlineData("/?q=%c3%bc+x", "/", "q=%C3%BC%2Bx")]
    public void Create_PathAndQuery_AreNormalized(string url, string path, string query)
    {
        HttpRequest call = new("GET", url, new NameValueCollection { ["host"] = "h" });

        Assert.Equal($"GET\n{path}\n{query}\nhost:h\n\nhost\n{EmptyHash}", CanonicalRequest.Create(call, "host"));
    }

    [Fact]
    public void Create_HeaderValues_AreTrimmedAndCollapsed()
    {
        HttpRequest call = new("POST", "/", new NameValueCollection { ["Host"] = "h", ["X-A"] = "  a   b  " });

        Assert.Equal($"POST\n/\n\nhost:h\nx-a:a b\n\nhost;x-a\n{EmptyHash}", CanonicalRequest.Create(call, "host;x-a"));
    }
}
