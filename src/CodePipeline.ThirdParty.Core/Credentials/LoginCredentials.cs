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

/// <summary>Keys of a sign-in with <c>aws login</c>, as the AWS CLI keeps them on disk.</summary>
/// <remarks>
/// The AWS CLI renews them whenever it runs; the SDK's client for that (AWSSDK.Signin) is not part of the module.
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

    /// <summary>The source; <see langword="null"/> where the profile names no sign-in of this kind.</summary>
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
                throw NotSignedIn("there is none");
            }

            using JsonDocument document = CredentialJson.Parse(File.ReadAllText(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("accessToken", out JsonElement token))
            {
                throw NotSignedIn($"the file {path} holds none");
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
            ? throw NotSignedIn("its keys have ended, and only the AWS CLI can renew them")
            : Task.FromResult(keys);
    }

    private string CachePath()
    {
        string folder = ConfigFiles.Expand(
            AwsEnvironmentVariables.Read("AWS_LOGIN_CACHE_DIRECTORY") ?? Path.Combine("~", ".aws", "login", "cache"));
        return Path.Combine(folder, CacheFileHash.Sha256(_session) + ".json");
    }

    private CredentialException NotSignedIn(string what, Exception? cause = null) => new(
        CredentialFault.SignInNeeded,
        $"The sign-in of profile '{_profile}' with 'aws login' is missing or over: {what}.",
        $"Sign in again: aws login --profile {ConfigFileError.Word(_profile)}. For a process that runs long, use a role or SSO.",
        _profile,
        cause);
}

/// <summary>Hashes that the AWS CLI names its cache files by.</summary>
internal static class CacheFileHash
{
    public static string Sha256(string text)
    {
        using SHA256 sha = SHA256.Create();
        return Hex(sha.ComputeHash(Encoding.UTF8.GetBytes(text)));
    }

    public static string Sha1(string text)
    {
#pragma warning disable CA5350 // The AWS CLI names its files by it; nothing is protected by it.
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
