using System;
using System.Collections.Generic;
using System.Globalization;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>Finds the source of AWS keys, in the order of the AWS CLI.</summary>
/// <remarks>
/// The order is: keys in the environment (skipped if a profile is given by name), the profile's role, web identity,
/// SSO, keys in the credentials file, aws login, the profile's program, keys in the config file, the container, the
/// machine.
/// </remarks>
internal static class CredentialChain
{
    private const string RoleArn = "role_arn";
    private const string SessionName = "role_session_name";
    private const string TokenFile = "web_identity_token_file";

    /// <summary>The first source in this order.</summary>
    /// <exception cref="CredentialException">The profile does not exist, or its settings cannot work.</exception>
    public static CredentialSource Find(AwsSettings aws)
    {
        bool isGiven = aws.Given.ProfileName is not null;
        if (!isGiven && AwsEnvironmentVariables.HasAccessKey)
        {
            // A named profile must exist, even though it is not used.
            _ = aws.Profile;
            return new EnvironmentCredentials();
        }

        Profile? profile = aws.Profile;
        return (profile is null ? null : OfRole(aws, profile, new List<string> { profile.Name }))
            ?? OfProfile(aws, profile, usesEnvironment: !isGiven)
            ?? ContainerRole.Find(aws)
            ?? (CredentialSource)new InstanceRole(aws);
    }

    /// <summary>The profile's source, apart from a role assumed with the keys of another source.</summary>
    private static CredentialSource? OfProfile(AwsSettings aws, Profile? profile, bool usesEnvironment) =>
        (CredentialSource?)OfWebIdentity(aws, profile, usesEnvironment)
        ?? (profile is null ? null
            : SsoRole.Find(aws, profile)
            ?? ProfileCredentials.FromSection(profile.Name, profile.Credentials)
            ?? LoginCredentials.Find(profile)
            ?? CredentialProcess.Find(profile)
            ?? (CredentialSource?)ProfileCredentials.FromSection(profile.Name, profile.Config));

    private static WebIdentityRole? OfWebIdentity(AwsSettings aws, Profile? profile, bool usesEnvironment)
    {
        string? Read(string variable, string setting) =>
            (usesEnvironment ? AwsEnvironmentVariables.Read(variable) : null) ?? profile?.Text(setting);

        if (Read("AWS_WEB_IDENTITY_TOKEN_FILE", TokenFile) is not string file)
        {
            return null;
        }

        string role = Read("AWS_ROLE_ARN", RoleArn) ?? throw ConfigFileError.Profile(
            profile?.Name ?? aws.ProfileName,
            "a web identity token file is set, but no role_arn or AWS_ROLE_ARN");
        return new WebIdentityRole(aws, aws.ProfileName, role, file, Read("AWS_ROLE_SESSION_NAME", SessionName));
    }

    private static AssumedRole? OfRole(AwsSettings aws, Profile profile, List<string> visited)
    {
        if (!IsRole(profile))
        {
            return null;
        }

        string name = profile.Name;
        IniValue? source = profile["source_profile"];
        IniValue? place = profile["credential_source"];
        CredentialSource keys = (source, place) switch
        {
            (null, null) => throw ConfigFileError.Profile(
                name, "it has role_arn, but no source_profile or credential_source"),
            (not null, not null) => throw ConfigFileError.Profile(
                name, "it has both source_profile and credential_source", place.Place),
            (not null, null) => OfSourceProfile(aws, name, source, visited),
            (null, not null) => place.Text switch
            {
                "Environment" => new EnvironmentCredentials(),
                "EcsContainer" => ContainerRole.Find(aws) ?? throw ConfigFileError.Value(
                    name, "credential_source", place, "this is not a container with a role"),
                "Ec2InstanceMetadata" => new InstanceRole(aws),
                _ => throw ConfigFileError.Value(
                    name, "credential_source", place,
                    "it is not Environment, EcsContainer or Ec2InstanceMetadata"),
            },
        };
        return new AssumedRole(aws, keys)
        {
            Profile = aws.ProfileName,
            Role = profile.Text(RoleArn) ?? throw ConfigFileError.Profile(name, "role_arn is empty"),
            SessionName = profile.Text(SessionName),
            ExternalId = profile.Text("external_id"),
            MfaSerial = profile.Text("mfa_serial"),

            // Like the AWS CLI, ignore a value that is not a number.
            Duration = int.TryParse(
                profile.Text("duration_seconds"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int seconds)
                ? seconds
                : null,
        };
    }

    private static CredentialSource OfSourceProfile(
        AwsSettings aws, string profileName, IniValue source, List<string> visited)
    {
        Profile profile = aws.FindProfile(source.Text) ?? throw ConfigFileError.Value(
            profileName, "source_profile", source, "this profile does not exist");
        bool hasKeys = profile.Has("aws_access_key_id") || profile.Has("aws_secret_access_key");

        // A profile with keys may name itself. Any other repeated profile is a cycle.
        if (visited.Contains(profile.Name) && !(profile.Name == profileName && hasKeys))
        {
            throw ConfigFileError.Value(
                profileName, "source_profile", source,
                $"the profiles form a cycle: {string.Join(", ", visited)}, {profile.Name}");
        }

        visited.Add(profile.Name);
        return (hasKeys ? null : OfRole(aws, profile, visited))
            ?? OfProfile(aws, profile, usesEnvironment: false)
            ?? throw ConfigFileError.Value(
                profileName, "source_profile", source, "this profile has no credentials");
    }

    // OfWebIdentity handles a role with a token file.
    private static bool IsRole(Profile profile) => profile.Has(RoleArn) && !profile.Has(TokenFile);
}
