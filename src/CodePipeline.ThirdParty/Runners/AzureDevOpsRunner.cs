using System;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>Azure Pipelines logging commands.</summary>
/// <param name="temporary">The agent's temporary folder.</param>
internal sealed class AzureDevOpsRunner(string? temporary) : Runner
{
    private static readonly Regex s_command = new(
        "(?<first>" + Pattern("##") + @")(?=\p{Cf}*(?:" + Pattern("vso[") + "|" + Pattern("[") + "))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <inheritdoc/>
    public override string EndGroup => "##[endgroup]";

    /// <inheritdoc/>
    public override string Group(string title) => "##[group]" + Line(title);

    /// <inheritdoc/>
    public override string Error(string title, string message) =>
        "##vso[task.logissue type=error]" + Data($"{title}: {message}");

    /// <inheritdoc/>
    public override string Warning(string title, string message) =>
        "##vso[task.logissue type=warning]" + Data($"{title}: {message}");

    /// <inheritdoc/>
    public override string? Summarize(string markdown)
    {
        // The agent reads the file after the step ends, so the agent must clean it up.
        string folder = string.IsNullOrEmpty(temporary) ? Path.GetTempPath() : temporary!;
        string file = Path.Combine(folder, $"third-party-jobs-{Guid.NewGuid():N}.md");
        byte[] text = Encoding.UTF8.GetBytes(markdown);
        using (FileStream stream = PrivateFiles.Open(file, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            stream.Write(text, 0, text.Length);
        }

        return "##vso[task.uploadsummary]" + Data(file);
    }

    internal static string Data(string text) => text.Replace("%", "%AZP25").Replace("\r", "%0D").Replace("\n", "%0A");

    /// <summary>Logging commands work anywhere in a line; formats, such as ##[error], only at its start.</summary>
    private protected override string NeutralizeLine(string line) => s_command.Replace(line, Broken);

    private string Line(string text) => Neutralize(text.Replace('\r', ' ').Replace('\n', ' '));
}
