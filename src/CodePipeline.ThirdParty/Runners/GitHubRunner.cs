using System.IO;
using System.Text;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>GitHub Actions workflow commands.</summary>
/// <param name="summaryFile">The file of the step summary.</param>
internal sealed class GitHubRunner(string? summaryFile) : Runner
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
    private const string Known = "(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group"
        + "|internal-set-repo-path|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning)";

    private static readonly Regex s_oldCommand = new(
        "(?<first>" + Pattern("##") + @")(?=\p{Cf}*" + Pattern("[") + ")", Options);

    // Matches any command at the start of a line and known commands elsewhere, because PowerShell wraps long lines at
    // any position.
    private static readonly Regex s_command = new(
        @"(?<=^[\s\p{Cf}]*)(?<first>[:\uff1a])(?=\p{Cf}*[:\uff1a])"
        + @"|(?<first>[:\uff1a])(?=\p{Cf}*[:\uff1a][\s\p{Cf}]*" + Known + @"[\s:\uff1a])",
        Options);

    /// <inheritdoc/>
    public override string EndGroup => "::endgroup::";

    /// <inheritdoc/>
    public override string Group(string title) => "::group::" + Data(title);

    /// <inheritdoc/>
    public override string Error(string title, string message) => $"::error title={Property(title)}::{Data(message)}";

    /// <inheritdoc/>
    public override string Warning(string title, string message) =>
        $"::warning title={Property(title)}::{Data(message)}";

    /// <inheritdoc/>
    public override string? Summarize(string markdown)
    {
        if (!string.IsNullOrEmpty(summaryFile))
        {
            // Appends, because other commands of the step also write to the file.
            File.AppendAllText(summaryFile!, markdown, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }

        return null;
    }

    internal static string Data(string text) => text.Replace("%", "%25").Replace("\r", "%0D").Replace("\n", "%0A");

    internal static string Property(string text) => Data(text).Replace(":", "%3A").Replace(",", "%2C");

    /// <inheritdoc/>
    private protected override string NeutralizeLine(string line) =>
        s_command.Replace(s_oldCommand.Replace(line, Broken), Broken);
}
