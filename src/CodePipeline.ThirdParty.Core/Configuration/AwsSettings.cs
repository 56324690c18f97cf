using System;
using System.Collections.Generic;
using System.IO;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>
/// The effective settings of a call: from the parameters, then the environment, then the profile. The AWS files are
/// read at the first access to one of their settings.
/// </summary>
internal sealed class AwsSettings
{
    private readonly Lazy<Profile?> _profile;
    private readonly List<string> _notices = new();
    private SharedConfig? _config;
    private CredentialException? _ignoredError;

    public AwsSettings(ClientSettings given)
    {
        Given = given;
        string? named = given.ProfileName ?? AwsEnvironmentVariables.Profile;
        ProfileName = named ?? SharedConfig.DefaultProfile;
        IsProfileNamed = named is not null;
        _profile = new Lazy<Profile?>(LoadProfile);
    }

    public ClientSettings Given { get; }

    /// <summary>The name of the profile: given, AWS_PROFILE, AWS_DEFAULT_PROFILE, or the default one.</summary>
    public string ProfileName { get; }

    /// <summary>Whether a parameter or a variable names the profile, which then must exist.</summary>
    public bool IsProfileNamed { get; }

    /// <summary>
    /// The profile; <see langword="null"/> if none is named and no default profile exists, or if the given settings do
    /// not need one.
    /// </summary>
    /// <exception cref="CredentialException">The profile does not exist, or its files cannot be read.</exception>
    public Profile? Profile => _profile.Value;

    /// <summary>The parsed AWS files.</summary>
    /// <exception cref="CredentialException">A file cannot be read.</exception>
    public SharedConfig Config => _config ??= SharedConfig.Load(Given.ProfileLocation);

    /// <summary>Warnings about ignored settings. Complete after every setting was read.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>The region of a call.</summary>
    /// <exception cref="InvalidInputException">The region is missing or invalid.</exception>
    public string Region => RegionNames.Check(Given.Region);

    public bool UseFips => Given.UseFips ?? (RegionNames.IsFips(Given.Region) ? true
        : AwsEnvironmentVariables.UseFips ?? Flag("use_fips_endpoint"));

    public bool UseDualStack =>
        Given.UseDualStack ?? AwsEnvironmentVariables.UseDualStack ?? Flag("use_dualstack_endpoint");

    public int? MaxAttempts => Given.MaxAttempts ?? AwsEnvironmentVariables.MaxAttempts
        ?? OfProfile<int?>("max_attempts", value => AwsEnvironmentVariables.AttemptsOf(value.Text)
            ?? throw Wrong("max_attempts", value, "it is not a whole number of 1 or more"));

    public ClientRetryMode RetryMode => Given.RetryMode ?? AwsEnvironmentVariables.RetryMode
        ?? OfProfile<ClientRetryMode?>("retry_mode", value => AwsEnvironmentVariables.RetryModeOf(value.Text)
            ?? throw Wrong("retry_mode", value, "it is not standard, adaptive or legacy"))
        ?? ClientRetryMode.Standard;

    /// <summary>The file of trusted authorities, and the name of the setting it comes from.</summary>
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
                    : throw Wrong("ca_bundle", configured, "the file does not exist");
            }

            if (path is null && AwsEnvironmentVariables.Read("REQUESTS_CA_BUNDLE") is string general)
            {
                (path, name) = (general, "REQUESTS_CA_BUNDLE");
            }

            return path is null ? null : (ConfigFiles.Expand(path), name);
        }
    }

    /// <summary>Whether a request body gets a checksum only when the operation requires one.</summary>
    public bool ChecksumsOnlyWhenRequired =>
        WhenRequired("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation");

    /// <summary>Whether a response is checked against its checksum only when the operation requires it.</summary>
    public bool ValidatesOnlyWhenRequired =>
        WhenRequired("AWS_RESPONSE_CHECKSUM_VALIDATION", "response_checksum_validation");

    /// <summary>The place of the bucket in S3 addresses: <c>path</c>, <c>virtual</c> or <c>auto</c>.</summary>
    public string? S3AddressingStyle => OfBlock("s3", "addressing_style", value =>
        value.Text is "path" or "virtual" or "auto"
            ? value.Text
            : throw Wrong("addressing_style", value, "it is not path, virtual or auto"));

    /// <summary>Whether to call S3 at its dual-stack endpoints.</summary>
    public bool S3UseDualStack => UseDualStack
        || (Given.UseDualStack is null
            && OfBlock<bool?>("s3", "use_dualstack_endpoint", value => IsTrue(value.Text)) == true);

    /// <summary>Whether to call STS at its global endpoint, in the regions where the legacy mode does so.</summary>
    public bool UsesGlobalSts
    {
        get
        {
            const string Variable = "AWS_STS_REGIONAL_ENDPOINTS";
            string? text = AwsEnvironmentVariables.Read(Variable);
            return text is not null
                ? IsLegacy(text) ?? throw AwsEnvironmentVariables.Wrong(Variable, text, "regional or legacy")
                : OfProfile<bool?>("sts_regional_endpoints", value => IsLegacy(value.Text)
                    ?? throw Wrong("sts_regional_endpoints", value, "it is not regional or legacy")) ?? false;
        }
    }

    /// <summary>The endpoint of this machine's metadata service, if one is set.</summary>
    public string? MetadataEndpoint => AwsEnvironmentVariables.Read("AWS_EC2_METADATA_SERVICE_ENDPOINT")
        ?? OfProfile("ec2_metadata_service_endpoint", value => value.Text);

    public bool IsMetadataOverIPv6 => string.Equals(
        AwsEnvironmentVariables.Read("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
            ?? OfProfile("ec2_metadata_service_endpoint_mode", value => value.Text),
        "ipv6",
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether version 1 of the metadata service, which has no tokens, is turned off.</summary>
    public bool IsMetadataVersion1Off => AwsEnvironmentVariables.Read("AWS_EC2_METADATA_V1_DISABLED") is string text
        ? IsTrue(text)
        : Flag("ec2_metadata_v1_disabled");

    /// <summary>The time limit of a call to the metadata service, 1 s by default.</summary>
    public TimeSpan MetadataTimeout =>
        TimeSpan.FromSeconds(Number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"));

    /// <summary>The maximum number of attempts to call the metadata service, 1 by default.</summary>
    public int MetadataAttempts => Number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts");

    /// <summary>
    /// The endpoint that is set for a service; <see langword="null"/> if none is. In order: the service's variable, the
    /// variable for all services, the profile's services section, the profile's setting for all services.
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
                    "it is not an http or https URL, or it contains a password");
    }

    /// <summary>The region of the environment or the profile, without asking the machine's metadata.</summary>
    public string? FindRegion()
    {
        if (AwsEnvironmentVariables.Region is string region)
        {
            return region;
        }

        // The region needs the profile, even if keys are given.
        Profile? profile = Profile;
        return profile is null && _ignoredError is not null ? throw _ignoredError
            : profile?["region"] is not IniValue value ? null
            : RegionNames.IsName(value.Text) ? value.Text
            : throw Wrong("region", value, "it is not a valid region name");
    }

    /// <summary>A profile by its name; <see langword="null"/> if it does not exist.</summary>
    public Profile? FindProfile(string name) => Config.Profiles.TryGetValue(name, out Profile? profile) ? profile
        : Given.ProfileLocation is null ? SdkProfiles.Find(name)
        : null;

    /// <summary>The error for an invalid setting of the profile.</summary>
    public CredentialException Wrong(string name, IniValue value, string reason) =>
        ConfigFileError.Value(ProfileName, name, value, reason);

    /// <summary>
    /// Whether an error in the AWS files is only a warning: the keys come from the parameters or the environment, and
    /// no profile is named.
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
            _notices.Add($"{error.Message} Its settings are ignored.");
            _ignoredError = error;
            return null;
        }

        if (FindProfile(ProfileName) is Profile profile)
        {
            return profile;
        }

        _ignoredError = IsProfileNamed
            ? ConfigFileError.NotFound(ProfileName, config.Files, config.Profiles.Keys)
            : null;
        return _ignoredError is null || IsForgiving ? null : throw _ignoredError;
    }

    private IReadOnlyDictionary<string, IniValue>? ServicesOf(Profile profile) =>
        profile["services"] is not IniValue name ? null
        : Config.Services.TryGetValue(name.Text, out IReadOnlyDictionary<string, IniValue>? section) ? section
        : throw Wrong("services", name, "the config file has no such [services] section");

    private bool Flag(string name) => OfProfile<bool?>(name, value => IsTrue(value.Text)
        || string.Equals(value.Text, "false", StringComparison.OrdinalIgnoreCase)
            ? IsTrue(value.Text)
            : AddNotice($"{name} is '{value.Text}' ({value.Place}), not true or false: it counts as false.")) ?? false;

    private bool? AddNotice(string notice)
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
            ? IsWhenRequired(text)
                ?? throw AwsEnvironmentVariables.Wrong(variable, text, "when_supported or when_required")
            : OfProfile<bool?>(name, value => IsWhenRequired(value.Text)
                ?? throw Wrong(name, value, "it is not when_supported or when_required")) ?? false;
    }

    private int Number(string variable, string name) => AwsEnvironmentVariables.Read(variable) is string text
        ? AwsEnvironmentVariables.AttemptsOf(text)
            ?? throw AwsEnvironmentVariables.Wrong(variable, text, "a whole number of 1 or more")
        : OfProfile<int?>(name, value => AwsEnvironmentVariables.AttemptsOf(value.Text)
            ?? throw Wrong(name, value, "it is not a whole number of 1 or more")) ?? 1;

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
            AddNotice(error.Message + " The setting is ignored.");
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
