using System;
using System.IO;
using System.Net;
using Amazon;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Makes the SDK's configuration of ours, and refuses what cannot work with words that name it.</summary>
internal static class ClientConfiguration
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longestTimeout = TimeSpan.FromDays(1);

    public static CodePipelineConfig Create(ClientSettings settings)
    {
        var config = new CodePipelineConfig
        {
            Timeout = TimeoutOf(settings),
            RetryMode = (settings.RetryMode ?? AwsEnvironment.RetryMode) == ClientRetryMode.Adaptive
                ? RequestRetryMode.Adaptive
                : RequestRetryMode.Standard,
        };
        if (AttemptsOf(settings) is int attempts)
        {
            config.MaxErrorRetry = attempts - 1;
        }

        Fill(config, settings, RegionResolver.Check(settings.Region), settings.EndpointUrl);
        ConfigureHttp(settings, config);
        return config;
    }

    /// <summary>How long nothing may come, at most.</summary>
    public static TimeSpan TimeoutOf(ClientSettings settings) => CheckTime(settings.Timeout, "Timeout") ?? s_timeout;

    /// <summary>How often a request is sent at most, where it was set.</summary>
    public static int? AttemptsOf(ClientSettings settings) => settings.MaxAttempts ?? AwsEnvironment.MaxAttempts;

    /// <summary>
    /// What is the same for every service: region, profile, kind of endpoint, the endpoint that was set.
    /// </summary>
    public static void Fill(ClientConfig config, ClientSettings settings, string region, string? endpointUrl)
    {
        config.AuthenticationRegion = region;
        config.DisableLogging = true;

        // Else the SDK sends a request up to ten times more where a connection breaks, whatever the attempts are set
        // to.
        config.MaxStaleConnectionRetries = 0;
        if (settings.ProfileName is not null)
        {
            config.Profile = new Profile(settings.ProfileName, settings.ProfileLocation);
        }

        if ((settings.UseFips ?? AwsEnvironment.UseFips) is bool fips)
        {
            config.UseFIPSEndpoint = fips;
        }

        if ((settings.UseDualStack ?? AwsEnvironment.UseDualStack) is bool dualStack)
        {
            config.UseDualstackEndpoint = dualStack;
        }

        if (AwsEnvironment.IgnoreEndpoints is bool ignore)
        {
            config.IgnoreConfiguredEndpointUrls = ignore;
        }

        if (endpointUrl is not null)
        {
            config.ServiceURL = CheckUrl(endpointUrl, "EndpointUrl").AbsoluteUri;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            if (Configured(config) is not string configured)
            {
                return;
            }

            // A variable that is empty says nothing, to the AWS CLI either; the SDK takes it for an endpoint.
            if (!string.IsNullOrWhiteSpace(configured))
            {
                CheckUrl(configured, "endpoint_url");
            }
            else if (AwsEnvironment.Endpoint is string general)
            {
                config.ServiceURL = CheckUrl(general, "endpoint_url").AbsoluteUri;
            }
            else
            {
                // A region takes the endpoint that it has kept away.
                config.IgnoreConfiguredEndpointUrls = true;
                config.ServiceURL = null;
                config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            }
        }
    }

    /// <summary>
    /// What AWS_ENDPOINT_URL_SERVICE, AWS_ENDPOINT_URL or the profile's services section says, if one does.
    /// </summary>
    private static string? Configured(ClientConfig config)
    {
        try
        {
            return config.ServiceURL;
        }
        catch (AmazonClientException error)
        {
            throw new InvalidInputException(
                "endpoint_url",
                $"The endpoint that is configured cannot be used: {error.Message}",
                "Set AWS_ENDPOINT_URL, or endpoint_url in the profile, to a whole URL, or remove it.",
                error);
        }
    }

    /// <summary>
    /// Tells of everything that cannot work, the CA bundle's content included, which a client reads at its first
    /// handshake.
    /// </summary>
    public static void Check(ClientSettings settings)
    {
        _ = Create(settings);
#if NET
        if (settings.CaBundle is not null)
        {
            _ = HttpFactory.ReadBundle(settings.CaBundle);
        }
#endif
    }

#if NET
    /// <summary>Proxy, trusted authorities, and how long connecting may take.</summary>
    public static void ConfigureHttp(ClientSettings settings, ClientConfig config)
    {
        if (CheckTime(settings.ConnectTimeout, "ConnectTimeout") is TimeSpan connectTimeout)
        {
            config.ConnectTimeout = connectTimeout;
        }

        config.HttpClientFactory = new HttpFactory(
            CheckCaBundle(settings.CaBundle, "CaBundle") ?? CheckCaBundle(AwsEnvironment.CaBundle, "AWS_CA_BUNDLE"),
            Proxy(settings),
            bypassProxy: settings.Proxy is null && config.ServiceURL is string url && new Uri(url).IsLoopback);
    }

    private static string? CheckCaBundle(string? path, string inputName)
    {
        if (path is not null && !File.Exists(path))
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} '{path}' is not there.",
                "Give the path of a file with the certificates to trust, in PEM form.");
        }

        return path;
    }
#else
    /// <summary>Proxy, trusted authorities, and how long connecting may take.</summary>
    public static void ConfigureHttp(ClientSettings settings, ClientConfig config)
    {
        RefuseIf(settings.CaBundle is not null, "CaBundle", "Put the authority into the certificate store of Windows");
        RefuseIf(settings.ConnectTimeout is not null, "ConnectTimeout", "Use -Timeout, which covers connecting");
        if (Proxy(settings) is WebProxy proxy)
        {
            config.SetWebProxy(proxy);
        }
    }

    private static void RefuseIf(bool given, string inputName, string cure)
    {
        if (given)
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} cannot be used in Windows PowerShell 5.1: the SDK of .NET Framework has no such setting.",
                $"{cure}, or use PowerShell 7.4 or later.");
        }
    }
#endif

    private static TimeSpan? CheckTime(TimeSpan? time, string inputName) =>
        time is null || (time > TimeSpan.Zero && time <= s_longestTimeout)
            ? time
            : throw new InvalidInputException(
                inputName, $"{inputName} {time:c} cannot be waited for.",
                "Give more than 0 seconds and at most 1 day.");

    private static Uri CheckUrl(
        string url, string inputName, string example = "https://codepipeline.eu-west-1.amazonaws.com") =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            ? uri
            : throw new InvalidInputException(
                inputName,
                $"{inputName} '{url}' is not a URL of http or https.",
                $"Give a whole URL, for example {example}.");

    private static WebProxy? Proxy(ClientSettings settings)
    {
        if (settings.Proxy is null)
        {
            return null;
        }

        var proxy = new WebProxy(CheckUrl(settings.Proxy, "Proxy", "http://proxy.example.com:8080"));
        if (settings.ProxyUser is not null)
        {
            proxy.Credentials = new NetworkCredential(settings.ProxyUser, settings.ProxyPassword?.Reveal());
        }

        return proxy;
    }
}
