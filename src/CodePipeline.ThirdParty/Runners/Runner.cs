using System;
using System.Text;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>The commands that a CI runner reads from a step's output.</summary>
internal abstract class Runner
{
    /// <summary>Starts a collapsible group in the log.</summary>
    public abstract string Group(string title);

    public abstract string EndGroup { get; }

    /// <summary>An error annotation of the step.</summary>
    public abstract string Error(string title, string message);

    /// <summary>A warning annotation of the step.</summary>
    public abstract string Warning(string title, string message);

    /// <summary>Writes the step summary. Returns the command to print for it, or <see langword="null"/>.</summary>
    /// <exception cref="System.IO.IOException">The summary cannot be written.</exception>
    public abstract string? Summarize(string markdown);

    /// <summary>Makes untrusted text safe: breaks runner commands and removes control characters.</summary>
    public string Neutralize(string text)
    {
        string[] lines = ControlCharacterFilter.Sanitize(text).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = NeutralizeLine(lines[i]);
        }

        return string.Join("\n", lines);
    }

    /// <summary>Makes the texts of a result safe to print.</summary>
    public JobReport Neutralize(JobReport result) => result.With(Neutralize);

    /// <summary>The current CI runner; null outside a runner.</summary>
    public static Runner? Find(Func<string, string?> variable) =>
        IsTrue(variable("GITHUB_ACTIONS")) ? new GitHubRunner(variable("GITHUB_STEP_SUMMARY"))
        : IsTrue(variable("TF_BUILD")) ? new AzureDevOpsRunner(variable("AGENT_TEMPDIRECTORY"))
        : null;

    internal static bool IsTrue(string? value) => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The replacement that breaks a command by a space after its first part.</summary>
    private protected const string Broken = "${first} ";

    private protected abstract string NeutralizeLine(string line);

    /// <summary>
    /// A pattern for a part of a command. Allows invisible characters, because runners compare by culture, and
    /// full-width characters, which some console encodings convert to plain ones.
    /// </summary>
    private protected static string Pattern(string word)
    {
        const int ToFullWidth = 0xFEE0;
        var pattern = new StringBuilder();
        foreach (char each in word)
        {
            pattern.Append(pattern.Length > 0 ? @"\p{Cf}*" : string.Empty).Append('[')
                .Append(Regex.Escape(each.ToString())).Append((char)(each + ToFullWidth)).Append(']');
        }

        return pattern.ToString();
    }
}
