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

/// <summary>
/// Base of the cmdlets that call the service: a session and the parameters that override it for one call.
/// </summary>
public abstract class ConnectedCommand : AsyncCommand
{
    private (object? Named, CallSettings? Given, ThirdPartySession? Session) _effective;
    private CallOptions? _options;

    /// <summary>A session or its name. The default is the piped job's session, then the current session.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public object? Session { get; set; }

    /// <summary>The AWS region.</summary>
    [Parameter]
    [Alias("RegionToCall")]
    [RegionTransformation]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>A profile in the AWS config or credentials file.</summary>
    [Parameter]
    [Alias("StoredCredentials", "AWSProfileName")]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string? ProfileName { get; set; }

    /// <summary>The credentials file that contains the profile.</summary>
    [Parameter]
    [Alias("AWSProfilesLocation", "ProfilesLocation")]
    public string? ProfileLocation { get; set; }

    /// <summary>
    /// AWS credentials: a PSCredential, the Credentials of an STS response, or an AWS.Tools credential object.
    /// </summary>
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

    /// <summary>The session token of temporary credentials.</summary>
    [Parameter]
    [Alias("ST")]
    [SecretTransformation]
    [NoCompletion]
    public Secret? SessionToken { get; set; }

    /// <summary>The service endpoint. The default is the region's endpoint.</summary>
    [Parameter]
    [NoCompletion]
    public string? EndpointUrl { get; set; }

    /// <summary>The S3 endpoint for artifacts. The default is the region's endpoint.</summary>
    [Parameter]
    [NoCompletion]
    public string? S3EndpointUrl { get; set; }

    /// <summary>
    /// Callbacks of each call: connection warnings, redacted request and response text with -Debug, and a prompt for an
    /// MFA code.
    /// </summary>
    private protected CallOptions Options => _options ??= new()
    {
        Wire = Shell.WantsDebug ? WriteDebugLine : null,
        Notice = WriteWarningLine,
        AskMfaCode = (serial, stop) => AskAsync(host => host.AskMfaCode(serial), stop),
    };

    /// <summary>Returns the session for the call. Reuses the last one while its inputs stay the same.</summary>
    /// <param name="piped">The piped object. Parameters override its members.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private protected async Task<ThirdPartySession> EffectiveSessionAsync(
        PipedObject piped, CancellationToken cancellationToken)
    {
        object? named = PSObjectValues.Unwrap(Session);
        bool isPiped = named is null || piped.CarriesSession(named);
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

    /// <summary>Applies this call's parameters, the AWS.Tools variables and the environment to the settings.</summary>
    private protected async Task<ClientSettings> OverrideAsync(
        ClientSettings settings, CallSettings given, CancellationToken cancellationToken)
    {
        bool keys = given.AccessKey is not null || given.SecretKey is not null || given.SessionToken is not null;

        // As in AWS.Tools, keys override a profile, and a profile overrides a credential object.
        bool isObject = !keys && given.ProfileName is null && given.Credential is not null;
        if (keys || isObject || given.ProfileName is not null || given.ProfileLocation is not null)
        {
            WriteIgnoredCredentials(given, keys);

            // -ProfileLocation without -ProfileName applies to the profile that would be used anyway.
            string? profile = given.ProfileName ?? (keys || isObject ? null
                : settings.ProfileName ?? AwsEnvironmentVariables.Profile ?? SharedConfig.DefaultProfile);

            // New credentials replace all credentials of the session, of whatever kind.
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

        // AWS.Tools' Set-AWSCredential and Set-DefaultAWSRegion set these variables.
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

    /// <summary>
    /// The region, endpoint and credentials of this call: parameters first, then members of the piped object.
    /// </summary>
    private protected CallSettings Given(PipedObject piped)
    {
        CallSettings fromObject = piped.Settings;
        return new CallSettings
        {
            Region = Region ?? fromObject.Region,
            ProfileName = ProfileName ?? fromObject.ProfileName,
            ProfileLocation = ProfileLocation ?? fromObject.ProfileLocation,
            Credential = Credential ?? fromObject.Credential,
            AccessKey = AccessKey ?? fromObject.AccessKey,
            SecretKey = SecretKey ?? fromObject.SecretKey,
            SessionToken = SessionToken ?? fromObject.SessionToken,
            EndpointUrl = EndpointUrl ?? fromObject.EndpointUrl,
            S3EndpointUrl = S3EndpointUrl ?? fromObject.S3EndpointUrl,
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

        // A job from another process or a file carries the name of a session that exists only there.
        WriteVerboseLine(
            $"Session '{name}' of the piped job does not exist in this runspace. Using the current session.");
        return Shell.Sessions.Current;
    }

    private void WriteIgnoredCredentials(CallSettings given, bool keys)
    {
        if (keys && given.ProfileName is not null)
        {
            WriteVerboseLine($"Using the access key and ignoring the credentials of profile '{given.ProfileName}'.");
        }

        if (given.Credential is not null && (keys || given.ProfileName is not null))
        {
            WriteVerboseLine(
                $"Using {(keys ? "the access key" : $"profile '{given.ProfileName}'")} and ignoring the credential "
                + "object.");
        }
    }

    private protected Task<string?> PathAsync(string? path, CancellationToken cancellationToken) => path is null
        ? Task.FromResult<string?>(null)
        : AskAsync(host => (string?)host.ResolvePath(path), cancellationToken);

    private Task<object?> VariableAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(host => host.GetVariable(name), cancellationToken);
}
