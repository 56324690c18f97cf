using System;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Credentials;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Sessions;

/// <summary>How calls are made: region, endpoint, credentials, retries, and where client tokens come from.</summary>
/// <remarks>Immutable, and without a secret in any public property.</remarks>
public sealed class ThirdPartySession
{
    private readonly Func<ClientSettings, IThirdPartyJobClient> _clients;
    private IThirdPartyJobClient? _client;

    internal ThirdPartySession(
        string? name,
        ClientSettings settings,
        IClientTokenSource? tokens,
        Func<ClientSettings, IThirdPartyJobClient>? clients = null)
    {
        Name = name;
        Settings = settings;
        Tokens = tokens;
        _clients = clients ?? ClientCache.Get;
    }

    /// <summary>The name that <c>-Session</c> takes; empty for the settings of one call.</summary>
    public string? Name { get; }

    /// <summary>The region that requests are signed for.</summary>
    public string? Region => Settings.Region;

    /// <summary>The endpoint that was set; empty where the service's own rules tell it.</summary>
    public string? EndpointUrl => Settings.EndpointUrl;

    /// <summary>The endpoint of S3 that was set; empty where the environment, the profile or the region tells it.</summary>
    public string? S3EndpointUrl => Settings.S3EndpointUrl;

    /// <summary>Where credentials come from, in words.</summary>
    public string CredentialSource => CredentialResolver.Describe(Settings);

    /// <summary>Where client tokens come from, in words.</summary>
    public string ClientTokenSource => Tokens?.Description ?? EnvironmentTokenSource.Instance.Description;

    /// <summary>The named profile, if any.</summary>
    public string? ProfileName => Settings.ProfileName;

    /// <summary>The file of trusted authorities, if set.</summary>
    public string? CaBundle => Settings.CaBundle;

    /// <summary>The proxy, if set.</summary>
    public string? Proxy => Settings.Proxy;

    /// <summary>How long one attempt may take; the default is 60 s.</summary>
    public TimeSpan? Timeout => Settings.Timeout;

    /// <summary>How long connecting may take; the default is 3.1 s.</summary>
    public TimeSpan? ConnectTimeout => Settings.ConnectTimeout;

    /// <summary>How retries are spaced, if set.</summary>
    public ClientRetryMode? RetryMode => Settings.RetryMode;

    /// <summary>How often a call is tried at most, if set; the default is 3.</summary>
    public int? MaxAttempts => Settings.MaxAttempts;

    internal ClientSettings Settings { get; }

    internal IClientTokenSource? Tokens { get; }

    /// <summary>
    /// The client, made at the first call: a session with a wrong profile can be looked at, and mended.
    /// </summary>
    internal IThirdPartyJobClient Client => _client ??= _clients(Settings);

    /// <summary>The same session with other settings for a call.</summary>
    internal ThirdPartySession With(ClientSettings settings) =>
        settings == Settings ? this : new ThirdPartySession(Name, settings, Tokens, _clients);

    /// <summary>The same session with client tokens from elsewhere.</summary>
    internal ThirdPartySession WithTokens(IClientTokenSource tokens) => new(Name, Settings, tokens, _clients);

    /// <inheritdoc/>
    public override string ToString() => Name ?? Region ?? string.Empty;
}
