using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Hosting;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>A cmdlet that calls the service: a session, and what overrides it for this call.</summary>
public abstract class ConnectedCommand : AsyncCommand
{
    private (object? Named, ThirdPartySession? Session) _effective;
    private CallOptions? _options;

    /// <summary>
    /// A session of Connect-CPThirdParty, or its name. Without it: the job's own, then the current one.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public object? Session { get; set; }

    /// <summary>The region to call.</summary>
    [Parameter]
    [Alias("RegionToCall")]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>A profile of the AWS config or credentials file.</summary>
    [Parameter]
    [Alias("StoredCredentials", "AWSProfileName")]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string? ProfileName { get; set; }

    /// <summary>The credentials file to look for the profile in.</summary>
    [Parameter]
    [Alias("AWSProfilesLocation", "ProfilesLocation")]
    public string? ProfileLocation { get; set; }

    /// <summary>AWS credentials: a PSCredential, the Credentials of an STS call, or an object of AWS.Tools.</summary>
    [Parameter]
    [CredentialTransformation]
    [NoCompletion]
    public CredentialArgument? Credential { get; set; }

    /// <summary>The access key id.</summary>
    [Parameter]
    [Alias("AK")]
    [NoCompletion]
    public string? AccessKey { get; set; }

    /// <summary>The secret access key.</summary>
    [Parameter]
    [Alias("SK", "SecretAccessKey")]
    [SecretTransformation]
    [NoCompletion]
    public Secret? SecretKey { get; set; }

    /// <summary>The session token of temporary keys.</summary>
    [Parameter]
    [Alias("ST")]
    [SecretTransformation]
    [NoCompletion]
    public Secret? SessionToken { get; set; }

    /// <summary>Another endpoint than the region's.</summary>
    [Parameter]
    [NoCompletion]
    public string? EndpointUrl { get; set; }

    /// <summary>Another endpoint of S3, for artifacts, than the region's.</summary>
    [Parameter]
    public string? S3EndpointUrl { get; set; }

    /// <summary>
    /// What each call reports: warnings about the connection, and the wire, redacted, where the user asked for -Debug.
    /// A code of an MFA device is asked for.
    /// </summary>
    private protected CallOptions Options => _options ??= new()
    {
        Wire = Shell.WantsDebug ? Debug : null,
        Notice = Warn,
        AskMfaCode = (serial, stop) => AskAsync(host => host.AskMfaCode(serial), stop),
    };

    /// <summary>The session to call through; kept until another one is named.</summary>
    private protected async Task<ThirdPartySession> EffectiveSessionAsync(
        ThirdPartySession? carried, CancellationToken cancellationToken)
    {
        object? named = (Session is PSObject wrapped ? wrapped.BaseObject : Session) ?? carried;
        if (_effective.Session is not null && ReferenceEquals(_effective.Named, named))
        {
            return _effective.Session;
        }

        ThirdPartySession? basis = named switch
        {
            null => Shell.Sessions.Current,
            ThirdPartySession session => session,
            _ => Shell.Sessions.Find(named.ToString()!) ?? throw new TerminatingException(ErrorCatalog.SessionNotFound(
                named.ToString()!, Shell.Sessions.All().Select(session => session.Name))),
        };
        ClientSettings settings = await OverrideAsync(basis?.Settings ?? new ClientSettings(), cancellationToken)
            .ConfigureAwait(false);
        ThirdPartySession effective =
            basis?.With(settings) ?? new ThirdPartySession(name: null, settings, tokens: null);
        _effective = (named, effective);
        return effective;
    }

    /// <summary>The settings with this call's parameters, AWS.Tools' variables and the environment filled in.</summary>
    private protected async Task<ClientSettings> OverrideAsync(
        ClientSettings settings, CancellationToken cancellationToken)
    {
        bool keys =
            AccessKey is not null || SecretKey is not null || SessionToken is not null || Credential is not null;
        if (keys || ProfileName is not null || ProfileLocation is not null)
        {
            // A file without a name is where the profile is that would be used anyway.
            string? profile = ProfileName ?? (keys ? null
                : settings.ProfileName ?? AwsEnvironment.Profile ?? SharedConfig.DefaultProfile);

            // One kind of credentials takes the place of another.
            settings = settings with
            {
                Anonymous = false,
                AccessKey = AccessKey,
                SecretKey = SecretKey,
                SessionToken = SessionToken,
                Credential = Credential?.Credentials,
                ProfileName = profile,
                ProfileLocation = await PathAsync(ProfileLocation, cancellationToken).ConfigureAwait(false),
            };
        }

        settings = settings with
        {
            EndpointUrl = EndpointUrl ?? settings.EndpointUrl,

            EmulatorUrl = EndpointUrl is null ? settings.EmulatorUrl : EmulatorRegistry.FindUrl(EndpointUrl),
            S3EndpointUrl = S3EndpointUrl ?? settings.S3EndpointUrl,
            Environment = AwsEnvironment.Stamp(settings.ProfileLocation),
        };

        // What Set-AWSCredential and Set-DefaultAWSRegion of AWS.Tools leave behind.
        if (!settings.HasCredentials && settings.ProfileName is null && await VariableAsync("StoredAWSCredentials", cancellationToken).ConfigureAwait(false)
            is object stored)
        {
            settings = settings with { Credential = CredentialArgument.Of(stored).Credentials };
        }

        return settings with
        {
            Region = Region ?? settings.Region
                ?? await StoredRegionAsync(cancellationToken).ConfigureAwait(false)
                ?? await RegionResolver.FindAsync(settings, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<string?> StoredRegionAsync(CancellationToken cancellationToken)
    {
        string? stored =
            (await VariableAsync("StoredAWSRegion", cancellationToken).ConfigureAwait(false))?.ToString();
        return string.IsNullOrWhiteSpace(stored) ? null : stored;
    }

    private protected Task<string?> PathAsync(string? path, CancellationToken cancellationToken) => path is null
        ? Task.FromResult<string?>(null)
        : AskAsync(host => (string?)host.ResolvePath(path), cancellationToken);

    private Task<object?> VariableAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(host => host.GetVariable(name), cancellationToken);
}
