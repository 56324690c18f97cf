using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>Keys of a sign-in with <c>aws login</c>, from the AWS CLI's cache on disk.</summary>
/// <remarks>
/// Only the AWS CLI renews them. The SDK's package for that (AWSSDK.Signin) is not part of the module.
/// </remarks>
internal sealed class LoginCredentials : CredentialSource
{
    private readonly string _profile;
    private readonly string _session;

    private LoginCredentials(string profile, string session)
    {
        _profile = profile;
        _session = session;
    }

    /// <summary>The source; <see langword="null"/> if the profile has no such sign-in.</summary>
    public static LoginCredentials? Find(Profile profile) =>
        profile.Text("login_session") is string session ? new LoginCredentials(profile.Name, session) : null;

    public override Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        string path = CachePath();
        AwsKeys keys;
        try
        {
            if (!File.Exists(path))
            {
                throw NotSignedIn($"the file {path} does not exist");
            }

            using JsonDocument document = CredentialJson.Parse(File.ReadAllText(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("accessToken", out JsonElement token))
            {
                throw NotSignedIn($"the file {path} contains no keys");
            }

            keys = CredentialJson.Read(token, "accessKeyId", "secretAccessKey", "sessionToken", "expiresAt");
        }
        catch (FormatException error)
        {
            throw NotSignedIn($"the file {path} cannot be used: {error.Message}", error);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw NotSignedIn($"the file {path} cannot be read: {error.Message}", error);
        }

        return keys.HasEnded(DateTimeOffset.UtcNow)
            ? throw NotSignedIn("its keys have expired, and only the AWS CLI can renew them")
            : Task.FromResult(keys);
    }

    private string CachePath()
    {
        string folder = ConfigFiles.Expand(
            AwsEnvironmentVariables.Read("AWS_LOGIN_CACHE_DIRECTORY") ?? Path.Combine("~", ".aws", "login", "cache"));
        return Path.Combine(folder, CacheFileHash.Sha256(_session) + ".json");
    }

    private CredentialException NotSignedIn(string reason, Exception? cause = null) => new(
        CredentialFault.SignInNeeded,
        $"The sign-in of profile '{_profile}' with 'aws login' is missing or has expired: {reason}.",
        $"Sign in again: aws login --profile {ConfigFileError.Word(_profile)}. For a long-running process, use a role "
        + "or SSO.",
        _profile,
        cause);
}

/// <summary>The hashes in the names of the AWS CLI's cache files.</summary>
internal static class CacheFileHash
{
    public static string Sha256(string text)
    {
        using SHA256 sha = SHA256.Create();
        return Hex(sha.ComputeHash(Encoding.UTF8.GetBytes(text)));
    }

    public static string Sha1(string text)
    {
#pragma warning disable CA5350 // The AWS CLI uses it in file names, not to protect anything.
        using SHA1 sha = SHA1.Create();
        return Hex(sha.ComputeHash(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }

    private static string Hex(byte[] hash)
    {
        var hex = new StringBuilder(hash.Length * 2);
        foreach (byte each in hash)
        {
            hex.Append(each.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return hex.ToString();
    }
}
