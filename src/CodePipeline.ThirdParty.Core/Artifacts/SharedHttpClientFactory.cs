#if NET
using System;
using System.Net.Http;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// Shares one HTTP client among all SDK clients of a job, so that renewed credentials reuse its connections.
/// </summary>
internal sealed class SharedHttpClientFactory(HttpClientFactory inner) : HttpClientFactory, IDisposable
{
    private readonly object _lock = new();
    private HttpClient? _client;

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        lock (_lock)
        {
            return _client ??= inner.CreateHttpClient(clientConfig);
        }
    }

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client?.Dispose();
}
#endif
