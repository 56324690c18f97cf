using System;
using System.Net.Http;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>
/// Creates HTTP clients for services on or next to this machine: no proxy, a short timeout and small responses.
/// </summary>
internal static class MetadataHttpClient
{
    private const int LongestResponse = 1 << 20;

    public static HttpClient Create(AwsSettings aws, TimeSpan timeout)
    {
#if NET
        HttpClient client = new HttpFactory(
            caBundle: null, proxy: null, bypassProxy: true, aws.Given.Intercept).CreateHttpClient(timeout, timeout);
#else
        _ = aws;
        var client = new HttpClient(
            new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = timeout,
        };
#endif
        client.MaxResponseContentBufferSize = LongestResponse;
        return client;
    }
}
