using System;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>The logging commands of Azure Pipelines.</summary>
/// <param name="temporary">The agent's folder of temporary files.</param>
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
        // The agent reads it when the step has ended, so it is the agent's to clean up.
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

    /// <summary>A command may stand anywhere in a line; formats, such as ##[error], at its start.</summary>
    private protected override string NeutralLine(string line) => s_command.Replace(line, Apart);

    private string Line(string text) => Neutral(text.Replace('\r', ' ').Replace('\n', ' '));
}
