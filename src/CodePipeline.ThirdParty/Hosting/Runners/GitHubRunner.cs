using System.IO;
using System.Text;

namespace CodePipeline.ThirdParty.Hosting.Runners;

/// <summary>GitHub Actions' workflow commands.</summary>
/// <param name="summaryFile">Where the step's summary is gathered.</param>
internal sealed class GitHubRunner(string? summaryFile) : Runner
{
    private const string OldCommand = "##[";
    private const string Command = "::";

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

    /// <summary>A command stands at the start of a line; one of the old kind anywhere in it.</summary>
    private protected override string NeutralLine(string line)
    {
        string text = line.Replace(OldCommand, "## [");
        int start = text.Length - text.TrimStart().Length;
        return string.CompareOrdinal(text, start, Command, 0, Command.Length) == 0 ? text.Insert(start + 1, " ") : text;
    }
}
