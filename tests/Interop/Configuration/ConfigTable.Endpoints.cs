using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>Cases for endpoints, their variants, retries, certificate authorities and proxies.</summary>
internal static partial class ConfigTable
{
    private static string Default => "[default]\n" + Region + Keys("AK");

    private static string RoleOfKeys =>
        "[profile r]\n" + Region + Role + "R\nsource_profile = k\n[profile k]\n" + Keys("AK");

    private static IEnumerable<ConfigCase> Endpoints()
    {
        const string Services =
            "[services s]\ncodepipeline =\n  endpoint_url = http://services.test\n"
            + "sts =\n  endpoint_url = http://sts.test\n"
            + "sso =\n  endpoint_url = http://sso.test\n";
        yield return new("endpoint: parameter", Default) { Endpoint = "https://given.test" };
        yield return new("endpoint: parameter with port and path", Default) { Endpoint = "http://127.0.0.1:8080/x" };
        yield return new("endpoint: AWS_ENDPOINT_URL", Default) { Variables = ["AWS_ENDPOINT_URL=http://all.test"] };
        yield return new("endpoint: AWS_ENDPOINT_URL_CODEPIPELINE", Default)
        {
            Variables = ["AWS_ENDPOINT_URL=http://all.test", "AWS_ENDPOINT_URL_CODEPIPELINE=http://own.test"],
        };
        yield return new("endpoint: parameter over variables", Default)
        {
            Endpoint = "http://given.test",
            Variables = ["AWS_ENDPOINT_URL=http://all.test", "AWS_ENDPOINT_URL_CODEPIPELINE=http://own.test"],
        };
        yield return new("endpoint: endpoint_url", Default + "endpoint_url = http://profile.test\n");
        yield return new("endpoint: services section",
            Default + "endpoint_url = http://profile.test\nservices = s\n" + Services);
        yield return new("endpoint: services section without the service",
            Default + "endpoint_url = http://profile.test\nservices = s\n"
            + "[services s]\nsqs =\n  endpoint_url = http://x\n");
        yield return new("endpoint: services section in quotes",
            Default + "services = my own\n" + Services.Replace("[services s]", "[services 'my own']"));
        yield return new("endpoint: missing services section", Default + "services = gone\n")
        {
            Error = Unusable,
        };
        yield return new("endpoint: missing services section, and a variable", Default + "services = gone\n")
        {
            Variables = ["AWS_ENDPOINT_URL=http://all.test"],
        };
        yield return new("endpoint: variable for all over the services section", Default + "services = s\n" + Services)
        {
            Variables = ["AWS_ENDPOINT_URL=http://all.test"],
        };
        yield return new("endpoint: of the named profile",
            "[default]\nendpoint_url = http://default.test\n[profile x]\n" + Region + Keys("AKX"))
        {
            Profile = "x",
        };
        yield return new("endpoint: of AWS_PROFILE",
            "[default]\nendpoint_url = http://default.test\n[profile x]\nendpoint_url = http://x.test\n" + Region
            + Keys("AKX"))
        {
            Variables = ["AWS_PROFILE=x"],
        };
        foreach (string name in new[] { "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CODEPIPELINE" })
        {
            yield return new($"endpoint: empty {name}", Default + "endpoint_url = http://profile.test\n")
            {
                Variables = [name + "="],
            };
            yield return new($"endpoint: invalid {name}", Default)
            {
                Variables = [name + "=localhost:8080"],
                Error = Input,
            };
        }

        yield return new("endpoint: empty variable, and one for all", Default)
        {
            Variables = ["AWS_ENDPOINT_URL_CODEPIPELINE=", "AWS_ENDPOINT_URL=http://all.test"],
        };
        yield return new("endpoint: invalid endpoint_url", Default + "endpoint_url = localhost:8080\n")
        {
            Error = Unusable,
        };
        yield return new("endpoint: ignored by variable", Default + "endpoint_url = http://profile.test\n")
        {
            Variables = ["AWS_ENDPOINT_URL=http://all.test", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"],
        };
        yield return new("endpoint: ignored by the profile",
            Default + "endpoint_url = http://profile.test\nignore_configured_endpoint_urls = true\n")
        {
            Variables = ["AWS_ENDPOINT_URL=http://all.test"],
        };
        yield return new("endpoint: ignored by the profile, not by the variable",
            Default + "endpoint_url = http://profile.test\nignore_configured_endpoint_urls = true\n")
        {
            Variables = ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false"],
        };
        yield return new("endpoint: ignored, a parameter counts", Default)
        {
            Endpoint = "http://given.test",
            Variables = ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"],
        };
        yield return new("endpoint: keys as parameters, endpoint_url of the default profile",
            Default + "endpoint_url = http://profile.test\n")
        {
            AccessKey = "AKP",
            Region = "us-east-1",
        };
        yield return new("endpoint: of STS by variable", RoleOfKeys)
        {
            Profile = "r",
            Variables = ["AWS_ENDPOINT_URL_STS=http://sts.test"],
        };
        yield return new("endpoint: of all, STS too", RoleOfKeys)
        {
            Profile = "r",
            Variables = ["AWS_ENDPOINT_URL=http://all.test"],
        };
        yield return new("endpoint: of STS by the services section",
            RoleOfKeys.Replace("[profile k]", "services = s\n[profile k]") + Services)
        {
            Profile = "r",
        };
        yield return new("endpoint: services of the source profile do not count",
            RoleOfKeys + "services = s\n" + Services)
        {
            Profile = "r",
        };
        yield return new("endpoint: STS does not go to -EndpointUrl", RoleOfKeys)
        {
            Profile = "r",
            Endpoint = "http://given.test",
        };
    }

    private static IEnumerable<ConfigCase> Variants()
    {
        foreach (string name in new[] { "use_fips_endpoint", "use_dualstack_endpoint" })
        {
            string variable = "AWS_" + name.ToUpperInvariant();
            yield return new($"{name}: of the default profile", $"{Default}{name} = true\n");
            yield return new($"{name}: of the named profile",
                $"[default]\n{name} = false\n[profile f]\n{name} = true\n{Region}{Keys("AKF")}")
            {
                Profile = "f",
            };
            yield return new($"{name}: of another profile than the named one",
                $"[default]\n{name} = true\n[profile f]\n{Region}{Keys("AKF")}")
            {
                Profile = "f",
            };
            yield return new($"{name}: of AWS_PROFILE", $"[profile f]\n{name} = true\n{Region}{Keys("AKF")}")
            {
                Variables = ["AWS_PROFILE=f"],
            };
            yield return new($"{name}: variable over the profile", $"{Default}{name} = true\n")
            {
                Variables = [variable + "=false"],
            };
            yield return new($"{name}: variable", Default) { Variables = [variable + "=true"] };
            yield return new($"{name}: capitals", $"{Default}{name} = TRUE\n");
            yield return new($"{name}: maybe", $"{Default}{name} = maybe\n");
            yield return new($"{name}: yes in the variable", Default)
            {
                Variables = [variable + "=yes"],
                Difference = "flags in variables",
                Ours = Input,
            };
            yield return new($"{name}: STS too", RoleOfKeys.Replace("[profile k]", $"{name} = true\n[profile k]"))
            {
                Profile = "r",
            };
            yield return new($"{name}: of a source profile does not count", RoleOfKeys + $"{name} = true\n")
            {
                Profile = "r",
            };
            yield return new($"{name}: in China",
                $"{Default}{name} = true\n") { Region = "cn-north-1" };
            yield return new($"{name}: in GovCloud", $"{Default}{name} = true\n") { Region = "us-gov-west-1" };
            yield return new($"{name}: with an endpoint", $"{Default}{name} = true\n")
            {
                Endpoint = "http://given.test",
                Difference = "FIPS and dual-stack with an endpoint",
                Ours = Input,
            };
            yield return new($"{name}: of the default profile, endpoint of the named one",
                $"[default]\n{name} = true\n[profile x]\nendpoint_url = http://x.test\n{Region}{Keys("AKX")}")
            {
                Profile = "x",
            };
        }
    }

    private static IEnumerable<ConfigCase> Retries()
    {
        Dictionary<string, int> down = With("codepipeline", 500);
        yield return new("retries: default", Default)
        {
            Answers = down,
            Error = "Service",
            Difference = "three attempts",
        };
        yield return new("retries: max_attempts of the default profile", Default + "max_attempts = 2\n")
        {
            Answers = down,
            Error = "Service",
        };
        yield return new("retries: max_attempts of the named profile",
            "[default]\nmax_attempts = 3\n[profile x]\nmax_attempts = 2\n" + Region + Keys("AKX"))
        {
            Profile = "x",
            Answers = down,
            Error = "Service",
        };
        yield return new("retries: max_attempts of another profile",
            "[default]\nmax_attempts = 1\n[profile x]\nretry_mode = standard\n" + Region + Keys("AKX"))
        {
            Profile = "x",
            Answers = down,
            Error = "Service",
        };
        yield return new("retries: variable over the profile", Default + "max_attempts = 2\n")
        {
            Variables = ["AWS_MAX_ATTEMPTS=1"],
            Answers = down,
            Error = "Service",
        };
        yield return new("retries: standard", Default + "retry_mode = standard\n")
        {
            Answers = down,
            Error = "Service",
        };
        yield return new("retries: legacy", Default + "retry_mode = legacy\n");
        yield return new("retries: legacy in a named profile",
            "[profile x]\nretry_mode = legacy\n" + Region + Keys("AKX"))
        {
            Profile = "x",
        };
        yield return new("retries: legacy, and down", Default + "retry_mode = legacy\n")
        {
            Answers = down,
            Error = "Service",
            Difference = "three attempts",
        };
        yield return new("retries: adaptive", Default + "retry_mode = adaptive\nmax_attempts = 2\n")
        {
            Answers = down,
            Error = "Service",
        };
        yield return new("retries: an invalid mode", Default + "retry_mode = eager\n") { Error = Unusable };
        yield return new("retries: an invalid mode, keys as parameters", Default + "retry_mode = eager\n")
        {
            AccessKey = "AKP",
            Region = "us-east-1",
            Difference = "keys as parameters need no files",
        };
        yield return new("retries: attempts that are none", Default + "max_attempts = many\n") { Error = Unusable };
        yield return new("retries: no attempts", Default + "max_attempts = 0\n")
        {
            Error = Unusable,
        };
        yield return new("retries: of STS", RoleOfKeys.Replace("[profile k]", "max_attempts = 2\n[profile k]"))
        {
            Profile = "r",
            Answers = With("sts", 500),
            Error = Failed,
        };
    }

    private static IEnumerable<ConfigCase> Authorities()
    {
        Dictionary<string, string> bundles = Files(("own.pem", "x"), ("other.pem", "x"), ("home/mine.pem", "x"));
        string bundle = "ca_bundle = @dir@/own.pem\n";
        yield return new("ca: of the default profile", Default + bundle) { Files = bundles };
        yield return new("ca: of the named profile",
            "[default]\nca_bundle = @dir@/other.pem\n[profile x]\n" + bundle + Region + Keys("AKX"))
        {
            Files = bundles,
            Profile = "x",
        };
        yield return new("ca: of another profile", "[default]\n" + bundle + "[profile x]\n" + Region + Keys("AKX"))
        {
            Files = bundles,
            Profile = "x",
        };
        yield return new("ca: variable over the profile", Default + bundle)
        {
            Files = bundles,
            Variables = ["AWS_CA_BUNDLE=@dir@/other.pem"],
        };
        yield return new("ca: REQUESTS_CA_BUNDLE", Default)
        {
            Files = bundles,
            Variables = ["REQUESTS_CA_BUNDLE=@dir@/other.pem"],
        };
        yield return new("ca: profile over REQUESTS_CA_BUNDLE", Default + bundle)
        {
            Files = bundles,
            Variables = ["REQUESTS_CA_BUNDLE=@dir@/other.pem"],
        };
        yield return new("ca: STS too, by the profile", RoleOfKeys.Replace("[profile k]", bundle + "[profile k]"))
        {
            Files = bundles,
            Profile = "r",
        };
        yield return new("ca: STS too, by variable", RoleOfKeys)
        {
            Files = bundles,
            Profile = "r",
            Variables = ["AWS_CA_BUNDLE=@dir@/other.pem"],
        };
        yield return new("ca: with a tilde", Default + "ca_bundle = ~/mine.pem\n")
        {
            Files = bundles,
            Difference = "~ in ca_bundle",
        };
        yield return new("ca: a missing bundle", Default + "ca_bundle = @dir@/gone.pem\n")
        {
            Difference = "CA bundles that are not there",
            Ours = Unusable,
        };

        yield return new("proxy: HTTPS_PROXY", Default) { Variables = ["HTTPS_PROXY=http://proxy.test:8080"] };
        yield return new("proxy: lower case first", Default)
        {
            Variables = ["HTTPS_PROXY=http://upper.test:8080", "https_proxy=http://lower.test:8080"],
        };
        yield return new("proxy: without a scheme", Default) { Variables = ["HTTPS_PROXY=proxy.test:8080"] };
        yield return new("proxy: with user and password", Default)
        {
            Variables = ["HTTPS_PROXY=http://user:p%40ss@proxy.test:8080"],
        };
        yield return new("proxy: HTTP_PROXY is for http", Default)
        {
            Variables = ["HTTP_PROXY=http://proxy.test:8080"],
        };
        yield return new("proxy: HTTP_PROXY for an endpoint of http", Default)
        {
            Endpoint = "http://given.test",
            Variables = ["HTTP_PROXY=http://proxy.test:8080"],
        };
        yield return new("proxy: STS too", RoleOfKeys)
        {
            Profile = "r",
            Variables = ["HTTPS_PROXY=http://proxy.test:8080"],
        };
        foreach (string entry in new[]
        {
            "codepipeline.us-west-2.amazonaws.com", ".amazonaws.com", "amazonaws.com", "*", "other.test",
            "other.test, amazonaws.com", "maws.com", "codepipeline.us-west-2.amazonaws.com:443",
            ".us-west-2.amazonaws.com",
        })
        {
            yield return new($"proxy: NO_PROXY={entry}", Default)
            {
                Variables = ["HTTPS_PROXY=http://proxy.test:8080", "NO_PROXY=" + entry],
            };
        }

        yield return new("proxy: NO_PROXY leaves STS out", RoleOfKeys)
        {
            Profile = "r",
            Variables = ["HTTPS_PROXY=http://proxy.test:8080", "NO_PROXY=sts.us-west-2.amazonaws.com"],
        };
        yield return new("proxy: NO_PROXY with a port", Default)
        {
            Endpoint = "https://given.test:8443",
            Variables = ["HTTPS_PROXY=http://proxy.test:8080", "NO_PROXY=given.test:8443"],
        };
        yield return new("proxy: ALL_PROXY", Default)
        {
            Variables = ["ALL_PROXY=http://proxy.test:8080"],
            Difference = "ALL_PROXY",
        };
        yield return new("proxy: none for loopback", Default)
        {
            Endpoint = "http://127.0.0.1:8080",
            Variables = ["HTTP_PROXY=http://proxy.test:8080"],
            Difference = "no proxy to loopback",
        };
    }
}
