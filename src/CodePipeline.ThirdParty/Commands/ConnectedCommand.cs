using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>A cmdlet that calls the service: a session, and what overrides it for this call.</summary>
public abstract class ConnectedCommand : AsyncCommand
{
    private (object? Named, CallSettings? Given, ThirdPartySession? Session) _effective;
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
    [RegionTransformation]
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
    [NoCompletion]
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
    /// <param name="piped">What came down the pipeline; what is given on the command line wins.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private protected async Task<ThirdPartySession> EffectiveSessionAsync(
        PipedObject piped, CancellationToken cancellationToken)
    {
        object? named = PSObjectValues.Unwrap(Session);
        bool isPiped = named is null || piped.IsItsSession(named);
        named = isPiped ? piped.Job?.Session ?? piped.Session : named;
        CallSettings given = Given(piped);
        if (_effective.Session is not null && Equals(_effective.Named, named) && _effective.Given == given)
        {
            return _effective.Session;
        }

        ThirdPartySession? basis = Find(named, isPiped);
        ClientSettings settings = await OverrideAsync(
            basis?.Settings ?? new ClientSettings(), given, cancellationToken).ConfigureAwait(false);
        ThirdPartySession effective =
            basis?.With(settings) ?? new ThirdPartySession(name: null, settings, tokens: null);
        _effective = (named, given, effective);
        return effective;
    }

    /// <summary>The settings with this call's own, AWS.Tools' variables and the environment filled in.</summary>
    private protected async Task<ClientSettings> OverrideAsync(
        ClientSettings settings, CallSettings given, CancellationToken cancellationToken)
    {
        bool keys = given.AccessKey is not null || given.SecretKey is not null || given.SessionToken is not null;

        // As in AWS.Tools, keys come before a profile, and a profile before an object.
        bool isObject = !keys && given.ProfileName is null && given.Credential is not null;
        if (keys || isObject || given.ProfileName is not null || given.ProfileLocation is not null)
        {
            TellUnused(given, keys);

            // A file without a name is where the profile is that would be used anyway.
            string? profile = given.ProfileName ?? (keys || isObject ? null
                : settings.ProfileName ?? AwsEnvironmentVariables.Profile ?? SharedConfig.DefaultProfile);

            // One kind of credentials takes the place of another.
            settings = settings with
            {
                Anonymous = false,
                AccessKey = given.AccessKey,
                SecretKey = given.SecretKey,
                SessionToken = given.SessionToken,
                Credential = isObject ? given.Credential!.Credentials : null,
                ProfileName = profile,
                ProfileLocation = await PathAsync(given.ProfileLocation, cancellationToken).ConfigureAwait(false),
            };
        }

        settings = settings with
        {
            EndpointUrl = given.EndpointUrl ?? settings.EndpointUrl,
            EmulatorUrl = given.EndpointUrl is null
                ? settings.EmulatorUrl
                : EmulatorRegistry.FindUrl(given.EndpointUrl),
            S3EndpointUrl = given.S3EndpointUrl ?? settings.S3EndpointUrl,
            Environment = AwsEnvironmentVariables.Stamp(settings.ProfileLocation),
        };

        // What Set-AWSCredential and Set-DefaultAWSRegion of AWS.Tools leave behind.
        if (!settings.HasCredentials && settings.ProfileName is null
            && await VariableAsync("StoredAWSCredentials", cancellationToken).ConfigureAwait(false) is object stored)
        {
            settings = settings with { Credential = CredentialArgument.Parse(stored).Credentials };
        }

        return settings with
        {
            Region = given.Region ?? settings.Region
                ?? RegionTransformationAttribute.Parse(
                    await VariableAsync("StoredAWSRegion", cancellationToken).ConfigureAwait(false))
                ?? await RegionResolver.FindAsync(settings, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>What this call says of region, endpoint and credentials.</summary>
    private protected CallSettings Given(PipedObject piped)
    {
        CallSettings its = piped.Settings;
        return new CallSettings
        {
            Region = Region ?? its.Region,
            ProfileName = ProfileName ?? its.ProfileName,
            ProfileLocation = ProfileLocation ?? its.ProfileLocation,
            Credential = Credential ?? its.Credential,
            AccessKey = AccessKey ?? its.AccessKey,
            SecretKey = SecretKey ?? its.SecretKey,
            SessionToken = SessionToken ?? its.SessionToken,
            EndpointUrl = EndpointUrl ?? its.EndpointUrl,
            S3EndpointUrl = S3EndpointUrl ?? its.S3EndpointUrl,
        };
    }

    private ThirdPartySession? Find(object? named, bool isPiped)
    {
        if (named is null or ThirdPartySession)
        {
            return named as ThirdPartySession ?? Shell.Sessions.Current;
        }

        string name = named.ToString()!;
        if (Shell.Sessions.Find(name) is ThirdPartySession found)
        {
            return found;
        }

        if (!isPiped)
        {
            throw new TerminatingException(
                ErrorCatalog.SessionNotFound(name, Shell.Sessions.All().Select(session => session.Name)));
        }

        // A job that comes from another process or a file carries the name of a session there.
        Say($"Session '{name}' of the piped job is not in this runspace; the current session is used.");
        return Shell.Sessions.Current;
    }

    private void TellUnused(CallSettings given, bool keys)
    {
        if (keys && given.ProfileName is not null)
        {
            Say($"The access key is used, and the credentials of profile '{given.ProfileName}' are not.");
        }

        if (given.Credential is not null && (keys || given.ProfileName is not null))
        {
            Say(
                $"{(keys ? "The access key" : $"Profile '{given.ProfileName}'")} is used, and the credential object is "
                + "not.");
        }
    }

    private protected Task<string?> PathAsync(string? path, CancellationToken cancellationToken) => path is null
        ? Task.FromResult<string?>(null)
        : AskAsync(host => (string?)host.ResolvePath(path), cancellationToken);

    private Task<object?> VariableAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(host => host.GetVariable(name), cancellationToken);
}
