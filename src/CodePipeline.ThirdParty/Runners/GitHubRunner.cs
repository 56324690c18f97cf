using System.IO;
using System.Text;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>GitHub Actions' workflow commands.</summary>
/// <param name="summaryFile">Where the step's summary is gathered.</param>
internal sealed class GitHubRunner(string? summaryFile) : Runner
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
    private const string Known = "(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|internal-set-repo-path"
        + "|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning)";

    private static readonly Regex s_oldCommand = new(
        "(?<first>" + Pattern("##") + @")(?=\p{Cf}*" + Pattern("[") + ")", Options);

    // At the start of a line any command, elsewhere the known ones: PowerShell breaks long lines, so that any place may
    // come to be the start of one.
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
            // Other commands of the step write there too.
            File.AppendAllText(summaryFile!, markdown, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }

        return null;
    }

    internal static string Data(string text) => text.Replace("%", "%25").Replace("\r", "%0D").Replace("\n", "%0A");

    internal static string Property(string text) => Data(text).Replace(":", "%3A").Replace(",", "%2C");

    /// <inheritdoc/>
    private protected override string NeutralLine(string line) =>
        s_command.Replace(s_oldCommand.Replace(line, Apart), Apart);
}
