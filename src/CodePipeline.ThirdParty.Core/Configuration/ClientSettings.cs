using System;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>How retries are spaced.</summary>
public enum ClientRetryMode
{
    /// <summary>Exponential back-off with jitter, within a budget.</summary>
    Standard,

    /// <summary>As standard, and the rate of calls follows the service's throttling.</summary>
    Adaptive,
}

/// <summary>Everything that makes one client differ from another. Two equal settings share a client.</summary>
internal sealed record ClientSettings
{
    public string? Region { get; init; }

    public string? ProfileName { get; init; }

    public string? ProfileLocation { get; init; }

    public string? AccessKey { get; init; }

    public Secret? SecretKey { get; init; }

    public Secret? SessionToken { get; init; }

    /// <summary>Credentials that another module made; they renew themselves.</summary>
    public AWSCredentials? Credential { get; init; }

    public bool Anonymous { get; init; }

    /// <summary>Whether no other place is asked for credentials.</summary>
    public bool HasCredentials => Anonymous || Credential is not null || HasKeys;

    /// <summary>Whether keys are given, all of them or some.</summary>
    public bool HasKeys => AccessKey is not null || SecretKey is not null || SessionToken is not null;

    public string? EndpointUrl { get; init; }

    /// <summary>The endpoint of S3, if one is given.</summary>
    public string? S3EndpointUrl { get; init; }

    /// <summary>The endpoint of an emulator, which has S3 too.</summary>
    public string? EmulatorUrl { get; init; }

    public bool? UseFips { get; init; }

    public bool? UseDualStack { get; init; }

    public string? CaBundle { get; init; }

    public string? Proxy { get; init; }

    public string? ProxyUser { get; init; }

    public Secret? ProxyPassword { get; init; }

    public TimeSpan? Timeout { get; init; }

    public TimeSpan? ConnectTimeout { get; init; }

    public ClientRetryMode? RetryMode { get; init; }

    public int? MaxAttempts { get; init; }

    /// <summary>
    /// The AWS variables and the state of the AWS files at the time: a client reads them once, and users change them in
    /// a session.
    /// </summary>
    public string Environment { get; init; } = string.Empty;

#if NET
    /// <summary>Stands between a client and the network; for tests.</summary>
    public Func<HttpFactory, System.Net.Http.HttpMessageHandler, System.Net.Http.HttpMessageHandler>? Intercept
    {
        get;
        init;
    }
#endif
}
