using System;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>How the client spaces its retries.</summary>
public enum ClientRetryMode
{
    /// <summary>Exponential back-off with jitter, within a retry budget.</summary>
    Standard,

    /// <summary>Like Standard; in addition, the call rate adapts to the service's throttling.</summary>
    Adaptive,
}

/// <summary>All settings that distinguish one client from another. Equal settings share a client.</summary>
internal sealed record ClientSettings
{
    public string? Region { get; init; }

    public string? ProfileName { get; init; }

    public string? ProfileLocation { get; init; }

    public string? AccessKey { get; init; }

    public Secret? SecretKey { get; init; }

    public Secret? SessionToken { get; init; }

    /// <summary>Credentials from another module, which renew themselves.</summary>
    public AWSCredentials? Credential { get; init; }

    public bool Anonymous { get; init; }

    /// <summary>Whether these settings alone determine the credentials.</summary>
    public bool HasCredentials => Anonymous || Credential is not null || HasKeys;

    /// <summary>Whether an access key, a secret key or a session token is given.</summary>
    public bool HasKeys => AccessKey is not null || SecretKey is not null || SessionToken is not null;

    public string? EndpointUrl { get; init; }

    /// <summary>The S3 endpoint, if one is given.</summary>
    public string? S3EndpointUrl { get; init; }

    /// <summary>The endpoint of an emulator, which also serves S3.</summary>
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
    /// A stamp of the AWS variables and files. A client reads them only once, so a change must lead to another client.
    /// </summary>
    public string Environment { get; init; } = string.Empty;

#if NET
    /// <summary>Wraps the HTTP handler of a client, for tests.</summary>
    public Func<HttpFactory, System.Net.Http.HttpMessageHandler, System.Net.Http.HttpMessageHandler>? Intercept
    {
        get;
        init;
    }
#endif
}
