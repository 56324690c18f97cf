using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>A role whose keys come from STS, in the region of the call.</summary>
internal abstract class StsRole(AwsSettings aws) : CredentialSource
{
    /// <summary>The profile of the role, for messages.</summary>
    public string Profile { get; init; } = string.Empty;

    /// <summary>The ARN of the role.</summary>
    public string Role { get; init; } = string.Empty;

    /// <summary>The name of the session, which AWS logs show.</summary>
    public string? SessionName { get; init; }

    /// <summary>The session's name, or a generated one.</summary>
    protected string SessionNameOrDefault => SessionName
        ?? "codepipeline-thirdparty-"
            + DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Calls STS and translates its errors.</summary>
    protected async Task<AwsKeys> CallAsync(
        string operation,
        AWSCredentials credentials,
        Func<AmazonSecurityTokenServiceClient, Task<Amazon.SecurityToken.Model.Credentials>> call,
        CancellationToken cancellationToken)
    {
        AmazonSecurityTokenServiceConfig config = ServiceConfigs.Sts(aws);
        using var sts = new AmazonSecurityTokenServiceClient(credentials, config);
        try
        {
            Amazon.SecurityToken.Model.Credentials keys = await call(sts).ConfigureAwait(false);
            return new AwsKeys(
                keys.AccessKeyId, new Secret(keys.SecretAccessKey), new Secret(keys.SessionToken),
                keys.Expiration is DateTime end ? new DateTimeOffset(end.ToUniversalTime()) : null);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested
            && error is not (CredentialException or InvalidInputException))
        {
            throw SdkErrors.Describe(error) is string description
                ? Failed(Profile, $"{operation} for {Role} failed in region {aws.Region}: {description}")
                : Failed(Profile, $"{operation} for {Role} failed: {error.Message}", error);
        }
    }
}

/// <summary>A role assumed with the keys of another source.</summary>
internal sealed class AssumedRole(AwsSettings aws, CredentialSource source) : StsRole(aws)
{
    public string? ExternalId { get; init; }

    public string? MfaSerial { get; init; }

    /// <summary>The lifetime of the keys in seconds; <see langword="null"/> for the default of STS, one hour.</summary>
    public int? Duration { get; init; }

    public override async Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        AwsKeys keys = await SourceKeysAsync(options, cancellationToken).ConfigureAwait(false);
        var request = new AssumeRoleRequest
        {
            RoleArn = Role,
            RoleSessionName = SessionNameOrDefault,
            ExternalId = ExternalId,
            SerialNumber = MfaSerial,
            TokenCode = MfaSerial is null ? null
                : await AskMfaCodeAsync(MfaSerial, options, cancellationToken).ConfigureAwait(false),
        };
        if (Duration is int seconds)
        {
            request.DurationSeconds = seconds;
        }

        AWSCredentials signing = keys.SessionToken is null
            ? new BasicAWSCredentials(keys.AccessKey, keys.SecretKey.Reveal())
            : new SessionAWSCredentials(keys.AccessKey, keys.SecretKey.Reveal(), keys.SessionToken.Reveal());
        return await CallAsync(
            "AssumeRole",
            signing,
            async sts => (await sts.AssumeRoleAsync(request, cancellationToken).ConfigureAwait(false)).Credentials,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<AwsKeys> SourceKeysAsync(CallOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await source.GetAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (CredentialException error) when (error.Fault == CredentialFault.NotFound)
        {
            // The profile names this source. So a source without keys has failed.
            throw Failed(Profile, error.Message, error);
        }
    }

    private async Task<string> AskMfaCodeAsync(
        string serial, CallOptions options, CancellationToken cancellationToken)
    {
        string? code = options.AskMfaCode is null ? null
            : await options.AskMfaCode(serial, cancellationToken).ConfigureAwait(false);
        return string.IsNullOrWhiteSpace(code)
            ? throw new CredentialException(
                CredentialFault.SourceFailed,
                $"Could not get credentials from profile '{Profile}': its role needs a code of the MFA device {serial}"
                + ", and no code was entered.",
                "Run the command in an interactive session, or use keys that were issued with a code, such as those of "
                + "'aws sts get-session-token'.",
                Profile,
                cause: null)
            : code!.Trim();
    }
}

/// <summary>A role assumed with an identity provider's token. The token file is read again for each call.</summary>
internal sealed class WebIdentityRole : StsRole
{
    private readonly string _tokenFile;

    public WebIdentityRole(AwsSettings aws, string profile, string role, string tokenFile, string? sessionName)
        : base(aws)
    {
        Profile = profile;
        Role = role;
        SessionName = sessionName;
        _tokenFile = tokenFile;
    }

    public override Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = System.IO.File.ReadAllText(ConfigFiles.Expand(_tokenFile));
        }
        catch (Exception error) when (Files.FileErrors.IsIoError(error))
        {
            throw Failed(Profile, $"the web identity token cannot be read: {error.Message}", error);
        }

        var request = new AssumeRoleWithWebIdentityRequest
        {
            RoleArn = Role,
            RoleSessionName = SessionNameOrDefault,
            WebIdentityToken = token,
        };
        return CallAsync(
            "AssumeRoleWithWebIdentity",
            new AnonymousAWSCredentials(),
            async sts => (await sts.AssumeRoleWithWebIdentityAsync(request, cancellationToken).ConfigureAwait(false))
                .Credentials,
            cancellationToken);
    }
}
