using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.State;
using CodePipeline.ThirdParty.TokenSources;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// Keeps for this runspace how calls are made, and where client tokens come from. Calls nothing itself.
/// </summary>
[Cmdlet(VerbsCommunications.Connect, "CPThirdParty", DefaultParameterSetName = ServiceSet)]
[OutputType(typeof(ThirdPartySession))]
public sealed class ConnectThirdPartyCommand : ConnectedCommand
{
    private const string ServiceSet = "Service";
    private const string EmulatorSet = "Emulator";

    /// <summary>The name of the session; without it, the one that cmdlets use by themselves.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public string Name { get; set; } = SessionStore.DefaultName;

    /// <summary>An emulator to connect to, or its name: region, endpoint, keys and client tokens come from it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = EmulatorSet)]
    [EmulatorTransformation]
    [ArgumentCompleter(typeof(EmulatorCompleter))]
    public ThirdPartyEmulator? Emulator { get; set; }

    /// <summary>The client tokens: one, a hashtable of client id to token, or a script block.</summary>
    [Parameter]
    [ClientTokenTransformation]
    [NoCompletion]
    public ClientTokenArgument? ClientToken { get; set; }

    /// <summary>A vault of Microsoft.PowerShell.SecretManagement with a secret for each client id.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [ValidateNotNullOrEmpty]
    [NoCompletion]
    public string? ClientTokenVault { get; set; }

    /// <summary>Signs nothing.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public SwitchParameter Anonymous { get; set; }

    /// <summary>A file of certificates to trust instead of the system's, in PEM form.</summary>
    [Parameter]
    public string? CaBundle { get; set; }

    /// <summary>How long one attempt may take, in seconds or as a TimeSpan; 60 s if not given.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? Timeout { get; set; }

    /// <summary>How long connecting may take, in seconds or as a TimeSpan; 3.1 s if not given.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>How retries are spaced.</summary>
    [Parameter]
    public ClientRetryMode? RetryMode { get; set; }

    /// <summary>How often a call is tried at most, 1 to 100; 3 if not given.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    [NoCompletion]
    public int? MaxAttempts { get; set; }

    /// <summary>The URL of a proxy.</summary>
    [Parameter]
    [NoCompletion]
    public string? Proxy { get; set; }

    /// <summary>User name and password for the proxy.</summary>
    [Parameter]
    [Credential]
    [NoCompletion]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Uses the endpoints of FIPS 140.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public SwitchParameter UseFipsEndpoint { get; set; }

    /// <summary>Uses the endpoints for IPv4 and IPv6.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public SwitchParameter UseDualStackEndpoint { get; set; }

    /// <summary>Emits the session.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override object Target => Name;

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        ThirdPartySession? basis = Session is null
            ? null
            : await EffectiveSessionAsync(PipedObject.None, cancellationToken).ConfigureAwait(false);
        ClientSettings settings = Emulator is null ? basis?.Settings ?? new ClientSettings() : SettingsFor(Emulator);
        settings = await OverrideAsync(
            WithProxy(settings) with
            {
                Anonymous = Flag(Anonymous) ?? settings.Anonymous,
                CaBundle = await PathAsync(CaBundle, cancellationToken).ConfigureAwait(false) ?? settings.CaBundle,
                Timeout = Timeout ?? settings.Timeout,
                ConnectTimeout = ConnectTimeout ?? settings.ConnectTimeout,
                RetryMode = RetryMode ?? settings.RetryMode,
                MaxAttempts = MaxAttempts ?? settings.MaxAttempts,
                UseFips = Flag(UseFipsEndpoint) ?? settings.UseFips,
                UseDualStack = Flag(UseDualStackEndpoint) ?? settings.UseDualStack,
            },
            Given(PipedObject.None),
            cancellationToken).ConfigureAwait(false);

        // A wrong region, URL or bundle is told now, not at the first call.
        ClientConfiguration.Check(settings);
        if (settings.EndpointUrl is null && !RegionNames.IsKnown(settings.Region!))
        {
            Warn($"The AWS SDK knows no region '{settings.Region}'. Check its name, unless the region is new.");
        }

        var session = new ThirdPartySession(Name, settings, Tokens() ?? basis?.Tokens);
        Shell.Sessions.Add(session);
        Say($"Connected as session '{Name}': region {session.Region}, credentials from {session.CredentialSource}, "
            + $"client tokens from {session.ClientTokenSource}.");
        if (PassThru)
        {
            Write(session);
        }
    }

    private static ClientSettings SettingsFor(ThirdPartyEmulator emulator) => new()
    {
        Region = emulator.Region,
        EndpointUrl = emulator.Endpoint.AbsoluteUri,
        EmulatorUrl = emulator.Endpoint.AbsoluteUri,
        UseFips = false,
        UseDualStack = false,
        AccessKey = emulator.AccessKeyId,
        SecretKey = emulator.SecretAccessKey,
    };

    /// <summary>The settings with the proxy; a password that stands in its URL becomes a secret.</summary>
    private ClientSettings WithProxy(ClientSettings settings)
    {
        if (Proxy is not null)
        {
            (Uri proxy, string? user, Secret? password) = UrlText.ParseProxy(Proxy, "Proxy");
            settings = settings with
            {
                Proxy = user is null ? Proxy : proxy.AbsoluteUri, ProxyUser = user, ProxyPassword = password,
            };
        }

        return ProxyCredential is null
            ? settings
            : settings with
            {
                ProxyUser = ProxyCredential.UserName,
                ProxyPassword = SecretTransformationAttribute.Make(ProxyCredential, "ProxyCredential"),
            };
    }

    private static bool? Flag(SwitchParameter given) => given.IsPresent ? given.ToBool() : null;

    private IClientTokenSource? Tokens()
    {
        if (ClientToken is not null && ClientTokenVault is not null)
        {
            throw new InvalidInputException(
                "ClientToken", "ClientToken and ClientTokenVault are both given.", "Give one of them.");
        }

        return ClientToken?.Source
            ?? (ClientTokenVault is not null ? new CachingTokenSource(new VaultTokenSource(ClientTokenVault))
            : Emulator is ThirdPartyEmulator emulator ? new DelegateTokenSource(
                (clientId, _) => Task.FromResult(
                    emulator.GetClients().TryGetValue(clientId, out Secret? token) ? token : null),
                $"the emulator '{emulator.Name}'")
            : null);
    }
}
