using System;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Credentials;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Sessions;

/// <summary>The settings of calls: region, endpoint, credentials, retries and the source of client tokens.</summary>
/// <remarks>Immutable. No public property contains a secret.</remarks>
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

    /// <summary>The name for <c>-Session</c>; <see langword="null"/> for the settings of a single call.</summary>
    public string? Name { get; }

    /// <summary>The region that requests are signed for.</summary>
    public string? Region => Settings.Region;

    /// <summary>The endpoint; <see langword="null"/> if the service's endpoint rules determine it.</summary>
    public string? EndpointUrl => Settings.EndpointUrl;

    /// <summary>
    /// The S3 endpoint; <see langword="null"/> if the environment, the profile or the region determines it.
    /// </summary>
    public string? S3EndpointUrl => Settings.S3EndpointUrl;

    /// <summary>The source of the credentials, for display.</summary>
    public string CredentialSource => CredentialResolver.Describe(Settings);

    /// <summary>The source of the client tokens, for display.</summary>
    public string ClientTokenSource => Tokens?.Description ?? EnvironmentTokenSource.Instance.Description;

    /// <summary>The name of the profile, if set.</summary>
    public string? ProfileName => Settings.ProfileName;

    /// <summary>The file of trusted authorities, if set.</summary>
    public string? CaBundle => Settings.CaBundle;

    /// <summary>The proxy, if set.</summary>
    public string? Proxy => Settings.Proxy;

    /// <summary>The time limit of an attempt, if set; the default is 60 s.</summary>
    public TimeSpan? Timeout => Settings.Timeout;

    /// <summary>The time limit of connecting, if set; the default is 3.1 s.</summary>
    public TimeSpan? ConnectTimeout => Settings.ConnectTimeout;

    /// <summary>The spacing of retries, if set.</summary>
    public ClientRetryMode? RetryMode => Settings.RetryMode;

    /// <summary>The maximum number of attempts per call, if set; the default is 3.</summary>
    public int? MaxAttempts => Settings.MaxAttempts;

    internal ClientSettings Settings { get; }

    internal IClientTokenSource? Tokens { get; }

    /// <summary>
    /// The client. It is created at the first call, so that users can display and correct a session with a wrong
    /// profile.
    /// </summary>
    internal IThirdPartyJobClient Client => _client ??= _clients(Settings);

    /// <summary>The same session with other settings for a call.</summary>
    internal ThirdPartySession With(ClientSettings settings) =>
        settings == Settings ? this : new ThirdPartySession(Name, settings, Tokens, _clients);

    /// <summary>The same session with another source of client tokens.</summary>
    internal ThirdPartySession WithTokens(IClientTokenSource tokens) => new(Name, Settings, tokens, _clients);

    /// <inheritdoc/>
    public override string ToString() => Name ?? Region ?? string.Empty;
}
