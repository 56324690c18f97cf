using System;
using System.Linq;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>Turns settings into the SDK's credentials.</summary>
internal static class CredentialResolver
{
    /// <summary>The given credentials; otherwise those of the profile or the default chain.</summary>
    /// <exception cref="CredentialException">The profile does not exist or cannot be used.</exception>
    /// <exception cref="InvalidInputException">The access key or the secret key is missing.</exception>
    public static AWSCredentials Resolve(ClientSettings settings) =>
        settings.Anonymous ? new AnonymousAWSCredentials()
        : settings.Credential is not null ? settings.Credential
        : settings.HasKeys ? FromKeys(settings)
        : new SourcedCredentials(settings, TimeProvider.System);

    /// <summary>The source of the credentials, for display.</summary>
    public static string Describe(ClientSettings settings) =>
        settings.Anonymous ? "none (anonymous)"
        : settings.Credential is not null ? "a credential object"
        : settings.HasKeys ? "an access key"
        : settings.ProfileName is not null ? $"profile '{settings.ProfileName}'"
        : "the default chain";

    /// <summary>Translates an error of a credential source.</summary>
    public static Exception Translate(ClientSettings settings, Exception error)
    {
        Exception[] chain = ConnectionErrors.Chain(error).ToArray();
        return chain.OfType<CredentialException>().FirstOrDefault() ?? new CredentialException(
            CredentialFault.SourceFailed,
            $"Could not get the credentials ({Describe(settings)}): {chain[chain.Length - 1].Message}",
            "Check the source of the credentials, or use -ProfileName, or -AccessKey with -SecretKey.",
            settings.ProfileName,
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
}
