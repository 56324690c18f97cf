using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>The proxies of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, read when the object is created.</summary>
/// <remarks>
/// The runtime reads these variables only once per process. It also treats an entry of NO_PROXY as one host, and the
/// AWS CLI treats it as a domain.
/// </remarks>
internal sealed class EnvironmentProxy : IWebProxy
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly IReadOnlyList<string> _bypassed;

    private EnvironmentProxy(Uri? http, Uri? https, IReadOnlyList<string> bypassed, ICredentials? credentials)
    {
        _http = http;
        _https = https;
        _bypassed = bypassed;
        Credentials = credentials;
    }

    public ICredentials? Credentials { get; set; }

    /// <summary>The proxies; <see langword="null"/> if no variable names one.</summary>
    public static EnvironmentProxy? Find()
    {
        var credentials = new ProxyCredentials();
        Uri? all = Read("ALL_PROXY", credentials);
        Uri? http = Read("HTTP_PROXY", credentials) ?? all;
        Uri? https = Read("HTTPS_PROXY", credentials) ?? all;
        return http is null && https is null
            ? null
            : new EnvironmentProxy(http, https, Bypassed(), credentials);
    }

    public Uri? GetProxy(Uri destination) => Matches(destination) ? null
        : destination.Scheme == Uri.UriSchemeHttps ? _https
        : _http;

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    private static Uri? Read(string name, ProxyCredentials credentials)
    {
#pragma warning disable CA1308 // The lower case is the name of the other variable.
        string? text = AwsEnvironmentVariables.Read(name.ToLowerInvariant()) ?? AwsEnvironmentVariables.Read(name);
#pragma warning restore CA1308
        if (text is null)
        {
            return null;
        }

        (Uri proxy, string? user, Secret? password) = UrlText.ParseProxy(
            text.IndexOf("://", StringComparison.Ordinal) < 0 ? "http://" + text : text, name, allowsSocks: true);
        if (user is not null)
        {
            credentials.Add(proxy, user, password);
        }

        return proxy;
    }

    private static List<string> Bypassed() =>
        (AwsEnvironmentVariables.Read("no_proxy") ?? AwsEnvironmentVariables.Read("NO_PROXY") ?? string.Empty)
            .Split(',').Select(each => each.Trim().TrimStart('.')).Where(each => each.Length > 0).ToList();

    private bool Matches(Uri destination)
    {
        string host = destination.Host.Trim('[', ']');
        string? hostAndPort = destination.IsDefaultPort ? null : $"{host}:{destination.Port}";
        return _bypassed.Any(each =>
            each == "*" || Is(host, each) || (hostAndPort is not null && Is(hostAndPort, each)));

        static bool Is(string host, string entry) => host.EndsWith(entry, StringComparison.OrdinalIgnoreCase)
            && (host.Length == entry.Length || host[host.Length - entry.Length - 1] == '.');
    }

    /// <summary>User names and passwords by proxy, for every authentication scheme.</summary>
    private sealed class ProxyCredentials : ICredentials
    {
        private readonly Dictionary<Uri, NetworkCredential> _byProxy = new();

        public void Add(Uri proxy, string user, Secret? password)
        {
            int domain = user.IndexOf('\\');
            _byProxy[proxy] = domain < 0
                ? new NetworkCredential(user, password?.Reveal())
                : new NetworkCredential(
                    user.Substring(domain + 1), password?.Reveal(), user.Substring(0, domain));
        }

        public NetworkCredential? GetCredential(Uri uri, string authType) =>
            _byProxy.TryGetValue(uri, out NetworkCredential? credential) ? credential : null;
    }
}
