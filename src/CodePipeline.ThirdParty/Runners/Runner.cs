using System;
using System.Text;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>The commands of a CI runner, which it reads from the lines of a step's output.</summary>
internal abstract class Runner
{
    /// <summary>Begins a part of the log that can be folded.</summary>
    public abstract string Group(string title);

    public abstract string EndGroup { get; }

    /// <summary>An error of the step, shown outside its log too.</summary>
    public abstract string Error(string title, string message);

    /// <summary>A warning of the step, shown outside its log too.</summary>
    public abstract string Warning(string title, string message);

    /// <summary>
    /// Puts a summary where the runner shows it. Returns the command to print for it; <see langword="null"/> for none.
    /// </summary>
    /// <exception cref="System.IO.IOException">It cannot be written.</exception>
    public abstract string? Summarize(string markdown);

    /// <summary>A text from elsewhere that holds no command any more, nor anything that steers a terminal.</summary>
    public string Neutral(string text)
    {
        string[] lines = ControlCharacterFilter.Sanitize(text).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = NeutralLine(lines[i]);
        }

        return string.Join("\n", lines);
    }

    /// <summary>A result whose texts hold no command, however it is printed.</summary>
    public JobReport Neutral(JobReport result) => result.With(Neutral);

    /// <summary>The runner that this process runs on, if any.</summary>
    public static Runner? Find(Func<string, string?> variable) =>
        IsTrue(variable("GITHUB_ACTIONS")) ? new GitHubRunner(variable("GITHUB_STEP_SUMMARY"))
        : IsTrue(variable("TF_BUILD")) ? new AzureDevOpsRunner(variable("AGENT_TEMPDIRECTORY"))
        : null;

    internal static bool IsTrue(string? value) => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>What stands between the characters of a command that is none any more.</summary>
    private protected const string Apart = "${first} ";

    private protected abstract string NeutralLine(string line);

    /// <summary>
    /// A pattern for a part of a command. Invisible characters may stand in it, since runners compare by culture; and its
    /// characters may be full-width, which encodings of some consoles turn into plain ones.
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
