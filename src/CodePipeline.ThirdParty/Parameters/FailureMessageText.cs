using System;
using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// An error record as a failure message, which the customer reads: what happened. Nothing of the script, and of paths
/// the last name only: where things are on the partner's machine is the partner's business.
/// </summary>
internal static class FailureMessageText
{
    private const string NoMessage = "The job failed without a message.";

    // What PowerShell throws for `throw $null`.
    private const string NothingThrown = "ScriptHalted";

    private const string Root = @"(?:[A-Za-z]:[\\/]|\\\\|/)";

    // In quotes a path may have blanks.
    private const string Quoted = "(?<=(?<quote>['\"]))" + Root
        + @"(?:(?!\k<quote>)[^\r\n])*[\\/](?<name>(?:(?!\k<quote>)[^\\/\r\n])+)(?=\k<quote>)";

    // Two names or more, so that the '/index.html' of a web site stays as it is.
    private const string Plain = @"(?<![\w:/\\.~…-])" + Root
        + @"(?:[^\s'""<>|:;,()\\/]+[\\/]+)+(?<name>[^\s'""<>|:;,()\\/]+)";

    private static readonly Regex s_path =
        new(Quoted + "|" + Plain, RegexOptions.CultureInvariant | RegexOptions.Compiled);

    /// <summary>The message.</summary>
    public static string FromError(ErrorRecord error)
    {
        var text = new StringBuilder(Message(error));
        for (Exception? inner = error.Exception?.InnerException; inner is not null; inner = inner.InnerException)
        {
            // PowerShell's own wrappers repeat what they wrap.
            if (inner.Message.Length > 0 && text.ToString().IndexOf(inner.Message, StringComparison.Ordinal) < 0)
            {
                text.Append(": ").Append(inner.Message);
            }
        }

        // What a script says in its own words it says on purpose.
        return text.Length == 0 ? NoMessage
            : IsOfTheScript(error) ? text.ToString()
            : s_path.Replace(text.ToString(), "…/${name}");
    }

    /// <summary>
    /// Where in the script it happened, for the operator: 'deploy.ps1, line 4'. <see langword="null"/> where that is
    /// not known.
    /// </summary>
    public static string? PlaceOf(ErrorRecord error)
    {
        if (error.InvocationInfo is not { ScriptLineNumber: > 0 } at)
        {
            return null;
        }

        string file = string.IsNullOrEmpty(at.ScriptName) ? "the script" : System.IO.Path.GetFileName(at.ScriptName);
        return FormattableString.Invariant($"{file}, line {at.ScriptLineNumber}");
    }

    /// <summary>Whether the words are the script's: by throw, whose message becomes the id, or by Write-Error.</summary>
    public static bool IsOfTheScript(ErrorRecord error) =>
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
