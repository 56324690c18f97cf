using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>AWS keys from a source.</summary>
/// <param name="AccessKey">The access key id.</param>
/// <param name="SecretKey">The secret access key.</param>
/// <param name="SessionToken">The session token of temporary keys.</param>
/// <param name="Ends">When they expire; <see langword="null"/> if never or unknown.</param>
internal sealed record AwsKeys(string AccessKey, Secret SecretKey, Secret? SessionToken, DateTimeOffset? Ends)
{
    /// <summary>Whether they have expired.</summary>
    public bool HasEnded(DateTimeOffset now) => Ends <= now;
}

/// <summary>A source of AWS keys.</summary>
internal abstract class CredentialSource
{
    /// <summary>
    /// Whether each call gets the keys from the source again. Otherwise, they are kept until shortly before they
    /// expire.
    /// </summary>
    public virtual bool IsAskedEachTime => false;

    /// <summary>Gets valid keys.</summary>
    /// <param name="options">The callbacks of the call; the source may ask for an MFA code.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CredentialException">The source has no keys.</exception>
    public abstract Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken);

    /// <summary>The error for a source that failed.</summary>
    /// <param name="profile">The profile that names the source.</param>
    /// <param name="detail">The reason of the failure.</param>
    /// <param name="cause">
    /// The inner exception. Never one of the SDK's, because its request contains secrets.
    /// </param>
    protected static CredentialException Failed(string profile, string detail, Exception? cause = null) => new(
        CredentialFault.SourceFailed,
        $"Could not get credentials from profile '{profile}': {detail}",
        $"Check the profile with: aws sts get-caller-identity --profile {ConfigFileError.Word(profile)}.",
        profile,
        cause);
}

/// <summary>Keys in a profile.</summary>
internal sealed class ProfileCredentials(AwsKeys keys) : CredentialSource
{
    /// <summary>The keys in a section; <see langword="null"/> if it has no access key.</summary>
    /// <exception cref="CredentialException">The access key is empty, or the secret key is missing.</exception>
    public static ProfileCredentials? FromSection(string profile, IReadOnlyDictionary<string, IniValue>? section)
    {
        if (section is null || !section.TryGetValue("aws_access_key_id", out IniValue? accessKey))
        {
            return null;
        }

        if (accessKey.Text.Length == 0)
        {
            throw ConfigFileError.Profile(profile, "aws_access_key_id is empty", accessKey.Place);
        }

        if (!section.TryGetValue("aws_secret_access_key", out IniValue? secretKey) || secretKey.Text.Length == 0)
        {
            throw ConfigFileError.Profile(
                profile, "it has aws_access_key_id, but no aws_secret_access_key", accessKey.Place);
        }

        // The first name is older. The AWS CLI checks them in this order.
        IniValue? token = section.TryGetValue("aws_security_token", out IniValue? older) ? older
            : section.TryGetValue("aws_session_token", out IniValue? newer) ? newer
            : null;
        return new ProfileCredentials(new AwsKeys(
            accessKey.Text, new Secret(secretKey.Text), token?.Text.Length > 0 ? new Secret(token.Text) : null,
            Ends: null));
    }

    public override Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken) =>
        Task.FromResult(keys);
}

/// <summary>The keys in AWS_ACCESS_KEY_ID and the variables that belong to it.</summary>
internal sealed class EnvironmentCredentials : CredentialSource
{
    public override bool IsAskedEachTime => true;

    public override Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        string accessKey = AwsEnvironmentVariables.Read(AwsEnvironmentVariables.AccessKeyVariable)
            ?? throw Missing($"{AwsEnvironmentVariables.AccessKeyVariable} is no longer set");
        string secretKey = AwsEnvironmentVariables.Read(AwsEnvironmentVariables.SecretKeyVariable)
            ?? throw Missing(
                $"{AwsEnvironmentVariables.AccessKeyVariable} is set, but {AwsEnvironmentVariables.SecretKeyVariable} "
                + "is not");

        // The first name is older. The AWS CLI checks them in this order.
        string? token = AwsEnvironmentVariables.Read("AWS_SECURITY_TOKEN")
            ?? AwsEnvironmentVariables.Read("AWS_SESSION_TOKEN");
        return Task.FromResult(new AwsKeys(
            accessKey, new Secret(secretKey), token is null ? null : new Secret(token), Ends: null));
    }

    private static CredentialException Missing(string reason) => new(
        CredentialFault.NotFound,
        $"No AWS credentials were found: {reason}.",
        $"Set both {AwsEnvironmentVariables.AccessKeyVariable} and {AwsEnvironmentVariables.SecretKeyVariable}, or "
        + "neither.",
        profileName: null,
        cause: null);
}
