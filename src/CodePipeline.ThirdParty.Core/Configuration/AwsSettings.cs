using System;
using System.Collections.Generic;
using System.IO;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>
/// How calls are made, by what is given, then the environment, then the profile; the files are read when the first
/// setting of them is asked for.
/// </summary>
internal sealed class AwsSettings
{
    private readonly Lazy<Profile?> _profile;
    private readonly List<string> _notices = new();
    private SharedConfig? _config;
    private CredentialException? _passedOver;

    public AwsSettings(ClientSettings given)
    {
        Given = given;
        string? named = given.ProfileName ?? AwsEnvironmentVariables.Profile;
        ProfileName = named ?? SharedConfig.DefaultProfile;
        IsProfileNamed = named is not null;
        _profile = new Lazy<Profile?>(LoadProfile);
    }

    public ClientSettings Given { get; }

    /// <summary>The profile that counts: given, AWS_PROFILE, AWS_DEFAULT_PROFILE, or the default one.</summary>
    public string ProfileName { get; }

    /// <summary>Whether somebody named the profile, so that it has to be there.</summary>
    public bool IsProfileNamed { get; }

    /// <summary>
    /// The profile; <see langword="null"/> where none is named and there is no default one, or where what is given does
    /// without.
    /// </summary>
    /// <exception cref="CredentialException">It is not there, or its files cannot be read.</exception>
    public Profile? Profile => _profile.Value;

    /// <summary>The files that the profile is in.</summary>
    /// <exception cref="CredentialException">They cannot be read.</exception>
    public SharedConfig Config => _config ??= SharedConfig.Load(Given.ProfileLocation);

    /// <summary>What was passed over, in words for the user; complete once everything was asked for.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>The region of a call.</summary>
    /// <exception cref="InvalidInputException">There is none, or it cannot be one.</exception>
    public string Region => RegionNames.Check(Given.Region);

    public bool UseFips => Given.UseFips ?? (RegionNames.IsFips(Given.Region) ? true
        : AwsEnvironmentVariables.UseFips ?? Flag("use_fips_endpoint"));

    public bool UseDualStack => Given.UseDualStack ?? AwsEnvironmentVariables.UseDualStack ?? Flag("use_dualstack_endpoint");

    public int? MaxAttempts => Given.MaxAttempts ?? AwsEnvironmentVariables.MaxAttempts
        ?? OfProfile<int?>("max_attempts", value => AwsEnvironmentVariables.AttemptsOf(value.Text)
            ?? throw Wrong("max_attempts", value, "it is no whole number of 1 or more"));

    public ClientRetryMode RetryMode => Given.RetryMode ?? AwsEnvironmentVariables.RetryMode
        ?? OfProfile<ClientRetryMode?>("retry_mode", value => AwsEnvironmentVariables.RetryModeOf(value.Text)
            ?? throw Wrong("retry_mode", value, "it is none of standard, adaptive and legacy"))
        ?? ClientRetryMode.Standard;

    /// <summary>The file of trusted authorities, and what names it.</summary>
    public (string Path, string Name)? CaBundle
    {
        get
        {
            (string? path, string name) = Given.CaBundle is not null ? (Given.CaBundle, "CaBundle")
                : AwsEnvironmentVariables.Read("AWS_CA_BUNDLE") is string own ? (own, "AWS_CA_BUNDLE")
                : (null, string.Empty);
            if (path is null && OfProfile("ca_bundle", value => value) is IniValue configured)
            {
                string expanded = ConfigFiles.Expand(configured.Text);
                return File.Exists(expanded) ? (expanded, "ca_bundle")
                    : IsForgiving ? null
                    : throw Wrong("ca_bundle", configured, "the file is not there");
            }

            if (path is null && AwsEnvironmentVariables.Read("REQUESTS_CA_BUNDLE") is string general)
            {
                (path, name) = (general, "REQUESTS_CA_BUNDLE");
            }

            return path is null ? null : (ConfigFiles.Expand(path), name);
        }
    }

    /// <summary>When a body gets a checksum.</summary>
    public bool ChecksumsOnlyWhenRequired =>
        WhenRequired("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation");

    /// <summary>When the checksum of an answer is asked for.</summary>
    public bool ValidatesOnlyWhenRequired =>
        WhenRequired("AWS_RESPONSE_CHECKSUM_VALIDATION", "response_checksum_validation");

    /// <summary>Where the bucket stands in S3's addresses: <c>path</c>, <c>virtual</c> or <c>auto</c>.</summary>
    public string? S3AddressingStyle => OfBlock("s3", "addressing_style", value =>
        value.Text is "path" or "virtual" or "auto"
            ? value.Text
            : throw Wrong("addressing_style", value, "it is none of path, virtual and auto"));

    /// <summary>Whether S3 is called at its dual-stack endpoints.</summary>
    public bool S3UseDualStack => UseDualStack
        || (Given.UseDualStack is null
            && OfBlock<bool?>("s3", "use_dualstack_endpoint", value => IsTrue(value.Text)) == true);

    /// <summary>Whether STS is asked at its one global endpoint, in the regions that were there first.</summary>
    public bool UsesGlobalSts
    {
        get
        {
            const string Variable = "AWS_STS_REGIONAL_ENDPOINTS";
            string? text = AwsEnvironmentVariables.Read(Variable);
            return text is not null
                ? IsLegacy(text) ?? throw AwsEnvironmentVariables.Wrong(Variable, text, "regional or legacy")
                : OfProfile<bool?>("sts_regional_endpoints", value => IsLegacy(value.Text)
                    ?? throw Wrong("sts_regional_endpoints", value, "it is neither regional nor legacy")) ?? false;
        }
    }

    /// <summary>Where the metadata service of this machine is, if that is set.</summary>
    public string? MetadataEndpoint => AwsEnvironmentVariables.Read("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        ?? OfProfile("ec2_metadata_service_endpoint", value => value.Text);

    public bool IsMetadataOverIPv6 => string.Equals(
        AwsEnvironmentVariables.Read("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
            ?? OfProfile("ec2_metadata_service_endpoint_mode", value => value.Text),
        "ipv6",
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the older version of the metadata service, without tokens, is not to be used.</summary>
    public bool IsMetadataVersion1Off => AwsEnvironmentVariables.Read("AWS_EC2_METADATA_V1_DISABLED") is string text
        ? IsTrue(text)
        : Flag("ec2_metadata_v1_disabled");

    /// <summary>How long the metadata service is waited for.</summary>
    public TimeSpan MetadataTimeout =>
        TimeSpan.FromSeconds(Number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"));

    /// <summary>How often the metadata service is asked.</summary>
    public int MetadataAttempts => Number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts");

    /// <summary>
    /// The endpoint of a service, where one is set: in the environment for it, for all, in the profile's services
    /// section, in the profile for all.
    /// </summary>
    public Uri? EndpointOf(string service)
    {
        if (AwsEnvironmentVariables.IgnoreEndpoints ?? Flag("ignore_configured_endpoint_urls"))
        {
            return null;
        }

        string variable = $"{AwsEnvironmentVariables.EndpointVariable}_{service.ToUpperInvariant()}";
        foreach (string name in new[] { variable, AwsEnvironmentVariables.EndpointVariable })
        {
            if (AwsEnvironmentVariables.Read(name) is string text)
            {
                return UrlText.Parse(text, name);
            }
        }

        if (Profile is not Profile profile)
        {
            return null;
        }

        IniValue? set = ServicesOf(profile)?.TryGetValue(service, out IniValue? block) == true
            && block.Nested?.TryGetValue("endpoint_url", out IniValue? inner) == true && inner.Text.Length > 0
                ? inner
                : profile["endpoint_url"];
        return set is null ? null
            : UrlText.TryParse(set.Text)
                ?? throw Wrong(
                    "endpoint_url", set with { Text = UrlText.Shown(set.Text) },
                    "it is no URL of http or https, or holds a password");
    }

    /// <summary>The region that the environment or the profile names; not the machine's.</summary>
    public string? FindRegion()
    {
        if (AwsEnvironmentVariables.Region is string region)
        {
            return region;
        }

        // Here the profile is needed, whatever else is given.
        Profile? profile = Profile;
        return profile is null && _passedOver is not null ? throw _passedOver
            : profile?["region"] is not IniValue value ? null
            : RegionNames.IsName(value.Text) ? value.Text
            : throw Wrong("region", value, "it cannot be the name of a region");
    }

    /// <summary>A profile by its name; <see langword="null"/> where there is none.</summary>
    public Profile? FindProfile(string name) => Config.Profiles.TryGetValue(name, out Profile? profile) ? profile
        : Given.ProfileLocation is null ? SdkProfiles.Find(name)
        : null;

    /// <summary>An error about a setting of the profile.</summary>
    public CredentialException Wrong(string name, IniValue value, string what) =>
        ConfigFileError.Value(ProfileName, name, value, what);

    /// <summary>
    /// Whether what is given, or the environment, has the keys, and nobody named a profile: then a fault in the files
    /// is passed over, and said.
    /// </summary>
    private bool IsForgiving => Given.ProfileName is null
        && (Given.HasCredentials || (AwsEnvironmentVariables.HasAccessKey && !IsProfileNamed));

    private Profile? LoadProfile()
    {
        SharedConfig config;
        try
        {
            config = Config;
        }
        catch (CredentialException error) when (IsForgiving)
        {
            _notices.Add($"{error.Message} Its settings do not count.");
            _passedOver = error;
            return null;
        }

        if (FindProfile(ProfileName) is Profile profile)
        {
            return profile;
        }

        _passedOver = IsProfileNamed
            ? ConfigFileError.NotFound(ProfileName, config.Files, config.Profiles.Keys)
            : null;
        return _passedOver is null || IsForgiving ? null : throw _passedOver;
    }

    private IReadOnlyDictionary<string, IniValue>? ServicesOf(Profile profile) =>
        profile["services"] is not IniValue name ? null
        : Config.Services.TryGetValue(name.Text, out IReadOnlyDictionary<string, IniValue>? section) ? section
        : throw Wrong("services", name, "there is no such [services] section in the config file");

    private bool Flag(string name) => OfProfile<bool?>(name, value => IsTrue(value.Text)
        || string.Equals(value.Text, "false", StringComparison.OrdinalIgnoreCase)
            ? IsTrue(value.Text)
            : Say($"{name} is '{value.Text}' ({value.Place}), neither true nor false: it counts as false.")) ?? false;

    private bool? Say(string notice)
    {
        if (!_notices.Contains(notice))
        {
            _notices.Add(notice);
        }

        return false;
    }

    private bool WhenRequired(string variable, string name)
    {
        string? text = AwsEnvironmentVariables.Read(variable);
        return text is not null
            ? IsWhenRequired(text) ?? throw AwsEnvironmentVariables.Wrong(variable, text, "when_supported or when_required")
            : OfProfile<bool?>(name, value => IsWhenRequired(value.Text)
                ?? throw Wrong(name, value, "it is neither when_supported nor when_required")) ?? false;
    }

    private int Number(string variable, string name) => AwsEnvironmentVariables.Read(variable) is string text
        ? AwsEnvironmentVariables.AttemptsOf(text)
            ?? throw AwsEnvironmentVariables.Wrong(variable, text, "a whole number of 1 or more")
        : OfProfile<int?>(name, value => AwsEnvironmentVariables.AttemptsOf(value.Text)
            ?? throw Wrong(name, value, "it is no whole number of 1 or more")) ?? 1;

    private T? OfProfile<T>(string name, Func<IniValue, T?> read) => Read(Profile?[name], read);

    private T? OfBlock<T>(string block, string name, Func<IniValue, T?> read) => Read(Profile?[block, name], read);

    private T? Read<T>(IniValue? value, Func<IniValue, T?> read)
    {
        try
        {
            return value is null ? default : read(value);
        }
        catch (CredentialException error) when (IsForgiving)
        {
            Say(error.Message + " It does not count.");
            return default;
        }
    }

    private static bool IsTrue(string text) => string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);

    private static bool? IsLegacy(string text) => text.ToLowerInvariant() switch
    {
        "regional" => false,
        "legacy" => true,
        _ => null,
    };

    private static bool? IsWhenRequired(string text) => text.ToLowerInvariant() switch
    {
        "when_supported" => false,
        "when_required" => true,
        _ => null,
    };
}
