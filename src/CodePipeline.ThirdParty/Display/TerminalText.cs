using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Display;

/// <summary>
/// Makes a job's text safe to display on a terminal. Removes colors, keeps line ends and tabs, and escapes other
/// control and bidirectional characters.
/// </summary>
internal static class TerminalText
{
    private static readonly Regex s_colour = new(@"(?:\x1b\[|\x9b)[0-9;:]*m", RegexOptions.CultureInvariant);

    public static string Sanitize(string text)
    {
        if (!HasMarks(text))
        {
            return text;
        }

        var shown = new StringBuilder();
        foreach (char each in s_colour.Replace(text, string.Empty).Replace("\r\n", "\n").Replace('\r', '\n'))
        {
            if (IsMark(each) && each is not ('\n' or '\t'))
            {
                shown.Append("\\u").Append(((int)each).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                shown.Append(each);
            }
        }

        return shown.ToString();
    }

    private static bool HasMarks(string text)
    {
        foreach (char each in text)
        {
            if (IsMark(each))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMark(char each) => char.IsControl(each)
        || each is (>= '\u200e' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
