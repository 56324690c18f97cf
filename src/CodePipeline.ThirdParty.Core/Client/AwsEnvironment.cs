using System;
using System.Globalization;
using System.Linq;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Environment variables of the AWS tools that the SDK reads once in a process, read each time.</summary>
/// <remarks>
/// Not AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE: where the SDK looks for profiles, it looks for good.
/// </remarks>
internal static class AwsEnvironment
{
    private static readonly string[] s_variables =
    {
        "AWS_ENDPOINT_URL_CODEPIPELINE", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY",
    };

    public static string? Region => Read("AWS_REGION") ?? Read("AWS_DEFAULT_REGION");

    public static string? Profile => Read("AWS_PROFILE") ?? Read("AWS_DEFAULT_PROFILE");

    /// <summary>
    /// Whether keys stand in the environment. They come first in the SDK's chain; asking for them directly spares the
    /// first call the chain's look at profiles, with a watcher for each file.
    /// </summary>
    public static bool HasKeys => Read("AWS_ACCESS_KEY_ID") is not null && Read("AWS_SECRET_ACCESS_KEY") is not null;

    /// <summary>The endpoint of all services.</summary>
    public static string? Endpoint => Read("AWS_ENDPOINT_URL");

    public static string? CaBundle => Read("AWS_CA_BUNDLE");

    public static bool? UseFips => Flag("AWS_USE_FIPS_ENDPOINT");

    public static bool? UseDualStack => Flag("AWS_USE_DUALSTACK_ENDPOINT");

    public static bool? IgnoreEndpoints => Flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

    public static ClientRetryMode? RetryMode => Read("AWS_RETRY_MODE") switch
    {
        null => null,
        string mode when mode.Equals("adaptive", StringComparison.OrdinalIgnoreCase) => ClientRetryMode.Adaptive,
        string mode when mode.Equals("standard", StringComparison.OrdinalIgnoreCase)
            || mode.Equals("legacy", StringComparison.OrdinalIgnoreCase) => ClientRetryMode.Standard,
        string mode => throw Wrong("AWS_RETRY_MODE", mode, "standard or adaptive"),
    };

    public static int? MaxAttempts => Read("AWS_MAX_ATTEMPTS") switch
    {
        null => null,
        string text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int attempts)
            && attempts > 0 => attempts,
        string text => throw Wrong("AWS_MAX_ATTEMPTS", text, "a whole number of 1 or more"),
    };

    /// <summary>One text that differs where any of the variables does.</summary>
    public static string Stamp() =>
        string.Join("\n", s_variables.Select(System.Environment.GetEnvironmentVariable))
        + (HasKeys ? "\nkeys" : string.Empty);

    private static string? Read(string name)
    {
        string? value = System.Environment.GetEnvironmentVariable(name);
        return string.IsNullOrWhiteSpace(value) ? null : value!.Trim();
    }

    private static bool? Flag(string name) => Read(name) switch
    {
        null => null,
        string text when bool.TryParse(text, out bool flag) => flag,
        string text => throw Wrong(name, text, "true or false"),
    };

    private static InvalidInputException Wrong(string name, string value, string expected) => new(
        name, $"The environment variable {name} is '{value}'.", $"Set it to {expected}, or remove it.");
}
