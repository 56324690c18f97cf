using System;
using System.Collections.Generic;
using System.IO;
using Amazon.Runtime.CredentialManagement;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>
/// Profiles in the SDK's encrypted store on Windows, where Set-AWSCredential of AWS.Tools saves them.
/// </summary>
internal static class SdkProfiles
{
    private const string Store = "the store of the AWS SDK for .NET";

    /// <summary>A profile by its name; <see langword="null"/> if the store does not have it.</summary>
    public static Profile? Find(string name)
    {
        // The store exists only on Windows.
        if (Path.DirectorySeparatorChar != '\\'
            || !new NetSDKCredentialsFile().TryGetProfile(name, out CredentialProfile stored))
        {
            return null;
        }

        CredentialProfileOptions options = stored.Options;
        var values = new Dictionary<string, IniValue>(StringComparer.Ordinal);
        foreach ((string key, string? value) in new[]
        {
            ("aws_access_key_id", options.AccessKey), ("aws_secret_access_key", options.SecretKey),
            ("aws_session_token", options.Token), ("role_arn", options.RoleArn),
            ("source_profile", options.SourceProfile), ("external_id", options.ExternalID),
            ("mfa_serial", options.MfaSerial), ("role_session_name", options.RoleSessionName),
            ("region", stored.Region?.SystemName),
        })
        {
            if (!string.IsNullOrEmpty(value))
            {
                values[key] = new IniValue(value!, Store, Line: 0);
            }
        }

        var profile = new Profile(name);
        profile.AddCredentials(values);
        return profile;
    }

    /// <summary>The names of the profiles in the store.</summary>
    public static IEnumerable<string> Names() => Path.DirectorySeparatorChar == '\\'
        ? new NetSDKCredentialsFile().ListProfileNames()
        : Array.Empty<string>();
}
