using System;
using System.Globalization;
using System.Linq;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>
/// The environment variables of the AWS tools. They are read at each access, because users change them in a session.
/// </summary>
/// <remarks>An empty variable counts as not set.</remarks>
internal static class AwsEnvironmentVariables
{
    public const string AccessKeyVariable = "AWS_ACCESS_KEY_ID";
    public const string SecretKeyVariable = "AWS_SECRET_ACCESS_KEY";
    public const string EndpointVariable = "AWS_ENDPOINT_URL";

    private static readonly string[] s_variables =
    {
        "AWS_ENDPOINT_URL_CODEPIPELINE", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO",
        "AWS_ENDPOINT_URL_SSO_OIDC", EndpointVariable, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_STS_REGIONAL_ENDPOINTS",
        "AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION", "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy",
        "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
    };

    public static string? Region => Read("AWS_REGION") ?? Read("AWS_DEFAULT_REGION");

    public static string? Profile => Read("AWS_PROFILE") ?? Read("AWS_DEFAULT_PROFILE");

    public static string? ConfigFile => Read("AWS_CONFIG_FILE");

    public static string? CredentialsFile => Read("AWS_SHARED_CREDENTIALS_FILE");

    /// <summary>Whether the environment has an access key, with or without its secret key.</summary>
    public static bool HasAccessKey => Read(AccessKeyVariable) is not null;

    public static bool? UseFips => Flag("AWS_USE_FIPS_ENDPOINT");

    public static bool? UseDualStack => Flag("AWS_USE_DUALSTACK_ENDPOINT");

    public static bool? IgnoreEndpoints => Flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

    public static bool IsMachineMetadataOff =>
        string.Equals(Read("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);

    public static ClientRetryMode? RetryMode
    {
        get
        {
            const string Variable = "AWS_RETRY_MODE";
            string? mode = Read(Variable);
            return mode is null ? null
                : RetryModeOf(mode) ?? throw Wrong(Variable, mode, "standard, adaptive or legacy");
        }
    }

    public static int? MaxAttempts
    {
        get
        {
            const string Variable = "AWS_MAX_ATTEMPTS";
            string? text = Read(Variable);
            return text is null ? null : AttemptsOf(text) ?? throw Wrong(Variable, text, "a whole number of 1 or more");
        }
    }

    public static string? Read(string name)
    {
        string? value = WithheldVariables.Read(name);
        return string.IsNullOrWhiteSpace(value) ? null : value!.Trim();
    }

    /// <summary>
    /// A text that changes whenever a variable or an AWS file that affects a client changes.
    /// </summary>
    /// <param name="profileLocation">The credentials file, if one is given.</param>
    public static string Stamp(string? profileLocation) =>
        string.Join("\n", s_variables.Select(WithheldVariables.Read))
        + (HasAccessKey ? "\nkeys\n" : "\n") + ConfigFiles.Locate(profileLocation).Stamp();

    /// <summary>
    /// The retry mode of a name; <see langword="null"/> if unknown. The AWS CLI's legacy mode maps to standard.
    /// </summary>
    public static ClientRetryMode? RetryModeOf(string name) => name.ToLowerInvariant() switch
    {
        "standard" or "legacy" => ClientRetryMode.Standard,
        "adaptive" => ClientRetryMode.Adaptive,
        _ => null,
    };

    /// <summary>A number of attempts, 1 or more; <see langword="null"/> if the text is anything else.</summary>
    public static int? AttemptsOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int attempts) && attempts > 0
            ? attempts
            : null;

    public static InvalidInputException Wrong(string name, string value, string expected) => new(
        name, $"The environment variable {name} is '{value}'.", $"Set it to {expected}, or remove it.");

    private static bool? Flag(string name) => Read(name) switch
    {
        null => null,
        string text when bool.TryParse(text, out bool flag) => flag,
        string text => throw Wrong(name, text, "true or false"),
    };
}
