using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>Where the module does otherwise than botocore, and why; docs/configuration.md lists the same.</summary>
internal static class ConfigDifferences
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["AWS_PROFILE before AWS_DEFAULT_PROFILE"] =
            "Where both are set, `AWS_PROFILE` counts, as in version 2 of the AWS CLI.",
        ["AWS_REGION"] = "It counts, and comes before `AWS_DEFAULT_REGION`, as in version 2 of the AWS CLI.",
        ["empty variables"] = "A variable that is empty counts as one that is not set.",
        ["keys as parameters need no files"] =
            "With keys and a region as parameters, a fault in the files, or a missing `AWS_PROFILE`, is a warning.",
        ["keys in the environment need no files"] =
            "With keys and a region in the environment, and no profile named, a fault in the files is a warning.",
        ["byte order marks"] = "A file may begin with one, as editors on Windows write it.",
        ["empty access key"] = "An access key or secret key that is empty is an error; nothing is signed with it.",
        ["spaces in the brackets"] = "`[ profile x ]` is `[profile x]`, unless that is there as well.",
        ["[profile x] in the credentials file"] =
            "It is `[x]`, unless the config file says where the credentials of x come from.",
        ["regions in capitals"] = "They are refused: no endpoint has such a name.",
        ["flags in variables"] =
            "`AWS_USE_FIPS_ENDPOINT` and its kind are `true` or `false`; another value is refused, not taken for "
            + "`false`.",
        ["FIPS and dual-stack with an endpoint"] =
            "An endpoint that is set has no FIPS or dual-stack form, so both together are refused.",
        ["three attempts"] =
            "A call is tried three times, not five, where nothing is set, and with `retry_mode = legacy`.",
        ["~ in ca_bundle"] = "It stands for the home folder.",
        ["CA bundles that are not there"] =
            "They are an error before anything is sent, where they are needed for TLS or not.",
        ["ALL_PROXY"] = "It counts for both schemes, after `HTTPS_PROXY` and `HTTP_PROXY`.",
        ["no proxy to loopback"] =
            "An endpoint on this machine is called without a proxy, unless `-Proxy` names one.",
        ["an empty Expiration"] = "A `credential_process` may print `\"\"` for keys that do not end.",
        ["AWS_CREDENTIAL_EXPIRATION"] = "It is not read: AWS tells when keys have ended.",
        ["files of older tools"] =
            "`AWS_CREDENTIAL_FILE`, `BOTO_CONFIG`, `~/.boto` and `/etc/boto.cfg` are not read.",
    };
}
