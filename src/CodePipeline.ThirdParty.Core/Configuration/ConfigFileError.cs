using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>Errors in the config and credentials files, with file, line and recommended action.</summary>
internal static class ConfigFileError
{
    /// <summary>The error for a line that makes the whole file unreadable.</summary>
    public static CredentialException Line(string path, int line, string reason) => new(
        CredentialFault.ProfileUnusable,
        $"The file {path} cannot be read: line {line} is invalid: {reason}.",
        "Correct or remove the line.",
        profileName: null,
        cause: null);

    public static CredentialException Unreadable(string path, Exception cause) => new(
        CredentialFault.ProfileUnusable,
        $"The file {path} cannot be read: {cause.Message}",
        "Grant this account read access to the file, or name other files with AWS_CONFIG_FILE and "
        + "AWS_SHARED_CREDENTIALS_FILE.",
        profileName: null,
        cause);

    /// <summary>The error for a setting with an unusable value.</summary>
    public static CredentialException Value(string profile, string name, IniValue value, string reason) => new(
        CredentialFault.ProfileUnusable,
        $"Profile '{profile}' cannot be used: {name} is '{value.Text.Replace("\n", "\\n")}' ({value.Place}): {reason}.",
        "Correct the setting in the file.",
        profile,
        cause: null);

    /// <summary>The error for conflicting settings, or for a missing one.</summary>
    public static CredentialException Profile(string profile, string reason, string? place = null) => new(
        CredentialFault.ProfileUnusable,
        $"Profile '{profile}' cannot be used: {reason}{(place is null ? string.Empty : $" ({place})")}.",
        "Correct the profile in the AWS config or credentials file.",
        profile,
        cause: null);

    /// <summary>Quotes a name, if necessary, so that PowerShell reads it as one word.</summary>
    public static string Word(string name) =>
        name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '@' or '+')
            ? name
            : $"'{name.Replace("'", "''")}'";

    public static CredentialException NotFound(string profile, ConfigFiles files, IEnumerable<string> known)
    {
        string all = string.Join(", ", known.OrderBy(each => each, StringComparer.Ordinal));
        string where = files.IsGiven ? files.Credentials : "the AWS config and credentials files";
        return new CredentialException(
            CredentialFault.ProfileNotFound,
            $"There is no profile '{profile}' in {where}.",
            all.Length > 0 ? $"Use one of: {all}." : $"Create it with: aws configure --profile {Word(profile)}.",
            profile,
            cause: null);
    }
}
