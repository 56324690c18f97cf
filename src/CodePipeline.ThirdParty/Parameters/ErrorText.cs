using System;
using System.Management.Automation;
using System.Text;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// An error record as a failure message: what happened, and where in the script; not the line itself, which may hold a
/// secret, and which the customer sees.
/// </summary>
internal static class ErrorText
{
    private const string NoMessage = "The job failed without a message.";

    // What PowerShell throws for `throw $null`.
    private const string NothingThrown = "ScriptHalted";

    public static string Of(ErrorRecord error)
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

        InvocationInfo? at = error.InvocationInfo;
        if (at is { ScriptLineNumber: > 0 })
        {
            string file = string.IsNullOrEmpty(at.ScriptName)
                ? "the script"
                : System.IO.Path.GetFileName(at.ScriptName);
            text.Append(" (").Append(file).Append(", line ").Append(at.ScriptLineNumber)
                .Append(')');
        }

        return text.Length > 0 ? text.ToString() : NoMessage;
    }

    private static string Message(ErrorRecord error)
    {
        string text = error.ErrorDetails?.Message ?? error.Exception?.Message ?? error.ToString() ?? string.Empty;
        return text.Length == 0 || (text == NothingThrown && error.FullyQualifiedErrorId == NothingThrown)
            ? NoMessage
            : text;
    }
}
