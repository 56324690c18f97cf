using System;
using System.Linq;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using CodePipeline.ThirdParty.Client;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>
/// Turns settings into the SDK's credentials; where nothing is named, the SDK's own chain is asked at each call.
/// </summary>
internal static class CredentialResolver
{
    /// <summary>The credentials, or <see langword="null"/> for the SDK's default chain.</summary>
    public static AWSCredentials? Resolve(ClientSettings settings)
    {
        if (settings.Anonymous)
        {
            return new AnonymousAWSCredentials();
        }

        if (settings.Credential is not null)
        {
            return settings.Credential;
        }

        if (settings.AccessKey is not null || settings.SecretKey is not null || settings.SessionToken is not null)
        {
            return FromKeys(settings);
        }

        return settings.ProfileName is not null ? FromProfile(settings.ProfileName, settings.ProfileLocation)
            : AwsEnvironment.HasKeys ? new EnvironmentVariablesAWSCredentials()
            : null;
    }

    /// <summary>Where the credentials come from, in words.</summary>
    public static string Describe(ClientSettings settings) =>
        settings.Anonymous ? "none (anonymous)"
        : settings.Credential is not null ? "a credential object"
        : settings.AccessKey is not null ? "an access key"
        : settings.ProfileName is not null ? $"profile '{settings.ProfileName}'"
        : "the default chain";

    /// <summary>Words for an error that came up while credentials were being got.</summary>
    public static Exception Translate(ClientSettings settings, Exception error)
    {
        string? profile = settings.ProfileName ?? AwsEnvironment.Profile;
        string detail = Innermost(error).Message;
        if (MentionsSignIn(error))
        {
            return new CredentialException(
                CredentialFault.SignInNeeded,
                $"The sign-in of profile '{profile ?? "default"}' with IAM Identity Center is missing or over: "
                + detail,
                $"Sign in again: aws sso login --profile {profile ?? "default"}.",
                profile,
                error);
        }

        if (settings.ProfileName is not null)
        {
            return new CredentialException(
                CredentialFault.SourceFailed,
                $"Profile '{profile}' gives no credentials: {detail}",
                $"Look at what the profile says; 'aws sts get-caller-identity --profile {profile}' shows the same.",
                profile,
                error);
        }

        return new CredentialException(
            CredentialFault.NotFound,
            $"No AWS credentials were found: {detail}",
            "Give -ProfileName, -Credential or -AccessKey with -SecretKey, connect with Connect-CPThirdParty, or set "
            + "AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY.",
            profile,
            error);
    }

    private static AWSCredentials FromKeys(ClientSettings settings)
    {
        if (string.IsNullOrEmpty(settings.AccessKey) || settings.SecretKey is null)
        {
            string missing = settings.SecretKey is not null ? "AccessKey"
                : string.IsNullOrEmpty(settings.AccessKey) ? "AccessKey and SecretKey"
                : "SecretKey";
            throw new InvalidInputException(
                missing,
                $"{missing} {(missing.Length > 9 ? "are" : "is")} missing.",
                settings.SessionToken is null
                    ? "Give both -AccessKey and -SecretKey, or neither."
                    : "Give -AccessKey and -SecretKey with -SessionToken, or none of them.");
        }

        return settings.SessionToken is null
            ? new BasicAWSCredentials(settings.AccessKey, settings.SecretKey.Reveal())
            : new SessionAWSCredentials(
                settings.AccessKey, settings.SecretKey.Reveal(), settings.SessionToken.Reveal());
    }

    private static AWSCredentials FromProfile(string name, string? location)
    {
        var chain = new CredentialProfileStoreChain(location);
        CredentialProfile profile;
        try
        {
            if (!chain.TryGetProfile(name, out profile))
            {
                string known = string.Join(
                    ", ", chain.ListProfiles().Select(each => each.Name).Distinct().OrderBy(each => each));
                throw new CredentialException(
                    CredentialFault.ProfileNotFound,
                    $"There is no profile '{name}' in {location ?? "the AWS config and credentials files"}.",
                    known.Length > 0 ? $"Use one of: {known}." : $"Make it with: aws configure --profile {name}.",
                    name,
                    cause: null);
            }

            return profile.GetAWSCredentials(chain);
        }
        catch (Exception error) when (error is not CredentialException)
        {
            throw new CredentialException(
                CredentialFault.ProfileUnusable,
                $"Profile '{name}' cannot be used: {Innermost(error).Message}",
                "Correct the profile in the AWS config or credentials file.",
                name,
                error);
        }
    }

    private static bool MentionsSignIn(Exception error) => ErrorTranslation.Chain(error)
        .Any(each => each.Message.IndexOf("SSO", StringComparison.Ordinal) >= 0);

    private static Exception Innermost(Exception error) => ErrorTranslation.Chain(error).Last();
}
