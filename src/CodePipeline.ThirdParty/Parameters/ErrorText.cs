using System.Management.Automation;
using System.Text;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// An error record as a failure message: what happened, and where in the script; not the line itself, which may hold a
/// secret.
/// </summary>
internal static class ErrorText
{
    public static string Of(ErrorRecord error)
    {
        var text = new StringBuilder(error.ErrorDetails?.Message ?? error.Exception?.Message ?? error.ToString());
        InvocationInfo? at = error.InvocationInfo;
        if (at is { ScriptLineNumber: > 0 })
        {
            string file = string.IsNullOrEmpty(at.ScriptName) ? "the script" : System.IO.Path.GetFileName(at.ScriptName);
            text.Append(" (").Append(file).Append(", line ").Append(at.ScriptLineNumber)
                .Append(')');
        }

        return text.Length > 0 ? text.ToString() : "The job failed without a message.";
    }
}
