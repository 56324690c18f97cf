using System;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>The paths of the config and the credentials file, from the current variables.</summary>
/// <param name="Config">The config file, which may not exist.</param>
/// <param name="Credentials">The credentials file, which may not exist.</param>
/// <param name="IsGiven">Whether <c>-ProfileLocation</c> names the credentials file.</param>
internal sealed record ConfigFiles(string Config, string Credentials, bool IsGiven)
{
    // A second write this soon after the first may leave the timestamp unchanged.
    private static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(100);

    public static ConfigFiles Locate(string? location)
    {
        string? config = AwsEnvironmentVariables.ConfigFile;
        if (location is null)
        {
            return new ConfigFiles(
                Expand(config ?? Path.Combine("~", ".aws", "config")),
                Expand(AwsEnvironmentVariables.CredentialsFile ?? Path.Combine("~", ".aws", "credentials")),
                IsGiven: false);
        }

        // Like AWS.Tools: the config file is in the folder of the credentials file.
        string path = Expand(location);
        return new ConfigFiles(
            config is not null ? Expand(config) : Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, "config"),
            path,
            IsGiven: true);
    }

    /// <summary>A text that changes when a file is written, created or deleted.</summary>
    public string Stamp() => Config + "\n" + StampOf(Config) + "\n" + Credentials + "\n" + StampOf(Credentials);

    /// <summary>Whether the current stamp is sure to differ after any later change.</summary>
    public bool IsSettled() => IsSettled(Config) && IsSettled(Credentials);

    /// <summary>Expands <c>~</c> and variables (<c>$NAME</c>, on Windows also <c>%NAME%</c>) in a path.</summary>
    public static string Expand(string path)
    {
        if (IsWindows)
        {
            path = Environment.ExpandEnvironmentVariables(path);
        }

        if (path.IndexOf('$') >= 0)
        {
            path = Regex.Replace(
                path,
                @"\$(?:\{(?<name>[^}]*)\}|(?<name>[A-Za-z0-9_]+))",
                match => Environment.GetEnvironmentVariable(match.Groups["name"].Value) ?? match.Value,
                RegexOptions.CultureInvariant);
        }

        bool isInHome = path.Length > 0 && path[0] == '~'
            && (path.Length == 1 || path[1] == '/' || path[1] == Path.DirectorySeparatorChar);
        return isInHome ? Path.Combine(Home, path.Substring(1).TrimStart('/', Path.DirectorySeparatorChar)) : path;
    }

    private static bool IsWindows => Path.DirectorySeparatorChar == '\\';

    // Found in the same way as the AWS CLI finds it.
    private static string Home => AwsEnvironmentVariables.Read(IsWindows ? "USERPROFILE" : "HOME")
        ?? Environment.GetFolderPath(
            Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    private static string StampOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists
            ? file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture) + " "
                + file.Length.ToString(CultureInfo.InvariantCulture)
            : "none";
    }

    private static bool IsSettled(string path)
    {
        TimeSpan age = DateTime.UtcNow - File.GetLastWriteTimeUtc(path);
        return age > s_settled;
    }
}
