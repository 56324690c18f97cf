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

/// <summary>
/// Builds the SDK's client configuration, and rejects unusable settings with an error that names them.
/// </summary>
/// <remarks>
/// Sets every value that the SDK would otherwise look up in the environment and the profile. The SDK reads the AWS
/// files by other rules and only once per process, and a single bad line makes its types unusable until the process
/// ends.
/// </remarks>
internal static class ClientConfiguration
{
    private const int DefaultRetries = 2;
    private const long SmallestCompressed = 10240;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_longestTimeout = TimeSpan.FromDays(1);

#if NET
    // Otherwise, the first client looks for it in the profile's file. On .NET Framework, the SDK may belong to another
    // module.
    static ClientConfiguration() => AWSConfigs.CSMConfig.CSMEnabled = false;
#endif

    public static CodePipelineConfig Create(ClientSettings settings) => Create(new AwsSettings(settings));

    public static CodePipelineConfig Create(AwsSettings aws)
    {
        var config = new CodePipelineConfig();
        Fill(config, aws, aws.Region, EndpointOf(aws));
        return config;
    }

    /// <summary>The endpoint that is given or configured for CodePipeline; <see langword="null"/> if none is.</summary>
    public static Uri? EndpointOf(AwsSettings aws) => aws.Given.EndpointUrl is string url
        ? UrlText.Parse(url, "EndpointUrl")
        : aws.EndpointOf(AwsService.CodePipeline);

    /// <summary>The time limit of an attempt, by default 60 s; infinite if the setting is 0.</summary>
    public static TimeSpan TimeoutOf(ClientSettings settings) => CheckTime(settings.Timeout, "Timeout") ?? s_timeout;

    /// <summary>Sets the values that are the same for every service.</summary>
    /// <param name="config">The configuration to fill in.</param>
    /// <param name="aws">The settings.</param>
    /// <param name="region">The region to call and to sign for.</param>
    /// <param name="endpoint">The endpoint, if one is set.</param>
    /// <param name="hasShortAnswers">Whether to limit the length and the time of responses.</param>
    public static void Fill(
        ClientConfig config, AwsSettings aws, string region, Uri? endpoint, bool hasShortAnswers = true)
    {
        config.DisableLogging = true;
        config.Timeout = TimeoutOf(aws.Given);
        config.MaxErrorRetry = aws.MaxAttempts - 1 ?? DefaultRetries;
        config.RetryMode =
            aws.RetryMode == ClientRetryMode.Adaptive ? RequestRetryMode.Adaptive : RequestRetryMode.Standard;

        // Otherwise, the SDK resends a request up to ten times if the connection breaks, regardless of MaxErrorRetry.
        config.MaxStaleConnectionRetries = 0;
        config.UseFIPSEndpoint = aws.UseFips;
        config.UseDualstackEndpoint = aws.UseDualStack;
        DisableLookups(config);
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
    /// Rejects every setting that cannot work. Also reads the CA bundle, which a client reads only at its first TLS
    /// handshake.
    /// </summary>
    /// <exception cref="InvalidInputException">A setting cannot work.</exception>
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

    /// <summary>Sets the remaining values that the SDK would otherwise look up.</summary>
    private static void DisableLookups(ClientConfig config)
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
    /// <summary>Sets the proxy, the CA bundle and the connect timeout.</summary>
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
            $"{name} '{path}' does not exist.",
            "Give the path of a file that contains the trusted certificates in PEM format.");
#else
    /// <summary>Sets the proxy, the CA bundle and the connect timeout.</summary>
    private static void ConfigureHttp(
        AwsSettings aws, ClientConfig config, Uri? endpoint, bool hasShortAnswers)
    {
        _ = (endpoint, hasShortAnswers);
        ThrowIf(aws.Given.CaBundle is not null, "CaBundle", "Add the authority to the Windows certificate store");
        ThrowIf(aws.Given.ConnectTimeout is not null, "ConnectTimeout", "Use -Timeout, which covers connecting");
        if (Proxy(aws.Given) is WebProxy proxy)
        {
            config.SetWebProxy(proxy);
        }
    }

    private static void ThrowIf(bool given, string inputName, string recommendedAction)
    {
        if (given)
        {
            throw new InvalidInputException(
                inputName,
                $"Windows PowerShell 5.1 does not support {inputName}: the SDK for .NET Framework has no such setting.",
                $"{recommendedAction}, or use PowerShell 7.4 or later.");
        }
    }
#endif

    /// <summary>Checks a time limit. 0 means no limit, as in the AWS CLI.</summary>
    private static TimeSpan? CheckTime(TimeSpan? time, string inputName) =>
        time == TimeSpan.Zero ? System.Threading.Timeout.InfiniteTimeSpan
        : time is null || (time > TimeSpan.Zero && time <= s_longestTimeout) ? time
        : throw new InvalidInputException(
            inputName, $"{inputName} {time:c} is out of range.", "Give at most 1 day, or 0 for no time limit.");

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
