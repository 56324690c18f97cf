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
/// Creates a session with connection settings and a client token source for this runspace. Sends no request.
/// </summary>
[Cmdlet(VerbsCommunications.Connect, "CPThirdParty", DefaultParameterSetName = ServiceSet)]
[OutputType(typeof(ThirdPartySession))]
public sealed class ConnectThirdPartyCommand : ConnectedCommand
{
    private const string ServiceSet = "Service";
    private const string EmulatorSet = "Emulator";

    /// <summary>The session name. The default session is the one that cmdlets use when none is named.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public string Name { get; set; } = SessionStore.DefaultName;

    /// <summary>An emulator or its name. It supplies region, endpoint, keys and client tokens.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = EmulatorSet)]
    [EmulatorTransformation]
    [ArgumentCompleter(typeof(EmulatorCompleter))]
    public ThirdPartyEmulator? Emulator { get; set; }

    /// <summary>The client tokens: one token, a hashtable of client id to token, or a script block.</summary>
    [Parameter]
    [ClientTokenTransformation]
    [NoCompletion]
    public ClientTokenArgument? ClientToken { get; set; }

    /// <summary>A Microsoft.PowerShell.SecretManagement vault with one secret for each client id.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [ValidateNotNullOrEmpty]
    [NoCompletion]
    public string? ClientTokenVault { get; set; }

    /// <summary>Sends unsigned requests.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public SwitchParameter Anonymous { get; set; }

    /// <summary>A PEM file with certificates to trust instead of the system's.</summary>
    [Parameter]
    public string? CaBundle { get; set; }

    /// <summary>The timeout of one attempt, in seconds or as a TimeSpan. The default is 60 s.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? Timeout { get; set; }

    /// <summary>The connection timeout, in seconds or as a TimeSpan. The default is 3.1 s.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>The retry mode.</summary>
    [Parameter]
    public ClientRetryMode? RetryMode { get; set; }

    /// <summary>The maximum number of attempts for one call, 1 to 100. The default is 3.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    [NoCompletion]
    public int? MaxAttempts { get; set; }

    /// <summary>The URL of a proxy.</summary>
    [Parameter]
    [NoCompletion]
    public string? Proxy { get; set; }

    /// <summary>The user name and password for the proxy.</summary>
    [Parameter]
    [Credential]
    [NoCompletion]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Uses FIPS 140 endpoints.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public SwitchParameter UseFipsEndpoint { get; set; }

    /// <summary>Uses dual-stack (IPv4 and IPv6) endpoints.</summary>
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

        // Reports a wrong region, URL or CA bundle now instead of at the first call.
        ClientConfiguration.Check(settings);
        if (settings.EndpointUrl is null && !RegionNames.IsKnown(settings.Region!))
        {
            WriteWarningLine(
                $"The AWS SDK does not know the region '{settings.Region}'. Check its name, unless it is new.");
        }

        var session = new ThirdPartySession(Name, settings, Tokens() ?? basis?.Tokens);
        Shell.Sessions.Add(session);
        WriteVerboseLine(
            $"Connected as session '{Name}': region {session.Region}, credentials from {session.CredentialSource}, "
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

    /// <summary>Adds the proxy to the settings. Turns a password in its URL into a secret.</summary>
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
                "ClientToken", "-ClientToken and -ClientTokenVault cannot be used together.", "Use one of them.");
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
