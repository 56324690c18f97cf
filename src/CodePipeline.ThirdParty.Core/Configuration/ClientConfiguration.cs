using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>Makes the SDK's configuration of ours, and refuses what cannot work with words that name it.</summary>
/// <remarks>
/// Every setting that the SDK would else look up in the environment and in the profile is set here: it reads its files
/// by rules of its own, once in a process, and one bad line makes its types unusable until the process ends.
/// </remarks>
internal static class ClientConfiguration
{
    private const int DefaultRetries = 2;
    private const long SmallestCompressed = 10240;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longestTimeout = TimeSpan.FromDays(1);

#if NET
    // Else the first client looks for it in the profile's file. On .NET Framework the SDK may be another module's.
    static ClientConfiguration() => AWSConfigs.CSMConfig.CSMEnabled = false;
#endif

    public static CodePipelineConfig Create(ClientSettings settings) => Create(new AwsSettings(settings));

    public static CodePipelineConfig Create(AwsSettings aws)
    {
        var config = new CodePipelineConfig();
        Fill(config, aws, aws.Region, EndpointOf(aws));
        return config;
    }

    /// <summary>The endpoint that is given or configured for CodePipeline.</summary>
    public static Uri? EndpointOf(AwsSettings aws) => aws.Given.EndpointUrl is string url
        ? UrlText.Parse(url, "EndpointUrl")
        : aws.EndpointOf(AwsService.CodePipeline);

    /// <summary>How long nothing may come, at most; infinite for a time limit of 0.</summary>
    public static TimeSpan TimeoutOf(ClientSettings settings) => CheckTime(settings.Timeout, "Timeout") ?? s_timeout;

    /// <summary>What is the same for every service.</summary>
    /// <param name="config">What is filled in.</param>
    /// <param name="aws">The settings.</param>
    /// <param name="region">The region that is called and signed for.</param>
    /// <param name="endpoint">The endpoint that is set, if one is.</param>
    /// <param name="hasShortAnswers">Whether answers are held to a length and a time.</param>
    public static void Fill(
        ClientConfig config, AwsSettings aws, string region, Uri? endpoint, bool hasShortAnswers = true)
    {
        config.DisableLogging = true;
        config.Timeout = TimeoutOf(aws.Given);
        config.MaxErrorRetry = aws.MaxAttempts - 1 ?? DefaultRetries;
        config.RetryMode =
            aws.RetryMode == ClientRetryMode.Adaptive ? RequestRetryMode.Adaptive : RequestRetryMode.Standard;

        // Else the SDK sends a request up to ten times more where a connection breaks, whatever the attempts are set
        // to.
        config.MaxStaleConnectionRetries = 0;
        config.UseFIPSEndpoint = aws.UseFips;
        config.UseDualstackEndpoint = aws.UseDualStack;
        Seal(config);
        if (endpoint is not null)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        config.AuthenticationRegion = region;
        ConfigureHttp(aws, config, endpoint, hasShortAnswers);
    }

    /// <summary>
    /// Tells of everything that cannot work, the CA bundle's content included, which a client reads at its first
    /// handshake.
    /// </summary>
    public static void Check(ClientSettings settings)
    {
        var aws = new AwsSettings(settings);
        _ = Create(aws);
        if (settings.S3EndpointUrl is string s3)
        {
            _ = UrlText.Parse(s3, "S3EndpointUrl");
        }

#if NET
        if (settings.CaBundle is not null)
        {
            _ = HttpFactory.ReadBundle(settings.CaBundle);
        }
#endif
    }

    /// <summary>Sets what the SDK would else look up by itself.</summary>
    private static void Seal(ClientConfig config)
    {
        config.IgnoreConfiguredEndpointUrls = true;
        config.DefaultConfigurationMode = DefaultConfigurationMode.Standard;
        config.AccountIdEndpointMode = AccountIdEndpointMode.PREFERRED;
        config.AuthSchemePreference = new List<string>();
        config.SigV4aSigningRegionSet = new List<string>();
        config.DisableClockSkewCorrection = false;
        config.DisableRequestCompression = true;
        config.RequestMinCompressionSizeBytes = SmallestCompressed;
        config.ClientAppId = string.Empty;
        config.EndpointDiscoveryEnabled = false;
        config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_SUPPORTED;
        config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
    }

#if NET
    /// <summary>Proxy, trusted authorities, and how long connecting may take.</summary>
    private static void ConfigureHttp(
        AwsSettings aws, ClientConfig config, Uri? endpoint, bool hasShortAnswers)
    {
        if (CheckTime(aws.Given.ConnectTimeout, "ConnectTimeout") is TimeSpan connectTimeout)
        {
            config.ConnectTimeout = connectTimeout;
        }

        config.HttpClientFactory = new HttpFactory(
            CaBundleOf(aws),
            (IWebProxy?)Proxy(aws.Given) ?? EnvironmentProxy.Find(),
            bypassProxy: aws.Given.Proxy is null && endpoint?.IsLoopback == true,
            aws.Given.Intercept)
        {
            HasShortAnswers = hasShortAnswers,
        };
    }

    private static string? CaBundleOf(AwsSettings aws) => aws.CaBundle is not (string path, string name) ? null
        : File.Exists(path) ? path
        : throw new InvalidInputException(
            name,
            $"{name} '{path}' is not there.",
            "Give the path of a file with the certificates to trust, in PEM form.");
#else
    /// <summary>Proxy, trusted authorities, and how long connecting may take.</summary>
    private static void ConfigureHttp(
        AwsSettings aws, ClientConfig config, Uri? endpoint, bool hasShortAnswers)
    {
        _ = (endpoint, hasShortAnswers);
        RefuseIf(aws.Given.CaBundle is not null, "CaBundle", "Put the authority into the certificate store of Windows");
        RefuseIf(aws.Given.ConnectTimeout is not null, "ConnectTimeout", "Use -Timeout, which covers connecting");
        if (Proxy(aws.Given) is WebProxy proxy)
        {
            config.SetWebProxy(proxy);
        }
    }

    private static void RefuseIf(bool given, string inputName, string recommendedAction)
    {
        if (given)
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} cannot be used in Windows PowerShell 5.1: the SDK of .NET Framework has no such setting.",
                $"{recommendedAction}, or use PowerShell 7.4 or later.");
        }
    }
#endif

    /// <summary>A time limit; 0 is none, as in the AWS CLI.</summary>
    private static TimeSpan? CheckTime(TimeSpan? time, string inputName) =>
        time == TimeSpan.Zero ? System.Threading.Timeout.InfiniteTimeSpan
        : time is null || (time > TimeSpan.Zero && time <= s_longestTimeout) ? time
        : throw new InvalidInputException(
            inputName, $"{inputName} {time:c} cannot be waited for.", "Give at most 1 day, or 0 for no time limit.");

    private static WebProxy? Proxy(ClientSettings settings)
    {
        if (settings.Proxy is null)
        {
            return null;
        }

        (Uri address, string? user, Secret? password) = UrlText.ParseProxy(settings.Proxy, "Proxy");
        var proxy = new WebProxy(address);
        if ((settings.ProxyUser ?? user) is string name)
        {
            proxy.Credentials = new NetworkCredential(
                name, (settings.ProxyUser is not null ? settings.ProxyPassword : password)?.Reveal());
        }

        return proxy;
    }
}
