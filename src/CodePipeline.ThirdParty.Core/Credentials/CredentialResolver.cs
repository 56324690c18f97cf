using System;
using System.Linq;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>Turns settings into what the SDK signs with.</summary>
internal static class CredentialResolver
{
    /// <summary>What is given, else what the profile or the default chain names.</summary>
    /// <exception cref="CredentialException">The profile is not there, or cannot be used.</exception>
    /// <exception cref="InvalidInputException">Keys are given in part.</exception>
    public static AWSCredentials Resolve(ClientSettings settings) =>
        settings.Anonymous ? new AnonymousAWSCredentials()
        : settings.Credential is not null ? settings.Credential
        : settings.HasKeys ? FromKeys(settings)
        : new SourcedCredentials(settings, TimeProvider.System);

    /// <summary>Where the credentials come from, in words.</summary>
    public static string Describe(ClientSettings settings) =>
        settings.Anonymous ? "none (anonymous)"
        : settings.Credential is not null ? "a credential object"
        : settings.HasKeys ? "an access key"
        : settings.ProfileName is not null ? $"profile '{settings.ProfileName}'"
        : "the default chain";

    /// <summary>Words for an error that came up while credentials that are given were asked for.</summary>
    public static Exception Translate(ClientSettings settings, Exception error)
    {
        Exception[] chain = ConnectionErrors.Chain(error).ToArray();
        return chain.OfType<CredentialException>().FirstOrDefault() ?? new CredentialException(
            CredentialFault.SourceFailed,
            $"The credentials ({Describe(settings)}) could not be got: {chain[chain.Length - 1].Message}",
            "Look at where they come from, or use -ProfileName, or -AccessKey with -SecretKey.",
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
