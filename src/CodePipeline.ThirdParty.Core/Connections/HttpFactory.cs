#if NET
using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Connections;

/// <summary>
/// Makes the HTTP client of a configuration, with what the SDK's own lacks: a CA bundle, and no proxy to loopback.
/// </summary>
/// <remarks>The SDK of .NET Framework makes its own web requests and has no such seam.</remarks>
internal sealed class HttpFactory : HttpClientFactory
{
    // A certificate for something else, such as signing code, is none of a server.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(3.1);

    private readonly bool _bypassProxy;
    private readonly Func<HttpFactory, HttpMessageHandler, HttpMessageHandler>? _intercept;
    private readonly Lazy<X509Certificate2Collection>? _roots;

    /// <summary>Creates a factory.</summary>
    /// <param name="caBundle">The file of trusted authorities; none: those of the system.</param>
    /// <param name="proxy">The proxy; none: that of the system, if there is one.</param>
    /// <param name="bypassProxy">Whether no proxy is used at all.</param>
    /// <param name="intercept">Stands between the clients and the network.</param>
    public HttpFactory(
        string? caBundle,
        IWebProxy? proxy,
        bool bypassProxy,
        Func<HttpFactory, HttpMessageHandler, HttpMessageHandler>? intercept = null)
    {
        CaBundle = caBundle;
        Proxy = proxy;
        _bypassProxy = bypassProxy;
        _intercept = intercept;

        // Read at the first TLS handshake: a bundle of all the world's authorities takes its time.
        _roots = caBundle is null ? null : new Lazy<X509Certificate2Collection>(() => ReadBundle(caBundle));
    }

    /// <summary>The file of trusted authorities, if one is named.</summary>
    public string? CaBundle { get; }

    /// <summary>The proxy that is named, if one is.</summary>
    public IWebProxy? Proxy { get; }

    /// <summary>Whether answers are held to a length and a time; those of S3 are bodies of any size.</summary>
    public bool HasShortAnswers { get; init; } = true;

    /// <summary>The proxy that a request takes, of those that are named.</summary>
    public Uri? ProxyOf(Uri url) => _bypassProxy ? null : Proxy?.GetProxy(url);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => CreateHttpClient(
        clientConfig.Timeout ?? Timeout.InfiniteTimeSpan, clientConfig.ConnectTimeout ?? s_connectTimeout);

    /// <summary>A client of its own.</summary>
    /// <param name="timeout">How long a request may take.</param>
    /// <param name="connectTimeout">How long connecting may take.</param>
    public HttpClient CreateHttpClient(TimeSpan timeout, TimeSpan connectTimeout)
    {
        HttpMessageHandler handler = CreateHandler(connectTimeout);
        handler = _intercept?.Invoke(this, handler) ?? handler;
        return new HttpClient(HasShortAnswers ? new ResponseLimitHandler(handler, timeout) : handler) { Timeout = timeout };
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
        catch (Exception error) when (FileErrors.IsIoError(error))
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

    private SocketsHttpHandler CreateHandler(TimeSpan connectTimeout)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !_bypassProxy,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = connectTimeout,
        };
        if (Proxy is not null)
        {
            handler.Proxy = Proxy;
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
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(certificate as X509Certificate2 ?? Decode(certificate.GetRawCertData()));
    }
}
#endif
