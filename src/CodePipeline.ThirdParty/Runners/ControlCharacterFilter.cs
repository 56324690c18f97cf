using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>Removes control characters and escape sequences except line ends and tabs.</summary>
/// <remarks>
/// Run this before the search for runner commands. PowerShell removes escape sequences from uncolored output, and the
/// text around one could then form a command.
/// </remarks>
internal static class ControlCharacterFilter
{
    // In this order: string sequences with their terminator (or up to the line end), CSI sequences, other escapes, and
    // remaining control characters, including those of broken sequences.
    private static readonly Regex s_control = new(
        @"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
        + @"|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?"
        + @"|\x1b[\x20-\x2f]*[\x30-\x7e]?"
        + @"|[\x00-\x08\x0b-\x1f\x7f-\x9f]",
        RegexOptions.CultureInvariant);

    public static string Sanitize(string text) =>
        s_control.Replace(text.Replace("\r\n", "\n").Replace('\r', '\n'), string.Empty);
}
