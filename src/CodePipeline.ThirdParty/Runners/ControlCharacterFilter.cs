using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>Text without what steers a terminal: of control characters, line ends and tabs are left.</summary>
/// <remarks>
/// It has to go before commands of a runner are looked for: PowerShell takes escape sequences out of what it prints
/// without colours, and what stood on both sides of one would then be a command.
/// </remarks>
internal static class ControlCharacterFilter
{
    // In this order: texts to the terminal with their end (or up to the line's), CSI sequences, other escapes, and every
    // control character that is left, of broken sequences too.
    private static readonly Regex s_control = new(
        @"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
        + @"|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?"
        + @"|\x1b[\x20-\x2f]*[\x30-\x7e]?"
        + @"|[\x00-\x08\x0b-\x1f\x7f-\x9f]",
        RegexOptions.CultureInvariant);

    public static string Sanitize(string text) =>
        s_control.Replace(text.Replace("\r\n", "\n").Replace('\r', '\n'), string.Empty);
}
