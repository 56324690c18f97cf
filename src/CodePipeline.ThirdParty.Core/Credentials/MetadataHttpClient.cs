using System;
using System.Net.Http;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>HTTP to what is on or beside this machine: no proxy, little patience, short answers.</summary>
internal static class MetadataHttpClient
{
    private const int LongestAnswer = 1 << 20;

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
        client.MaxResponseContentBufferSize = LongestAnswer;
        return client;
    }
}
