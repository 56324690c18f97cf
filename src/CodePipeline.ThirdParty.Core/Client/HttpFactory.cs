#if NET
using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Makes the HTTP client of a configuration, with what the SDK's own lacks: a CA bundle, and no proxy to loopback.
/// </summary>
/// <remarks>The SDK of .NET Framework makes its own web requests and has no such seam.</remarks>
internal sealed class HttpFactory : HttpClientFactory
{
    private readonly IWebProxy? _proxy;
    private readonly bool _bypassProxy;
    private readonly Lazy<X509Certificate2Collection>? _roots;

    public HttpFactory(string? caBundle, IWebProxy? proxy, bool bypassProxy)
    {
        _proxy = proxy;
        _bypassProxy = bypassProxy;

        // Read at the first TLS handshake: a bundle of all the world's authorities takes its time.
        _roots = caBundle is null ? null : new Lazy<X509Certificate2Collection>(() => ReadBundle(caBundle));
    }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        var client = new HttpClient(CreateHandler(clientConfig));
        if (clientConfig.Timeout is TimeSpan timeout)
        {
            client.Timeout = timeout;
        }

        return client;
    }

    internal static X509Certificate2Collection ReadBundle(string path)
    {
        const string Begin = "-----BEGIN CERTIFICATE-----";
        const string End = "-----END CERTIFICATE-----";
        var roots = new X509Certificate2Collection();
        string text;
        try
        {
            text = File.ReadAllText(path, Encoding.ASCII);
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            throw Unusable($"The CA bundle '{path}' cannot be read: {error.Message}", error);
        }

        for (int at = text.IndexOf(Begin, StringComparison.Ordinal); at >= 0;
            at = text.IndexOf(Begin, at + Begin.Length, StringComparison.Ordinal))
        {
            int start = at + Begin.Length;
            int end = text.IndexOf(End, start, StringComparison.Ordinal);
            if (end < 0)
            {
                break;
            }

            try
            {
                roots.Add(Decode(Convert.FromBase64String(text.Substring(start, end - start))));
            }
            catch (Exception error) when (error is FormatException or CryptographicException)
            {
                throw Unusable(
                    $"The CA bundle '{path}' holds a certificate that cannot be read: {error.Message}", error);
            }
        }

        return roots.Count > 0
            ? roots
            : throw Unusable($"The CA bundle '{path}' holds no certificate.");
    }

    private static InvalidInputException Unusable(string message, Exception? cause = null) => new(
        "CaBundle", message, "Give a file with certificates in PEM form (-----BEGIN CERTIFICATE-----).", cause);

    private SocketsHttpHandler CreateHandler(IClientConfig config)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !_bypassProxy,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = config.ConnectTimeout ?? TimeSpan.FromSeconds(3.1),
        };
        if (_proxy is not null)
        {
            handler.Proxy = _proxy;
        }

        if (_roots is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, sent, errors) =>
                IsTrusted(certificate, sent, errors);
        }

        return handler;
    }

    private static X509Certificate2 Decode(byte[] certificate) =>
        new(certificate);

    private bool IsTrusted(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots!.Value);
        if (sent is not null)
        {
            // The intermediate certificates, which the server sends along and a bundle need not hold.
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate as X509Certificate2 ?? Decode(certificate.GetRawCertData()));
    }
}
#endif
