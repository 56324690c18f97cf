using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>AWS keys as a source gives them.</summary>
/// <param name="AccessKey">The access key id.</param>
/// <param name="SecretKey">The secret access key.</param>
/// <param name="SessionToken">The session token of temporary keys.</param>
/// <param name="Ends">When they end; none: never, as far as is known.</param>
internal sealed record AwsKeys(string AccessKey, Secret SecretKey, Secret? SessionToken, DateTimeOffset? Ends)
{
    /// <summary>Whether they have ended by a time.</summary>
    public bool HasEnded(DateTimeOffset now) => Ends <= now;
}

/// <summary>A place that gives AWS keys.</summary>
internal abstract class CredentialSource
{
    /// <summary>Whether it is asked each time; else what it gave is kept until it is about to end.</summary>
    public virtual bool IsAskedEachTime => false;

    /// <summary>Gives keys that are good now.</summary>
    /// <param name="options">Whom it may ask for a code.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CredentialException">There are none.</exception>
    public abstract Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken);

    /// <summary>The error that no keys came.</summary>
    /// <param name="profile">The profile that says where they come from.</param>
    /// <param name="detail">What went wrong.</param>
    /// <param name="cause">
    /// The exception behind it; none of the SDK's, whose request would carry secrets.
    /// </param>
    protected static CredentialException Failed(string profile, string detail, Exception? cause = null) => new(
        CredentialFault.SourceFailed,
        $"Profile '{profile}' gives no credentials: {detail}",
        "Look at what the profile says, and try it with: aws sts get-caller-identity --profile "
        + $"{ConfigFileError.Word(profile)}.",
        profile,
        cause);
}

/// <summary>Keys that stand in a profile.</summary>
internal sealed class ProfileCredentials(AwsKeys keys) : CredentialSource
{
    /// <summary>The keys of a section; <see langword="null"/> where it names no access key.</summary>
    /// <exception cref="CredentialException">It names an access key, and no secret key.</exception>
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
                profile, "it has aws_access_key_id, and no aws_secret_access_key beside it", accessKey.Place);
        }

        // The first is the older name of the second; the AWS CLI has them in this order.
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

/// <summary>The keys of AWS_ACCESS_KEY_ID and its companions.</summary>
internal sealed class EnvironmentCredentials : CredentialSource
{
    public override bool IsAskedEachTime => true;

    public override Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        string accessKey = AwsEnvironmentVariables.Read(AwsEnvironmentVariables.AccessKeyVariable)
            ?? throw Missing($"{AwsEnvironmentVariables.AccessKeyVariable} is not set any more");
        string secretKey = AwsEnvironmentVariables.Read(AwsEnvironmentVariables.SecretKeyVariable)
            ?? throw Missing(
                $"{AwsEnvironmentVariables.AccessKeyVariable} is set, and {AwsEnvironmentVariables.SecretKeyVariable} is not");

        // The first is the older name of the second; the AWS CLI has them in this order.
        string? token = AwsEnvironmentVariables.Read("AWS_SECURITY_TOKEN") ?? AwsEnvironmentVariables.Read("AWS_SESSION_TOKEN");
        return Task.FromResult(new AwsKeys(
            accessKey, new Secret(secretKey), token is null ? null : new Secret(token), Ends: null));
    }

    private static CredentialException Missing(string what) => new(
        CredentialFault.NotFound,
        $"No AWS credentials were found: {what}.",
        $"Set both {AwsEnvironmentVariables.AccessKeyVariable} and {AwsEnvironmentVariables.SecretKeyVariable}, or neither.",
        profileName: null,
        cause: null);
}
