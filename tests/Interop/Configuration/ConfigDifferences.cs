using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>The differences from botocore. docs/configuration.md has the same list.</summary>
internal static class ConfigDifferences
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["AWS_PROFILE before AWS_DEFAULT_PROFILE"] =
            "If both are set, the module uses `AWS_PROFILE`, as version 2 of the AWS CLI does.",
        ["AWS_REGION"] = "The module reads it before `AWS_DEFAULT_REGION`, as version 2 of the AWS CLI does.",
        ["empty variables"] = "A variable that is empty counts as not set.",
        ["keys as parameters need no files"] =
            "With keys and a region as parameters, an error in the files, or a missing `AWS_PROFILE`, is a warning.",
        ["keys in the environment need no files"] =
            "With keys and a region in the environment, and no profile named, an error in the files is a warning.",
        ["byte order marks"] = "A file may start with one. Editors on Windows write it.",
        ["empty access key"] = "An empty access key or secret key is an error. The module does not sign with it.",
        ["spaces in the brackets"] = "`[ profile x ]` means `[profile x]`, unless the file has both.",
        ["[profile x] in the credentials file"] =
            "It means `[x]`, unless the config file defines the source of the credentials of x.",
        ["regions in capitals"] = "The module refuses them, because no endpoint has such a name.",
        ["flags in variables"] =
            "`AWS_USE_FIPS_ENDPOINT` and similar variables must be `true` or `false`. Another value is an error.",
        ["FIPS and dual-stack with an endpoint"] =
            "The module refuses FIPS or dual-stack with a custom endpoint, which has no such form.",
        ["three attempts"] =
            "Without a setting, and with `retry_mode = legacy`, the module makes three attempts per call, not five.",
        ["~ in ca_bundle"] = "It means the home folder.",
        ["CA bundles that are not there"] =
            "A missing CA bundle is an error before anything is sent, even if no call uses TLS.",
        ["ALL_PROXY"] = "The module uses it for both schemes, after `HTTPS_PROXY` and `HTTP_PROXY`.",
        ["no proxy to loopback"] =
            "The module calls an endpoint on this machine without a proxy, unless `-Proxy` names one.",
        ["an empty Expiration"] = "A `credential_process` may print `\"\"` for keys that do not expire.",
        ["AWS_CREDENTIAL_EXPIRATION"] = "The module does not read it, because AWS says when keys have expired.",
        ["files of older tools"] =
            "The module does not read `AWS_CREDENTIAL_FILE`, `BOTO_CONFIG`, `~/.boto` and `/etc/boto.cfg`.",
    };
}
