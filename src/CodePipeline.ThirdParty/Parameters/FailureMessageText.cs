using System;
using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Converts an error record to a failure message for the customer. Omits script positions, and shortens paths to their
/// last name to hide the partner's file system.
/// </summary>
internal static class FailureMessageText
{
    private const string NoMessage = "The job failed without a message.";

    // PowerShell throws this for `throw $null`.
    private const string NothingThrown = "ScriptHalted";

    private const string Root = @"(?:[A-Za-z]:[\\/]|\\\\|/)";

    // A quoted path may contain spaces.
    private const string Quoted = "(?<=(?<quote>['\"]))" + Root
        + @"(?:(?!\k<quote>)[^\r\n])*[\\/](?<name>(?:(?!\k<quote>)[^\\/\r\n])+)(?=\k<quote>)";

    // Requires two or more names, so that '/index.html' of a web site stays unchanged.
    private const string Plain = @"(?<![\w:/\\.~…-])" + Root
        + @"(?:[^\s'""<>|:;,()\\/]+[\\/]+)+(?<name>[^\s'""<>|:;,()\\/]+)";

    private static readonly Regex s_path =
        new(Quoted + "|" + Plain, RegexOptions.CultureInvariant | RegexOptions.Compiled);

    /// <summary>The failure message of an error.</summary>
    public static string FromError(ErrorRecord error)
    {
        var text = new StringBuilder(Message(error));
        for (Exception? inner = error.Exception?.InnerException; inner is not null; inner = inner.InnerException)
        {
            // PowerShell's wrapper exceptions repeat the inner message.
            if (inner.Message.Length > 0 && text.ToString().IndexOf(inner.Message, StringComparison.Ordinal) < 0)
            {
                text.Append(": ").Append(inner.Message);
            }
        }

        // The script's author wrote this message for the customer, so its paths stay.
        return text.Length == 0 ? NoMessage
            : IsFromScript(error) ? text.ToString()
            : s_path.Replace(text.ToString(), "…/${name}");
    }

    /// <summary>
    /// The position of the error in the script, such as 'deploy.ps1, line 4', for the operator. <see langword="null"/>
    /// if unknown.
    /// </summary>
    public static string? PositionOf(ErrorRecord error)
    {
        if (error.InvocationInfo is not { ScriptLineNumber: > 0 } at)
        {
            return null;
        }

        string file = string.IsNullOrEmpty(at.ScriptName) ? "the script" : System.IO.Path.GetFileName(at.ScriptName);
        return FormattableString.Invariant($"{file}, line {at.ScriptLineNumber}");
    }

    /// <summary>
    /// Whether the script wrote the message itself, with throw (the message becomes the id) or Write-Error.
    /// </summary>
    public static bool IsFromScript(ErrorRecord error) =>
        error.FullyQualifiedErrorId == error.Exception?.Message
        || error.Exception?.GetType().Name == "WriteErrorException";

    private static string Message(ErrorRecord error)
    {
        string text = error.ErrorDetails?.Message ?? error.Exception?.Message ?? error.ToString() ?? string.Empty;
        return text.Length == 0 || (text == NothingThrown && error.FullyQualifiedErrorId == NothingThrown)
            ? NoMessage
            : text;
    }
}
