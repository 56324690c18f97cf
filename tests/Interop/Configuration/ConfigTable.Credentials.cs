using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>
/// Cases for roles, web identity, credential processes, SSO, containers, the metadata service, unreadable files and S3.
/// </summary>
internal static partial class ConfigTable
{
    private static IEnumerable<ConfigCase> Roles()
    {
        yield return new("role: source profile", RoleOfKeys) { Profile = "r" };
        yield return new("role: by AWS_PROFILE", RoleOfKeys) { Variables = ["AWS_PROFILE=r"] };
        yield return new("role: in the default profile", RoleOfKeys.Replace("[profile r]", "[default]"));
        foreach (string region in new[]
        {
            "cn-north-1", "us-gov-west-1", "eu-central-1", "us-iso-east-1", "eusc-de-east-1",
        })
        {
            yield return new($"role: region {region} of the profile", RoleOfKeys.Replace("us-west-2", region))
            {
                Profile = "r",
            };
            yield return new($"role: region {region} as parameter", RoleOfKeys) { Profile = "r", Region = region };
        }

        yield return new("role: region of the environment", RoleOfKeys)
        {
            Profile = "r",
            Variables = ["AWS_DEFAULT_REGION=ap-south-1"],
        };
        yield return new("role: the source's own region does not count", RoleOfKeys + "region = eu-west-1\n")
        {
            Profile = "r",
        };
        yield return new("role: session name, external id, duration",
            RoleOfKeys.Replace(
                "[profile k]", "role_session_name = me\nexternal_id = e:1\nduration_seconds = 900\n[profile k]"))
        {
            Profile = "r",
        };
        yield return new(
            "role: invalid duration", RoleOfKeys.Replace("[profile k]", "duration_seconds = long\n[profile k]"))
        {
            Profile = "r",
        };
        yield return new("role: MFA",
            RoleOfKeys.Replace("[profile k]", "mfa_serial = arn:aws:iam::1:mfa/me\n[profile k]"))
        {
            Profile = "r",
        };
        yield return new("role: source is itself, with keys",
            "[profile r]\n" + Region + Role + "R\nsource_profile = r\n" + Keys("AK"))
        {
            Profile = "r",
        };
        yield return new("role: source is itself, keys in the credentials file",
            "[profile r]\n" + Region + Role + "R\nsource_profile = r\n", "[r]\n" + Keys("AK"))
        {
            Profile = "r",
        };
        yield return new("role: source is itself, without keys",
            "[profile r]\n" + Region + Role + "R\nsource_profile = r\n")
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new("role: missing source", "[profile r]\n" + Region + Role + "R\nsource_profile = gone\n")
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new("role: source has no keys",
            "[profile r]\n" + Region + Role + "R\nsource_profile = k\n[profile k]\nregion = eu-west-1\n")
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new("role: source with half of the keys",
            "[profile r]\n" + Region + Role + "R\nsource_profile = k\n[profile k]\naws_access_key_id = AK\n")
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new("role: no source", "[profile r]\n" + Region + Role + "R\n")
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new("role: two sources",
            RoleOfKeys.Replace("[profile k]", "credential_source = Environment\n[profile k]"))
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new(
            "role: keys beside, the role wins", RoleOfKeys.Replace("[profile k]", Keys("AKR") + "[profile k]"))
        {
            Profile = "r",
        };
        yield return new("role: keys of the credentials file beside, the role wins", RoleOfKeys, "[r]\n" + Keys("AKR"))
        {
            Profile = "r",
        };
        yield return new("role: source with a role and keys, the keys win",
            "[profile r]\n" + Region + Role + "R\nsource_profile = k\n[profile k]\n" + Role
            + "K\nsource_profile = gone\n" + Keys("AK"))
        {
            Profile = "r",
        };
        yield return new("role: chain of two",
            "[profile r]\n" + Region + Role + "R\nsource_profile = m\n[profile m]\n" + Role
            + "M\nsource_profile = k\nexternal_id = m1\n[profile k]\n" + Keys("AK"))
        {
            Profile = "r",
        };
        yield return new("role: chain of three",
            "[profile r]\n" + Region + Role + "R\nsource_profile = m\n[profile m]\n" + Role + "M\nsource_profile = n\n"
            + "[profile n]\n" + Role + "N\nsource_profile = k\n[profile k]\n" + Keys("AK"))
        {
            Profile = "r",
        };
        yield return new("role: circle",
            "[profile r]\n" + Region + Role + "R\nsource_profile = m\n[profile m]\n" + Role + "M\nsource_profile = r\n")
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new("role: source is the default profile",
            "[profile r]\n" + Region + Role + "R\nsource_profile = default\n", "[default]\n" + Keys("AKD"))
        {
            Profile = "r",
        };
        yield return new("role: source with a space in its name",
            "[profile r]\n" + Region + Role + "R\nsource_profile = my prof\n[profile 'my prof']\n" + Keys("AK"))
        {
            Profile = "r",
        };
        yield return new("role: source of a program",
            "[profile r]\n" + Region + Role + "R\nsource_profile = p\n[profile p]\ncredential_process = @dir@/print\n")
        {
            Profile = "r",
            Files = Files(("print", Prints("AKPROC"))),
        };
        yield return new("role: credential_source Environment", Sourced("Environment"))
        {
            Profile = "r",
            Variables = ["AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s"],
        };
        yield return new("role: credential_source Environment, without keys", Sourced("Environment"))
        {
            Profile = "r",
            Error = Failed,
        };
        yield return new("role: credential_source Ec2InstanceMetadata", Sourced("Ec2InstanceMetadata"))
        {
            Profile = "r",
            Answers = With("machine", 2),
        };
        yield return new("role: credential_source EcsContainer", Sourced("EcsContainer"))
        {
            Profile = "r",
            Variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/creds"],
        };
        yield return new("role: credential_source EcsContainer, in no container", Sourced("EcsContainer"))
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new("role: invalid credential_source", Sourced("Nowhere"))
        {
            Profile = "r",
            Error = Unusable,
        };
        yield return new("role: refused by STS", RoleOfKeys)
        {
            Profile = "r",
            Answers = With("sts", 403),
            Error = Failed,
        };
        yield return new("role: refused by STS, by AWS_PROFILE", RoleOfKeys)
        {
            Variables = ["AWS_PROFILE=r"],
            Answers = With("sts", 403),
            Error = Failed,
        };
        yield return new("role: legacy STS endpoints", RoleOfKeys)
        {
            Profile = "r",
            Variables = ["AWS_STS_REGIONAL_ENDPOINTS=legacy"],
        };
        yield return new("role: legacy STS endpoints of the profile",
            RoleOfKeys.Replace("[profile k]", "sts_regional_endpoints = legacy\n[profile k]"))
        {
            Profile = "r",
        };
        yield return new("role: legacy STS endpoints, in China", RoleOfKeys)
        {
            Profile = "r",
            Region = "cn-north-1",
            Variables = ["AWS_STS_REGIONAL_ENDPOINTS=legacy"],
        };
        yield return new("role: legacy STS endpoints, in a younger region", RoleOfKeys)
        {
            Profile = "r",
            Region = "af-south-1",
            Variables = ["AWS_STS_REGIONAL_ENDPOINTS=legacy"],
        };
        yield return new("role: keys of the environment win over AWS_PROFILE", RoleOfKeys)
        {
            Variables = ["AWS_PROFILE=r", "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s"],
        };
        yield return new("role: pseudo region", RoleOfKeys) { Profile = "r", Region = "fips-us-east-1" };

        static string Sourced(string place) =>
            "[profile r]\n" + Region + Role + "R\ncredential_source = " + place + "\n";
    }

    private static IEnumerable<ConfigCase> WebIdentities()
    {
        Dictionary<string, string> token = Files(("token", "web-token"), ("other", "other-token"));
        string profile = "[profile w]\n" + Region + Role + "W\nweb_identity_token_file = @dir@/token\n";
        yield return new("web identity: profile", profile) { Profile = "w", Files = token };
        yield return new("web identity: profile with a session name", profile + "role_session_name = me\n")
        {
            Profile = "w",
            Files = token,
        };
        yield return new("web identity: profile with keys", profile + Keys("AK")) { Profile = "w", Files = token };
        yield return new("web identity: profile with keys in the credentials file", profile, "[w]\n" + Keys("AK"))
        {
            Profile = "w",
            Files = token,
        };
        yield return new("web identity: in China", profile) { Profile = "w", Files = token, Region = "cn-north-1" };
        yield return new("web identity: environment")
        {
            Files = token,
            Region = "us-west-2",
            Variables =
            [
                "AWS_ROLE_ARN=arn:aws:iam::1:role/E", "AWS_WEB_IDENTITY_TOKEN_FILE=@dir@/token",
                "AWS_ROLE_SESSION_NAME=me",
            ],
        };
        yield return new("web identity: environment without a role")
        {
            Files = token,
            Region = "us-west-2",
            Variables = ["AWS_WEB_IDENTITY_TOKEN_FILE=@dir@/token"],
            Error = Unusable,
        };
        yield return new("web identity: environment over the default profile", Default)
        {
            Files = token,
            Variables = ["AWS_ROLE_ARN=arn:aws:iam::1:role/E", "AWS_WEB_IDENTITY_TOKEN_FILE=@dir@/token"],
        };
        yield return new("web identity: a named profile over the environment",
            "[profile x]\n" + Region + Keys("AKX"))
        {
            Profile = "x",
            Files = token,
            Variables = ["AWS_ROLE_ARN=arn:aws:iam::1:role/E", "AWS_WEB_IDENTITY_TOKEN_FILE=@dir@/token"],
        };
        yield return new("web identity: a role of AWS_PROFILE over the environment", RoleOfKeys)
        {
            Files = token,
            Variables =
            [
                "AWS_PROFILE=r", "AWS_ROLE_ARN=arn:aws:iam::1:role/E", "AWS_WEB_IDENTITY_TOKEN_FILE=@dir@/token",
            ],
        };
        yield return new("web identity: file of the environment over that of the profile", profile)
        {
            Files = token,
            Variables = ["AWS_PROFILE=w", "AWS_WEB_IDENTITY_TOKEN_FILE=@dir@/other"],
        };
        yield return new("web identity: no role", "[profile w]\n" + Region + "web_identity_token_file = @dir@/token\n")
        {
            Profile = "w",
            Files = token,
            Error = Unusable,
        };
        yield return new("web identity: no file", profile) { Profile = "w", Error = Failed };
        yield return new("web identity: refused", profile)
        {
            Profile = "w",
            Files = token,
            Answers = With("sts", 403),
            Error = Failed,
        };
        yield return new("web identity: source of a role",
            "[profile r]\n" + Region + Role + "R\nsource_profile = w\n" + profile)
        {
            Profile = "r",
            Files = token,
        };
    }

    private static string Prints(string name, string more = "") =>
        $"#!/bin/sh\nprintf '{{\"Version\":1,\"AccessKeyId\":\"{name}\",\"SecretAccessKey\":\"s\"{more}}}'\n";

    private static IEnumerable<ConfigCase> Processes()
    {
        ConfigCase Case(string name, string script, string line = "@dir@/print") =>
            new("process: " + name, "[profile p]\n" + Region + $"credential_process = {line}\n")
            {
                Profile = "p",
                Files = Files(("print", script), ("my print", script)),
            };
        yield return Case("keys", Prints("AKPROC"));
        yield return Case("by AWS_PROFILE", Prints("AKPROC")) with { Profile = null, Variables = ["AWS_PROFILE=p"] };
        yield return Case("token", Prints("AKPROC", ",\"SessionToken\":\"t\""));
        yield return Case(
            "an end", Prints("AKPROC", ",\"SessionToken\":\"t\",\"Expiration\":\"2099-01-01T00:00:00Z\""));
        yield return Case("no end", Prints("AKPROC", ",\"SessionToken\":\"t\",\"Expiration\":null"));
        yield return Case("an empty end", Prints("AKPROC", ",\"Expiration\":\"\"")) with
        {
            Difference = "an empty Expiration",
        };
        yield return Case("quotes in the command", Prints("AKPROC"), "\"@dir@/my print\" 'one word' two");
        yield return Case("a backslash in the command", Prints("AKPROC"), "@dir@/my\\ print");
        yield return Case("arguments",
            "#!/bin/sh\n[ \"$1\" = \"a b\" ] && [ \"$2\" = '$HOME' ] && [ $# = 2 ] || exit 9\n"
            + Prints("AKPROC")[10..],
            "@dir@/print 'a b' $HOME");
        yield return Case("exit code", "#!/bin/sh\necho oops >&2; exit 3\n") with { Error = Failed };
        yield return Case("exit code, by AWS_PROFILE", "#!/bin/sh\nexit 3\n") with
        {
            Profile = null,
            Variables = ["AWS_PROFILE=p"],
            Error = Failed,
        };
        yield return Case("no JSON", "#!/bin/sh\necho hello\n") with { Error = Failed };
        yield return Case("another version", "#!/bin/sh\necho '{\"Version\":2}'\n") with { Error = Failed };
        yield return Case("no version", "#!/bin/sh\necho '{\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"s\"}'\n") with
        {
            Error = Failed,
        };
        yield return Case("no secret key", "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"AK\"}'\n") with
        {
            Error = Failed,
        };
        yield return Case("a missing program", string.Empty, "@dir@/gone") with { Error = Failed };
        yield return Case("a quote that is open", string.Empty, "@dir@/print 'x") with { Error = Unusable };
        yield return Case("keys of the config file beside, the program wins", Prints("AKPROC")) with
        {
            Config = "[profile p]\n" + Region + "credential_process = @dir@/print\n" + Keys("AK"),
        };
        yield return Case("keys of the credentials file beside, they win", Prints("AKPROC")) with
        {
            Credentials = "[p]\n" + Keys("AKS"),
        };
        yield return Case("in the credentials file", Prints("AKPROC")) with
        {
            Config = "[profile p]\n" + Region,
            Credentials = "[p]\ncredential_process = @dir@/print\n",
        };
    }

    private static string Hash(string text) =>
#pragma warning disable CA5350 // The AWS CLI names its cache files by SHA-1.
        Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
#pragma warning restore CA5350

    private static IEnumerable<ConfigCase> SingleSignOn()
    {
        const string Start = "https://acme.awsapps.com/start";
        const string Account = "sso_account_id = 123456789012\nsso_role_name = Dev\n";
        const string Later = "2098-01-01T00:00:00Z";
        const string Past = "2020-01-01T00:00:00Z";
        string session = $"[sso-session acme]\nsso_region = eu-west-1\nsso_start_url = {Start}\n";
        string profile = "[profile s]\n" + Region + "sso_session = acme\n" + Account + session;
        string legacy = "[profile s]\n" + Region + Account + $"sso_region = eu-west-1\nsso_start_url = {Start}\n";
        Dictionary<string, string> Token(string name, string ends, bool renews = false, string registered = Later) =>
            Files(($"home/.aws/sso/cache/{Hash(name)}.json",
                $"{{\"startUrl\":\"{Start}\",\"region\":\"eu-west-1\",\"accessToken\":\"sso-token\","
                + $"\"expiresAt\":\"{ends}\""
                + (renews
                    ? ",\"clientId\":\"c\",\"clientSecret\":\"cs\",\"refreshToken\":\"refresh-1\","
                        + $"\"registrationExpiresAt\":\"{registered}\""
                    : string.Empty)
                + "}"));

        yield return new("sso: session", profile) { Profile = "s", Files = Token("acme", Later) };
        yield return new("sso: by AWS_PROFILE", profile)
        {
            Variables = ["AWS_PROFILE=s"],
            Files = Token("acme", Later),
        };
        yield return new("sso: older form", legacy) { Profile = "s", Files = Token(Start, Later) };
        yield return new("sso: older form, time of the older CLI", legacy)
        {
            Profile = "s",
            Files = Token(Start, "2098-01-01T00:00:00UTC"),
        };
        yield return new("sso: region as parameter does not move the portal", profile)
        {
            Profile = "s",
            Region = "ap-south-1",
            Files = Token("acme", Later),
        };
        yield return new("sso: session with a space",
            profile.Replace("[sso-session acme]", "[sso-session 'Acme Dev']").Replace("= acme", "= Acme Dev"))
        {
            Profile = "s",
            Files = Token("Acme Dev", Later),
        };
        yield return new("sso: missing session", profile.Replace(session, string.Empty))
        {
            Profile = "s",
            Error = Unusable,
        };
        yield return new("sso: missing session, by AWS_PROFILE", profile.Replace(session, string.Empty))
        {
            Variables = ["AWS_PROFILE=s"],
            Error = Unusable,
        };
        yield return new("sso: session without a region", profile.Replace("sso_region = eu-west-1\n", string.Empty))
        {
            Profile = "s",
            Files = Token("acme", Later),
            Error = Unusable,
        };
        yield return new("sso: profile and session disagree",
            profile.Replace("sso_session = acme", "sso_region = us-east-1\nsso_session = acme"))
        {
            Profile = "s",
            Files = Token("acme", Later),
            Error = Unusable,
        };
        yield return new("sso: no account", profile.Replace("sso_account_id = 123456789012\n", string.Empty))
        {
            Profile = "s",
            Files = Token("acme", Later),
            Error = Unusable,
        };
        yield return new("sso: no sign-in", profile) { Profile = "s", Error = SignIn };
        yield return new("sso: no sign-in, by AWS_PROFILE", profile) { Variables = ["AWS_PROFILE=s"], Error = SignIn };
        yield return new("sso: no sign-in, in the default profile", profile.Replace("[profile s]", "[default]"))
        {
            Error = SignIn,
        };
        yield return new("sso: sign-in is over", profile)
        {
            Profile = "s",
            Files = Token("acme", Past),
            Error = SignIn,
        };
        yield return new("sso: older form, sign-in is over", legacy)
        {
            Profile = "s",
            Files = Token(Start, Past),
            Error = SignIn,
        };
        yield return new("sso: sign-in is renewed", profile)
        {
            Profile = "s",
            Files = Token("acme", Past, renews: true),
        };
        yield return new("sso: sign-in cannot be renewed", profile)
        {
            Profile = "s",
            Files = Token("acme", Past, renews: true),
            Answers = With("oidc", 400),
            Error = SignIn,
        };
        yield return new("sso: registration is over", profile)
        {
            Profile = "s",
            Files = Token("acme", Past, renews: true, registered: Past),
            Error = SignIn,
        };
        yield return new("sso: portal answers 401", profile)
        {
            Profile = "s",
            Files = Token("acme", Later),
            Answers = With("sso", 401),
            Error = SignIn,
        };
        yield return new("sso: portal answers 403", profile)
        {
            Profile = "s",
            Files = Token("acme", Later),
            Answers = With("sso", 403),
            Error = Failed,
        };
        yield return new("sso: keys of the credentials file beside, SSO wins", profile, "[s]\n" + Keys("AKS"))
        {
            Profile = "s",
            Files = Token("acme", Later),
        };
        yield return new("sso: role beside", "[profile r]\n" + Region + Role + "R\nsource_profile = s\n" + profile)
        {
            Profile = "r",
            Files = Token("acme", Later),
        };
        yield return new("sso: endpoint by variable", profile)
        {
            Profile = "s",
            Files = Token("acme", Past, renews: true),
            Variables = ["AWS_ENDPOINT_URL_SSO=http://sso.test", "AWS_ENDPOINT_URL_SSO_OIDC=http://oidc.test"],
        };
        Dictionary<string, string> bundled = Token("acme", Past, renews: true);
        bundled["own.pem"] = "x";
        yield return new("sso: proxy and authorities",
            profile.Replace("sso_session = acme", "ca_bundle = @dir@/own.pem\nsso_session = acme"))
        {
            Profile = "s",
            Files = bundled,
            Variables = ["HTTPS_PROXY=http://proxy.test:8080"],
        };
        yield return new("sso: token file of rubbish", profile)
        {
            Profile = "s",
            Files = Files(($"home/.aws/sso/cache/{Hash("acme")}.json", "{")),
            Error = SignIn,
        };
    }

    private static IEnumerable<ConfigCase> Places()
    {
        string regionOnly = "[profile x]\n" + Region;
        yield return new("machine: no profile") { Region = "us-west-2", Answers = With("machine", 2) };
        yield return new("machine: version 1") { Region = "us-west-2", Answers = With("machine", 1) };
        yield return new("machine: version 1 is off")
        {
            Region = "us-west-2",
            Answers = With("machine", 1),
            Variables = ["AWS_EC2_METADATA_V1_DISABLED=true"],
            Error = NoCredentials,
        };
        yield return new("machine: a profile with a region only", regionOnly)
        {
            Profile = "x",
            Answers = With("machine", 2),
        };
        yield return new("machine: AWS_PROFILE with a region only", regionOnly)
        {
            Variables = ["AWS_PROFILE=x"],
            Answers = With("machine", 2),
        };
        yield return new("machine: default profile with a region only", "[default]\n" + Region)
        {
            Answers = With("machine", 2),
        };
        yield return new("machine: endpoint by variable")
        {
            Region = "us-west-2",
            Answers = With("machine", 2),
            Variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT=http://imds.test:1338/"],
        };
        yield return new("machine: endpoint without a slash")
        {
            Region = "us-west-2",
            Answers = With("machine", 2),
            Variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT=http://imds.test:1338"],
        };
        yield return new("machine: endpoint of the profile",
            "[profile x]\n" + Region + "ec2_metadata_service_endpoint = http://imds.test\n")
        {
            Profile = "x",
            Answers = With("machine", 2),
        };
        yield return new("machine: over IPv6")
        {
            Region = "us-west-2",
            Answers = With("machine", 2),
            Variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6"],
        };
        yield return new("machine: a proxy is not asked")
        {
            Region = "us-west-2",
            Answers = With("machine", 2),
            Variables = ["HTTP_PROXY=http://proxy.test:8080"],
        };
        yield return new("machine: switched off")
        {
            Region = "us-west-2",
            Variables = ["AWS_EC2_METADATA_DISABLED=TRUE"],
            Error = NoCredentials,
        };
        yield return new("no credentials: a profile with a region only", regionOnly)
        {
            Profile = "x",
            Error = NoCredentials,
        };
        yield return new("container: relative")
        {
            Region = "us-west-2",
            Variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/creds/1"],
        };
        yield return new("container: full, with a token")
        {
            Region = "us-west-2",
            Variables =
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/creds",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN=container-token",
            ],
        };
        yield return new("container: token of a file")
        {
            Region = "us-west-2",
            Files = Files(("token", "file-token")),
            Variables =
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost:8080/creds",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=@dir@/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN=other",
            ],
        };
        yield return new("container: https of any host")
        {
            Region = "us-west-2",
            Variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI=https://creds.test/creds"],
        };
        yield return new("container: http of any host")
        {
            Region = "us-west-2",
            Variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI=http://creds.test/creds"],
            Error = Failed,
        };
        yield return new("container: after the profile's keys", Default)
        {
            Variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/creds"],
        };
        yield return new("container: a profile with a region only", regionOnly)
        {
            Profile = "x",
            Variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/creds"],
        };
        yield return new("container: before the machine")
        {
            Region = "us-west-2",
            Answers = With("machine", 2),
            Variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/creds"],
        };
        yield return new("container: no keys")
        {
            Region = "us-west-2",
            Answers = With("container", 404),
            Variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/creds"],
            Error = Failed,
        };
        yield return new("environment: an end of the keys that is past", Default)
        {
            Variables =
            [
                "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s", "AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z",
            ],
            Difference = "AWS_CREDENTIAL_EXPIRATION",
        };
        yield return new("older tools: BOTO_CONFIG")
        {
            Region = "us-west-2",
            Files = Files(("boto.cfg", "[Credentials]\n" + Keys("AKBOTO"))),
            Variables = ["BOTO_CONFIG=@dir@/boto.cfg"],
            Difference = "files of older tools",
            Ours = NoCredentials,
        };
        yield return new("older tools: AWS_CREDENTIAL_FILE")
        {
            Region = "us-west-2",
            Files = Files(("keys", "AWSAccessKeyId=AKOLD\nAWSSecretKey=s\n")),
            Variables = ["AWS_CREDENTIAL_FILE=@dir@/keys"],
            Difference = "files of older tools",
            Ours = NoCredentials,
        };
        yield return new("login: no sign-in",
            "[profile l]\n" + Region + "login_session = arn:aws:iam::1:user/alice\n")
        {
            Profile = "l",
            Error = SignIn,
        };
        yield return new("login: keys of the credentials file win",
            "[profile l]\n" + Region + "login_session = arn:aws:iam::1:user/alice\n", "[l]\n" + Keys("AKS"))
        {
            Profile = "l",
        };
    }

    private static IEnumerable<ConfigCase> Broken()
    {
        foreach ((string name, string text) in new[]
        {
            ("a line that is no setting", "[default]\nthis is no setting\n" + Region + Keys("AK")),
            ("a setting before the first section", Region + "[default]\n" + Keys("AK")),
            ("a section twice", Default + "[default]\n" + Region),
            ("a setting twice", Default + "REGION = eu-west-1\n"),
            ("no name", Default + "= x\n"),
            ("a nested line that is no setting", Default + "s3 =\n  nothing\n"),
            ("a section that is not closed", "[default\n" + Region + Keys("AK")),
        })
        {
            yield return new($"broken: {name}", text) { Error = Unusable };
            yield return new($"broken: {name}, in the credentials file", null, text)
            {
                Region = "us-east-1",
                Error = Unusable,
            };
            yield return new($"broken: {name}, with region and keys as parameters", text)
            {
                Region = "us-east-1",
                AccessKey = "AKP",
                Difference = "keys as parameters need no files",
            };
        }

        string broken = "[default]\nthis is no setting\n";
        yield return new("broken: region and keys in the environment", broken)
        {
            Variables = ["AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s", "AWS_DEFAULT_REGION=us-east-1"],
            Difference = "keys in the environment need no files",
        };
        yield return new("broken: keys in the environment, and a profile is named", broken)
        {
            Variables =
            [
                "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s", "AWS_DEFAULT_REGION=us-east-1", "AWS_PROFILE=x",
            ],
            Error = Unusable,
        };
        yield return new("broken: keys as parameters, no region", broken) { AccessKey = "AKP", Error = Unusable };
        yield return new("broken: a profile by name", broken) { Profile = "x", Region = "us-east-1", Error = Unusable };
    }

    private static IEnumerable<ConfigCase> Stores()
    {
        ConfigCase Case(string name, string config) => new("s3: " + name, config) { Service = "s3" };
        const string Services = "services = s\n[services s]\ns3 =\n  endpoint_url = http://s3.test\n"
            + "codepipeline =\n  endpoint_url = http://codepipeline.test\n";
        yield return Case("region", Default);
        yield return Case("China", Default) with { Region = "cn-north-1" };
        yield return Case("services section", Default + Services);
        yield return Case("variable for all over the services section", Default + Services) with
        {
            Variables = ["AWS_ENDPOINT_URL=http://all.test"],
        };
        yield return Case("variable of S3", Default + Services) with
        {
            Variables = ["AWS_ENDPOINT_URL=http://all.test", "AWS_ENDPOINT_URL_S3=http://own.test"],
        };
        yield return Case("variable of CodePipeline does not count", Default) with
        {
            Variables = ["AWS_ENDPOINT_URL_CODEPIPELINE=http://codepipeline.test"],
        };
        yield return Case("parameter", Default) with
        {
            Endpoint = "http://given.test",
            Variables = ["AWS_ENDPOINT_URL_S3=http://own.test"],
        };
        yield return Case("endpoint_url of the profile", Default + "endpoint_url = http://profile.test\n");
        yield return Case("endpoints are ignored", Default + Services) with
        {
            Variables = ["AWS_ENDPOINT_URL_S3=http://own.test", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"],
        };
        yield return Case("path style", Default + "s3 =\n  addressing_style = path\n");
        yield return Case("virtual style", Default + "s3 =\n  addressing_style = virtual\n");
        yield return Case("FIPS", Default + "use_fips_endpoint = true\n");
        yield return Case("dual-stack", Default + "use_dualstack_endpoint = true\n");
        yield return Case("dual-stack of S3 alone", Default + "s3 =\n  use_dualstack_endpoint = true\n");
        yield return Case("not dual-stack of S3 alone",
            Default + "use_dualstack_endpoint = true\ns3 =\n  use_dualstack_endpoint = false\n");
        yield return Case("FIPS of the named profile",
            "[default]\nuse_fips_endpoint = true\n[profile x]\n" + Region + Keys("AKX")) with
        {
            Profile = "x",
        };
    }
}
