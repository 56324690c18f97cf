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
/// Creates the HTTP clients of a configuration. Adds two features to the SDK's own: a CA bundle, and no proxy for
/// loopback endpoints.
/// </summary>
/// <remarks>The SDK for .NET Framework creates its own web requests and has no such extension point.</remarks>
internal sealed class HttpFactory : HttpClientFactory
{
    // A certificate for another purpose, such as code signing, must not identify a server.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(3.1);

    private readonly bool _bypassProxy;
    private readonly Func<HttpFactory, HttpMessageHandler, HttpMessageHandler>? _intercept;
    private readonly Lazy<X509Certificate2Collection>? _roots;

    /// <summary>Creates a factory.</summary>
    /// <param name="caBundle">The file of trusted authorities; <see langword="null"/> for the system's.</param>
    /// <param name="proxy">The proxy; <see langword="null"/> for the system's.</param>
    /// <param name="bypassProxy">Whether to connect without any proxy.</param>
    /// <param name="intercept">Wraps the HTTP handler, for tests.</param>
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

        // Read at the first TLS handshake, because a large bundle takes time to parse.
        _roots = caBundle is null ? null : new Lazy<X509Certificate2Collection>(() => ReadBundle(caBundle));
    }

    /// <summary>The file of trusted authorities, if one is set.</summary>
    public string? CaBundle { get; }

    /// <summary>The proxy, if one is set.</summary>
    public IWebProxy? Proxy { get; }

    /// <summary>Whether to limit the length and the time of responses. S3 sends bodies of any size.</summary>
    public bool HasShortAnswers { get; init; } = true;

    /// <summary>The set proxy that a request to a URL uses; <see langword="null"/> if none.</summary>
    public Uri? ProxyOf(Uri url) => _bypassProxy ? null : Proxy?.GetProxy(url);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => CreateHttpClient(
        clientConfig.Timeout ?? Timeout.InfiniteTimeSpan, clientConfig.ConnectTimeout ?? s_connectTimeout);

    /// <summary>Creates a new client.</summary>
    /// <param name="timeout">The time limit of a request.</param>
    /// <param name="connectTimeout">The time limit of connecting.</param>
    public HttpClient CreateHttpClient(TimeSpan timeout, TimeSpan connectTimeout)
    {
        HttpMessageHandler handler = new HeaderCheckHandler(CreateHandler(connectTimeout));
        handler = _intercept?.Invoke(this, handler) ?? handler;
        return new HttpClient(HasShortAnswers ? new ResponseLimitHandler(handler, timeout) : handler)
        {
            Timeout = timeout,
        };
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
                    $"The CA bundle '{path}' contains a certificate that cannot be read: {error.Message}", error);
            }
        }

        return roots.Count > 0
            ? roots
            : throw Unusable($"The CA bundle '{path}' contains no certificate.");
    }

    private static InvalidInputException Unusable(string message, Exception? cause = null) => new(
        "CaBundle", message, "Give a file of certificates in PEM format (-----BEGIN CERTIFICATE-----).", cause);

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
            // The server sends its intermediate certificates. The bundle may contain only the root.
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(certificate as X509Certificate2 ?? Decode(certificate.GetRawCertData()));
    }
}
#endif
