using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>What is wrong in the config and credentials files, with file, line and recommended action.</summary>
internal static class ConfigFileError
{
    /// <summary>A line that makes its whole file unreadable.</summary>
    public static CredentialException Line(string path, int line, string what) => new(
        CredentialFault.ProfileUnusable,
        $"The file {path} cannot be read: line {line} is wrong: {what}.",
        "Correct or remove the line.",
        profileName: null,
        cause: null);

    public static CredentialException Unreadable(string path, Exception cause) => new(
        CredentialFault.ProfileUnusable,
        $"The file {path} cannot be read: {cause.Message}",
        "Grant this account the right to read it, or name another with AWS_CONFIG_FILE and "
        + "AWS_SHARED_CREDENTIALS_FILE.",
        profileName: null,
        cause);

    /// <summary>A setting whose value cannot be used.</summary>
    public static CredentialException Value(string profile, string name, IniValue value, string what) => new(
        CredentialFault.ProfileUnusable,
        $"Profile '{profile}' cannot be used: {name} is '{value.Text.Replace("\n", "\\n")}' ({value.Place}): {what}.",
        "Correct the setting in the file.",
        profile,
        cause: null);

    /// <summary>Settings that do not go together, or one that is missing.</summary>
    public static CredentialException Profile(string profile, string what, string? place = null) => new(
        CredentialFault.ProfileUnusable,
        $"Profile '{profile}' cannot be used: {what}{(place is null ? string.Empty : $" ({place})")}.",
        "Correct the profile in the AWS config or credentials file.",
        profile,
        cause: null);

    /// <summary>A name as a shell takes it for one word.</summary>
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
            all.Length > 0 ? $"Use one of: {all}." : $"Make it with: aws configure --profile {Word(profile)}.",
            profile,
            cause: null);
    }
}
