using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.SSO;
using Amazon.SSO.Model;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>A role whose keys come from IAM Identity Center, after <c>aws sso login</c>.</summary>
internal sealed class SsoRole : CredentialSource
{
    private readonly AwsSettings _aws;
    private readonly string _profile;
    private readonly string _region;
    private readonly string _account;
    private readonly string _role;
    private readonly SsoToken _token;

    private SsoRole(AwsSettings aws, string profile, Func<string, string> required, string? session)
    {
        _aws = aws;
        _profile = profile;
        _account = required("sso_account_id");
        _role = required("sso_role_name");
        _region = required("sso_region");
        _token = new SsoToken(aws, profile, session, required("sso_start_url"), _region);
    }

    /// <summary>The source; <see langword="null"/> if the profile does not use SSO.</summary>
    /// <exception cref="CredentialException">A setting is missing, or contradicts the [sso-session].</exception>
    public static SsoRole? Find(AwsSettings aws, Profile profile)
    {
        if (!profile.Has("sso_account_id") && !profile.Has("sso_role_name"))
        {
            return null;
        }

        IReadOnlyDictionary<string, IniValue>? session = null;
        if (profile["sso_session"] is IniValue name && !aws.Config.SsoSessions.TryGetValue(name.Text, out session))
        {
            throw ConfigFileError.Value(
                profile.Name, "sso_session", name, "the config file has no such [sso-session] section");
        }

        string Required(string setting)
        {
            IniValue? own = profile[setting];
            IniValue? shared = session?.TryGetValue(setting, out IniValue? value) == true ? value : null;
            return own is not null && shared is not null && own.Text != shared.Text
                ? throw ConfigFileError.Value(
                    profile.Name, setting, own, $"its [sso-session] has '{shared.Text}' ({shared.Place})")
                : (shared ?? own)?.Text is { Length: > 0 } text
                    ? text
                    : throw ConfigFileError.Profile(profile.Name, $"it uses SSO, but has no {setting}");
        }

        return new SsoRole(aws, profile.Name, Required, profile.Text("sso_session"));
    }

    public override async Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        string token = await _token.GetAsync(cancellationToken).ConfigureAwait(false);
        using var portal = new AmazonSSOClient(new AnonymousAWSCredentials(), ServiceConfigs.Sso(_aws, _region));
        try
        {
            GetRoleCredentialsResponse response = await portal.GetRoleCredentialsAsync(
                new GetRoleCredentialsRequest { AccessToken = token, AccountId = _account, RoleName = _role },
                cancellationToken).ConfigureAwait(false);
            RoleCredentials keys = response.RoleCredentials;
            return new AwsKeys(
                keys.AccessKeyId, new Secret(keys.SecretAccessKey), new Secret(keys.SessionToken),
                keys.Expiration is long end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested
            && error is not (CredentialException or InvalidInputException))
        {
            string? description = SdkErrors.Describe(error);
            throw IsUnauthorized(error)
                ? _token.NotSignedIn("IAM Identity Center no longer accepts the token")
                : description is not null
                    ? Failed(
                        _profile,
                        $"IAM Identity Center returned no keys for role {_role} of account {_account}: {description}")
                    : Failed(_profile, error.Message, error);
        }
    }

    private static bool IsUnauthorized(Exception error) => ConnectionErrors.Chain(error).Any(each =>
        each is UnauthorizedException or AmazonServiceException { StatusCode: HttpStatusCode.Unauthorized }
            or Amazon.Runtime.Internal.HttpErrorResponseException
            {
                Response.StatusCode: HttpStatusCode.Unauthorized,
            });
}
