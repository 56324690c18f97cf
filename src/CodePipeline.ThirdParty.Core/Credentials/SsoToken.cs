using System;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.SSOOIDC;
using Amazon.SSOOIDC.Model;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>
/// The token of a sign-in with IAM Identity Center, from the AWS CLI's cache on disk. Renews the token, if possible,
/// and saves it in the cache.
/// </summary>
/// <param name="aws">The settings of the call.</param>
/// <param name="profile">The profile, for messages.</param>
/// <param name="session">
/// The name of its [sso-session]; <see langword="null"/> for an older profile, whose token cannot be renewed.
/// </param>
/// <param name="startUrl">The URL where users sign in.</param>
/// <param name="region">The region of IAM Identity Center.</param>
internal sealed class SsoToken(AwsSettings aws, string profile, string? session, string startUrl, string region)
{
    // The same margin as in the AWS CLI.
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(15);

    private static string Folder => ConfigFiles.Expand(Path.Combine("~", ".aws", "sso", "cache"));

    /// <summary>Gets a valid token.</summary>
    /// <exception cref="CredentialException">A user must sign in.</exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        string path = Path.Combine(Folder, CacheFileHash.Sha1(session ?? startUrl) + ".json");
        Cached cached = Read(path);
        TimeSpan left = cached.Ends - DateTimeOffset.UtcNow;
        if (session is not null && left < s_margin
            && await RenewAsync(cached, cancellationToken).ConfigureAwait(false) is Cached renewed)
        {
            Write(path, renewed);
            return renewed.Token;
        }

        return left > TimeSpan.Zero ? cached.Token : throw NotSignedIn("the token has expired");
    }

    public CredentialException NotSignedIn(string reason, Exception? cause = null) => new(
        CredentialFault.SignInNeeded,
        $"The sign-in of profile '{profile}' with IAM Identity Center (SSO) is missing or has expired: {reason}.",
        $"Sign in again: aws sso login --profile {ConfigFileError.Word(profile)}.",
        profile,
        cause);

    private Cached Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                throw NotSignedIn($"the file {path} does not exist");
            }

            using JsonDocument document = CredentialJson.Parse(File.ReadAllText(path));
            JsonElement root = document.RootElement;
            return CredentialJson.TextOf(root, "accessToken") is string token
                && CredentialJson.TextOf(root, "expiresAt") is string end
                && CredentialJson.Time(end) is DateTimeOffset ends
                    ? new Cached(
                        token,
                        ends,
                        CredentialJson.TextOf(root, "refreshToken"),
                        CredentialJson.TextOf(root, "clientId"),
                        CredentialJson.TextOf(root, "clientSecret"),
                        CredentialJson.TextOf(root, "registrationExpiresAt"))
                    : throw NotSignedIn($"the file {path} contains no token");
        }
        catch (FormatException error)
        {
            throw NotSignedIn($"the file {path} cannot be used: {error.Message}", error);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw NotSignedIn($"the file {path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Gets a new token; <see langword="null"/> if a user must sign in for it.</summary>
    private async Task<Cached?> RenewAsync(Cached cached, CancellationToken cancellationToken)
    {
        if (cached is not { RefreshToken: not null, ClientId: not null, ClientSecret: not null, Registered: not null }
            || CredentialJson.Time(cached.Registered) is not DateTimeOffset registered
            || registered <= DateTimeOffset.UtcNow)
        {
            return null;
        }

        using var oidc = new AmazonSSOOIDCClient(new AnonymousAWSCredentials(), ServiceConfigs.SsoOidc(aws, region));
        try
        {
            CreateTokenResponse response = await oidc.CreateTokenAsync(
                new CreateTokenRequest
                {
                    GrantType = "refresh_token",
                    ClientId = cached.ClientId,
                    ClientSecret = cached.ClientSecret,
                    RefreshToken = cached.RefreshToken,
                },
                cancellationToken).ConfigureAwait(false);
            return cached with
            {
                Token = response.AccessToken,
                Ends = DateTimeOffset.UtcNow.AddSeconds(response.ExpiresIn ?? 0),
                RefreshToken = response.RefreshToken,
            };
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested
            && error is AmazonServiceException or AmazonClientException)
        {
            // The caller uses the current token while it is valid, and then asks the user to sign in.
            return null;
        }
    }

    /// <summary>Saves a token in the AWS CLI's cache. Replaces the file as a whole.</summary>
    private void Write(string path, Cached token)
    {
        string fresh = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (FileStream file = PrivateFiles.Open(fresh, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            using (var json = new Utf8JsonWriter(file))
            {
                json.WriteStartObject();
                json.WriteString("startUrl", startUrl);
                json.WriteString("region", region);
                json.WriteString("accessToken", token.Token);
                json.WriteString(
                    "expiresAt",
                    token.Ends.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                json.WriteString("clientId", token.ClientId);
                json.WriteString("clientSecret", token.ClientSecret);
                json.WriteString("registrationExpiresAt", token.Registered);
                if (token.RefreshToken is not null)
                {
                    json.WriteString("refreshToken", token.RefreshToken);
                }

                json.WriteEndObject();
            }

            File.Delete(path);
            File.Move(fresh, path);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            // This process can use the token without the cache.

        }
    }

    private sealed record Cached(
        string Token, DateTimeOffset Ends, string? RefreshToken, string? ClientId, string? ClientSecret,
        string? Registered);
}
