using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>The cases of the comparison with botocore.</summary>
internal static partial class ConfigTable
{
    private const string Region = "region = us-west-2\n";
    private const string Role = "role_arn = arn:aws:iam::1:role/";
    private const string Unusable = "ProfileUnusable";
    private const string NoProfile = "ProfileNotFound";
    private const string NoCredentials = "CredentialsNotFound";
    private const string Failed = "CredentialsFailed";
    private const string SignIn = "SignInNeeded";
    private const string Input = "InvalidInput";

    public static IReadOnlyDictionary<string, ConfigCase> All { get; } =
        Profiles().Concat(Parsing()).Concat(Names()).Concat(Files()).Concat(Regions()).Concat(Endpoints())
            .Concat(Variants()).Concat(Retries()).Concat(Authorities()).Concat(Roles()).Concat(WebIdentities())
            .Concat(Processes()).Concat(SingleSignOn()).Concat(Places()).Concat(Broken()).Concat(Stores())
            .ToDictionary(each => each.Name, StringComparer.Ordinal);

    private static IReadOnlyList<string> Order { get; } = [.. All.Keys];

    /// <summary>Returns the number of a case, which is the name of its folder.</summary>
    public static string NumberOf(ConfigCase each) =>
        Order.ToList().IndexOf(each.Name).ToString(CultureInfo.InvariantCulture);

    private static string Keys(string name) =>
        $"aws_access_key_id = {name}\naws_secret_access_key = secret of {name}\n";

    private static Dictionary<string, int> With(string service, int status) => new() { [service] = status };

    private static Dictionary<string, string> Files(params (string Path, string Text)[] files) =>
        files.ToDictionary(file => file.Path, file => file.Text);

    private static IEnumerable<ConfigCase> Profiles()
    {
        string two = "[default]\nregion = eu-west-1\n" + Keys("AKD") + "[profile x]\n" + Region + Keys("AKX");
        yield return new("profile: default", two);
        yield return new("profile: by name", two) { Profile = "x" };
        yield return new("profile: AWS_PROFILE", two) { Variables = ["AWS_PROFILE=x"] };
        yield return new("profile: AWS_DEFAULT_PROFILE", two) { Variables = ["AWS_DEFAULT_PROFILE=x"] };
        yield return new(
            "profile: AWS_DEFAULT_PROFILE without a default profile", "[profile x]\n" + Region + Keys("AKX"))
        {
            Variables = ["AWS_DEFAULT_PROFILE=x"],
        };
        yield return new("profile: both variables", two + "[profile y]\n" + Region + Keys("AKY"))
        {
            Variables = ["AWS_PROFILE=x", "AWS_DEFAULT_PROFILE=y"],
            Difference = "AWS_PROFILE before AWS_DEFAULT_PROFILE",
        };
        yield return new("profile: name over variable", two + "[profile y]\n" + Region + Keys("AKY"))
        {
            Profile = "x",
            Variables = ["AWS_PROFILE=y"],
        };
        yield return new("profile: empty AWS_PROFILE", two)
        {
            Variables = ["AWS_PROFILE="],
            Difference = "empty variables",
        };
        yield return new("profile: name over keys of the environment", two)
        {
            Profile = "x",
            Variables = ["AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s"],
        };
        yield return new("profile: keys of the environment over AWS_PROFILE", two)
        {
            Variables = ["AWS_PROFILE=x", "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s"],
        };
        yield return new("profile: keys as parameters, region of AWS_PROFILE", two)
        {
            AccessKey = "AKP",
            Variables = ["AWS_PROFILE=x"],
        };
        yield return new("profile: keys and token as parameters", two) { AccessKey = "AKP", SessionToken = "t" };
        yield return new("profile: keys and region as parameters", two) { AccessKey = "AKP", Region = "ap-south-1" };
        yield return new("profile: region as parameter", two) { Profile = "x", Region = "ap-south-1" };
        yield return new("profile: missing by name", two) { Profile = "gone", Error = NoProfile };
        yield return new("profile: missing by name, with a region", two)
        {
            Profile = "gone",
            Region = "us-east-1",
            Error = NoProfile,
        };
        yield return new("profile: missing by AWS_PROFILE", two)
        {
            Variables = ["AWS_PROFILE=gone"],
            Error = NoProfile,
        };
        yield return new("profile: missing by AWS_DEFAULT_PROFILE", two)
        {
            Variables = ["AWS_DEFAULT_PROFILE=gone"],
            Error = NoProfile,
        };
        yield return new("profile: missing by AWS_PROFILE, keys in the environment", two)
        {
            Variables = ["AWS_PROFILE=gone", "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s"],
            Region = "us-east-1",
            Error = NoProfile,
        };
        yield return new("profile: missing by AWS_PROFILE, keys and region as parameters", two)
        {
            Variables = ["AWS_PROFILE=gone"],
            AccessKey = "AKP",
            Region = "us-east-1",
            Difference = "keys as parameters need no files",
        };
        yield return new("profile: no files at all") { Region = "us-east-1", Error = NoCredentials };
        yield return new("profile: nothing at all") { Error = Input };
        yield return new("profile: [default] and [profile default]",
            "[default]\n" + Region + Keys("AK1") + "[profile default]\nregion = eu-west-1\n" + Keys("AK2"));
        yield return new("profile: [profile default] and [default]",
            "[profile default]\nregion = eu-west-1\n" + Keys("AK2") + "[default]\n" + Region + Keys("AK1"));
        yield return new("profile: credentials over config",
            "[default]\n" + Region + Keys("AKC"), "[default]\n" + Keys("AKS"));
        yield return new("profile: region of the credentials file",
            "[default]\nregion = eu-west-1\n", "[default]\n" + Region + Keys("AKS"));
        yield return new("profile: keys half here, half there",
            "[default]\n" + Region + "aws_secret_access_key = s\n", "[default]\naws_access_key_id = AK\n")
        {
            Error = Unusable,
        };
        yield return new("profile: access key alone", "[default]\n" + Region + "aws_access_key_id = AK\n")
        {
            Error = Unusable,
        };
        yield return new("profile: secret key alone", "[default]\n" + Region + "aws_secret_access_key = s\n")
        {
            Error = NoCredentials,
        };
        yield return new("profile: session token", "[default]\n" + Region, "[default]\n" + Keys("AK")
            + "aws_session_token = t\n");
        yield return new("profile: older name of the session token", "[default]\n" + Region, "[default]\n" + Keys("AK")
            + "aws_security_token = t\n");
        yield return new("profile: both names of the session token", "[default]\n" + Region, "[default]\n" + Keys("AK")
            + "aws_session_token = new\naws_security_token = old\n");
        yield return new("environment: keys")
        {
            Variables = ["AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s", "AWS_DEFAULT_REGION=us-west-2"],
        };
        yield return new("environment: keys and token")
        {
            Variables =
            [
                "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=t",
                "AWS_DEFAULT_REGION=us-west-2",
            ],
        };
        yield return new("environment: older name of the token")
        {
            Variables =
            [
                "AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY=s", "AWS_SECURITY_TOKEN=old", "AWS_SESSION_TOKEN=new",
                "AWS_DEFAULT_REGION=us-west-2",
            ],
        };
        yield return new("environment: access key without secret key", two)
        {
            Variables = ["AWS_ACCESS_KEY_ID=AKE"],
            Error = NoCredentials,
        };
        yield return new("environment: access key with an empty secret key", two)
        {
            Variables = ["AWS_ACCESS_KEY_ID=AKE", "AWS_SECRET_ACCESS_KEY="],
            Error = NoCredentials,
        };
        yield return new("environment: secret key without access key", two)
        {
            Variables = ["AWS_SECRET_ACCESS_KEY=s"],
        };
        yield return new("environment: empty keys", two)
        {
            Variables = ["AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN="],
        };
    }

    private static IEnumerable<ConfigCase> Parsing()
    {
        ConfigCase Case(string name, string config) => new("parse: " + name, config);
        yield return Case("colons", "[default]\nregion: us-west-2\naws_access_key_id: AK\naws_secret_access_key: s\n");
        yield return Case("no spaces", "[default]\nregion=us-west-2\naws_access_key_id=AK\naws_secret_access_key=s\n");
        yield return Case("many spaces",
            "[default]\nregion   =    us-west-2   \naws_access_key_id\t=\tAK\t\naws_secret_access_key =s\n");
        yield return Case("comments", "# one\n; two\n[default]\n# three\n" + Region + "  # indented\n" + Keys("AK"));
        yield return Case("a comment behind a section", "[default] # mine\n" + Region + Keys("AK"));
        yield return Case("a semicolon behind a section", "[default] ; mine\n" + Region + Keys("AK"));
        yield return Case("text behind a section", "[default] mine\n" + Region + Keys("AK"));
        yield return Case("a comment behind a region", "[default]\nregion = us-west-2 ; office\n" + Keys("AK")) with
        {
            Error = Unusable,
        };
        yield return Case("a hash behind a region", "[default]\nregion = us-west-2 # office\n" + Keys("AK")) with
        {
            Error = Unusable,
        };
        yield return Case("a comment behind a region, region as parameter",
            "[default]\nregion = us-west-2 ; office\n" + Keys("AK")) with
        {
            Region = "eu-west-1",
        };
        yield return Case("a hash in a secret key", "[default]\n" + Region
            + "aws_access_key_id = AK\naws_secret_access_key = a#b;c\naws_session_token = x # y\n");
        yield return Case("names in upper case", "[default]\nREGION = us-west-2\nAWS_Access_Key_ID = AK\n"
            + "AWS_SECRET_ACCESS_KEY = s\n");
        yield return Case("carriage returns", ("[default]\n" + Region + Keys("AK")).Replace("\n", "\r\n"));
        yield return Case("old carriage returns", ("[default]\n" + Region + Keys("AK")).Replace("\n", "\r"));
        yield return Case("no line end at the end", ("[default]\n" + Region + Keys("AK")).TrimEnd());
        yield return Case("empty lines", "\n\n[default]\n\n" + Region + "\n\n" + Keys("AK") + "\n\n");
        yield return Case("indented settings", "[default]\n  region = us-west-2\n  aws_access_key_id = AK\n"
            + "  aws_secret_access_key = s\n");
        yield return Case("indented section", "  [default]\n  region = us-west-2\n  aws_access_key_id = AK\n"
            + "  aws_secret_access_key = s\n");
        yield return Case("deeper and deeper", "[default]\nregion = us-west-2\n  aws_access_key_id = AK\n"
            + "  aws_secret_access_key = s\n") with
        {
            Error = Unusable,
        };
        yield return Case("an empty line within a deeper one", "[default]\naws_access_key_id = AK\n"
            + "aws_secret_access_key = s\ns3 =\n  addressing_style = path\n\n  payload_signing_enabled = true\n"
            + Region);
        yield return Case("nested settings do not leak", "[default]\n" + Keys("AK") + "s3 =\n  region = eu-west-1\n"
            + Region);
        yield return Case("a byte order mark", "\ufeff[default]\n" + Region + Keys("AK")) with
        {
            Difference = "byte order marks",
        };
        yield return Case("settings of [DEFAULT]", "[DEFAULT]\n" + Region + "[profile x]\n" + Keys("AK")) with
        {
            Profile = "x",
        };
        yield return Case("[DEFAULT] is no profile", "[DEFAULT]\n" + Region + Keys("AK")) with { Error = Input };
        yield return Case("no space around equals in a nested block", "[default]\n" + Keys("AK")
            + "services = s\n" + Region + "[services s]\ncodepipeline=\n  endpoint_url=http://own.test\n");
        yield return Case("a value with equals", "[default]\n" + Region
            + "aws_access_key_id = AK\naws_secret_access_key = a=b==\n");
        yield return Case(
            "unknown sections", "[preview]\nx = 1\n[default]\n" + Region + Keys("AK") + "[plugins]\ny = 2\n");
        yield return Case("unknown settings", "[default]\n" + Region + Keys("AK")
            + "cli_pager =\noutput = json\ntoolkit_artifact_guid = none\nendpoint_discovery_enabled = auto\n");
        yield return Case("settings of roles beside keys", "[default]\n" + Region + Keys("AK")
            + "mfa_serial = arn:aws:iam::1:mfa/me\nsso_region = us-east-1\nexternal_id = e\nrole_session_name = r\n"
            + "source_profile = gone\ncredential_source = Nowhere\n");
        yield return Case("sections in the wrong case", "[Default]\n" + Region + Keys("AK")) with { Error = Input };
        yield return Case("an empty region", "[default]\nregion =\n" + Keys("AK")) with { Error = Input };
        yield return Case(
            "an empty access key", "[default]\n" + Region + "aws_access_key_id =\naws_secret_access_key = s\n") with
        {
            Error = Unusable,
            Difference = "empty access key",
        };
        yield return Case("UTF-8", "# für Ärger\n[profile 😀]\n" + Region + Keys("AK")) with { Profile = "😀" };
    }

    private static IEnumerable<ConfigCase> Names()
    {
        ConfigCase Case(string name, string section, string? profile = null) =>
            new("name: " + name, $"[{section}]\n" + Region + Keys("AK")) { Profile = profile ?? name };
        yield return Case("my prof", "profile \"my prof\"");
        yield return Case("my own prof", "profile 'my own prof'");
        yield return Case("plain in quotes", "profile \"x\"", "x");
        yield return Case("half in quotes", "profile my\" \"prof", "my prof");
        yield return Case("with a backslash", "profile my\\ prof", "my prof");
        yield return Case("a quote in quotes", "profile \"a\\\"b\"", "a\"b");
        yield return Case("without quotes", "profile my prof", "my prof") with { Error = NoProfile };
        yield return Case("a quote that is open", "profile \"x", "x") with { Error = NoProfile };
        yield return Case("two spaces", "profile   x", "x");
        yield return Case("a tab", "profile\tx", "x");
        yield return Case("a prefix alone", "profilex", "x") with { Error = NoProfile };
        yield return Case("spaces in the brackets", " profile x ", "x") with
        {
            Difference = "spaces in the brackets",
        };
        yield return Case("default with spaces", " default ", "default") with { Difference = "spaces in the brackets" };
        yield return Case("without the word profile", "x", "x") with { Error = NoProfile };
        yield return Case("dots and dashes", "profile a.b-c_d/e@f+g", "a.b-c_d/e@f+g");
        yield return Case("another case", "profile X", "x") with { Error = NoProfile };
        yield return Case("a bracket", "profile a]b", "a]b");
        yield return new("name: the word profile in the credentials file",
            null, "[profile x]\n" + Region + Keys("AK"))
        {
            Profile = "x",
            Difference = "[profile x] in the credentials file",
        };
        yield return new("name: the word profile in the credentials file, keys in the config file",
            "[profile x]\n" + Region + Keys("AKC"), "[profile x]\n" + Keys("AKS"))
        {
            Profile = "x",
        };
        yield return new("name: spaces in the credentials file",
            "[profile 'my prof']\n" + Region, "[my prof]\n" + Keys("AK"))
        {
            Profile = "my prof",
        };
        yield return new("name: quotes in the credentials file",
            "[profile 'my prof']\n" + Region, "['my prof']\n" + Keys("AK"))
        {
            Profile = "my prof",
            Error = NoCredentials,
        };
    }

    private static IEnumerable<ConfigCase> Files()
    {
        (string, string) config = ("other/config", "[default]\nregion = eu-west-1\n" + Keys("AKOTHER"));
        (string, string) credentials = ("other/credentials", "[default]\n" + Keys("AKOTHERS"));
        string own = "[default]\n" + Region;
        string ownKeys = "[default]\n" + Keys("AKS");
        yield return new("files: config variable", own, null)
        {
            Files = Files(config),
            Variables = ["AWS_CONFIG_FILE=@dir@/other/config"],
        };
        yield return new("files: credentials variable alone", own, ownKeys)
        {
            Files = Files(config, credentials),
            Variables = ["AWS_SHARED_CREDENTIALS_FILE=@dir@/other/credentials"],
        };
        yield return new("files: both variables", own, ownKeys)
        {
            Files = Files(config, credentials),
            Variables =
            [
                "AWS_CONFIG_FILE=@dir@/other/config", "AWS_SHARED_CREDENTIALS_FILE=@dir@/other/credentials",
            ],
        };
        yield return new("files: a tilde in both variables")
        {
            Files = Files(("home/a/config", own), ("home/a/credentials", ownKeys)),
            Variables = ["AWS_CONFIG_FILE=~/a/config", "AWS_SHARED_CREDENTIALS_FILE=~/a/credentials"],
        };
        yield return new("files: a variable in the variable")
        {
            Files = Files(("home/a/config", own + Keys("AK"))),
            Variables = ["AWS_CONFIG_FILE=$HOME/a/config"],
        };
        yield return new("files: variables that name nothing", own, ownKeys)
        {
            Variables = ["AWS_CONFIG_FILE=@dir@/none", "AWS_SHARED_CREDENTIALS_FILE=@dir@/none"],
            Region = "us-east-1",
            Error = NoCredentials,
        };
        yield return new("files: empty variables", own, ownKeys)
        {
            Variables = ["AWS_CONFIG_FILE=", "AWS_SHARED_CREDENTIALS_FILE="],
            Difference = "empty variables",
        };
        yield return new("files: a folder for a file", own + Keys("AK"))
        {
            Variables = ["AWS_SHARED_CREDENTIALS_FILE=@dir@"],
        };
        yield return new("files: credentials alone", null, ownKeys) { Region = "us-east-1" };
        yield return new("files: config alone", own + Keys("AK"));
        yield return new("files: role in the config, keys in the credentials of a variable",
            "[profile r]\n" + Region + Role + "R\nsource_profile = k\n", null)
        {
            Files = Files(("other/credentials", "[k]\n" + Keys("AKS"))),
            Variables = ["AWS_SHARED_CREDENTIALS_FILE=@dir@/other/credentials"],
            Profile = "r",
        };
    }

    private static IEnumerable<ConfigCase> Regions()
    {
        string keys = "[default]\n" + Keys("AK");
        foreach (string region in new[]
        {
            "us-east-1", "cn-north-1", "us-gov-west-1", "eu-isoe-west-1", "us-iso-east-1", "us-isob-east-1",
            "eusc-de-east-1", "ap-southeast-7", "us-weird-9",
        })
        {
            yield return new("region: " + region, keys) { Region = region };
        }

        yield return new("region: fips-us-east-1", keys) { Region = "fips-us-east-1" };
        yield return new("region: us-gov-west-1-fips", keys) { Region = "us-gov-west-1-fips" };
        yield return new("region: pseudo region of the profile", keys + "region = fips-us-west-2\n");
        yield return new("region: AWS_DEFAULT_REGION over the profile", keys + Region)
        {
            Variables = ["AWS_DEFAULT_REGION=eu-west-1"],
        };
        yield return new("region: AWS_REGION", keys + Region)
        {
            Variables = ["AWS_REGION=eu-west-1"],
            Difference = "AWS_REGION",
        };
        yield return new("region: AWS_REGION over AWS_DEFAULT_REGION", keys)
        {
            Variables = ["AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-2"],
            Difference = "AWS_REGION",
        };
        yield return new("region: empty AWS_DEFAULT_REGION", keys + Region)
        {
            Variables = ["AWS_DEFAULT_REGION="],
            Difference = "empty variables",
        };
        yield return new("region: an invalid name", keys) { Region = "us west", Error = Input };
        yield return new("region: a name that leads away", keys) { Region = "x.evil.test", Error = Input };
        yield return new("region: none", keys) { Error = Input };
        yield return new("region: capitals", keys)
        {
            Region = "US-EAST-1",
            Difference = "regions in capitals",
            Ours = Input,
        };
        yield return new("region: that of the source profile does not count",
            "[profile r]\n" + Role + "R\nsource_profile = k\n[profile k]\n" + Region + Keys("AK"))
        {
            Profile = "r",
            Error = Input,
        };
    }
}
