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
/// The token of a sign-in with IAM Identity Center, as the AWS CLI keeps it on disk; renewed, and kept there, where it
/// can be.
/// </summary>
/// <param name="aws">The settings of the call.</param>
/// <param name="profile">The profile, for messages.</param>
/// <param name="session">The name of its [sso-session]; none: an older profile, whose token cannot be renewed.</param>
/// <param name="startUrl">Where users sign in.</param>
/// <param name="region">The region of IAM Identity Center.</param>
internal sealed class SsoToken(AwsSettings aws, string profile, string? session, string startUrl, string region)
{
    // As the AWS CLI has it.
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(15);

    private static string Folder => ConfigFiles.Expand(Path.Combine("~", ".aws", "sso", "cache"));

    /// <summary>A token that is good now.</summary>
    /// <exception cref="CredentialException">Somebody has to sign in.</exception>
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

        return left > TimeSpan.Zero ? cached.Token : throw NotSignedIn("it has ended");
    }

    public CredentialException NotSignedIn(string what, Exception? cause = null) => new(
        CredentialFault.SignInNeeded,
        $"The sign-in of profile '{profile}' with IAM Identity Center (SSO) is missing or over: {what}.",
        $"Sign in again: aws sso login --profile {ConfigFileError.Word(profile)}.",
        profile,
        cause);

    private Cached Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                throw NotSignedIn("there is none");
            }

            using JsonDocument document = CredentialJson.Parse(File.ReadAllText(path));
            JsonElement root = document.RootElement;
            return CredentialJson.TextOf(root, "accessToken") is string token
                && CredentialJson.TextOf(root, "expiresAt") is string end && CredentialJson.Time(end) is DateTimeOffset ends
                    ? new Cached(
                        token, ends, CredentialJson.TextOf(root, "refreshToken"), CredentialJson.TextOf(root, "clientId"),
                        CredentialJson.TextOf(root, "clientSecret"), CredentialJson.TextOf(root, "registrationExpiresAt"))
                    : throw NotSignedIn($"the file {path} holds no token");
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

    /// <summary>A new token; <see langword="null"/> where there is none to be had without a user.</summary>
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
            CreateTokenResponse answer = await oidc.CreateTokenAsync(
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
                Token = answer.AccessToken,
                Ends = DateTimeOffset.UtcNow.AddSeconds(answer.ExpiresIn ?? 0),
                RefreshToken = answer.RefreshToken,
            };
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested
            && error is AmazonServiceException or AmazonClientException)
        {
            // What is left of the old one may do; else the user is asked to sign in.
            return null;
        }
    }

    /// <summary>Keeps a token where the AWS CLI finds it, whole or not at all.</summary>
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
            // The token is good for this process all the same.
        }
    }

    private sealed record Cached(
        string Token, DateTimeOffset Ends, string? RefreshToken, string? ClientId, string? ClientSecret,
        string? Registered);
}
