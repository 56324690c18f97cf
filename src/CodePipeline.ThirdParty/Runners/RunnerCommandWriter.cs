using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>
/// Writes the module's commands to the runner. Where the runner supports it, it ignores all other commands while
/// handlers run. Thread-safe.
/// </summary>
/// <param name="output">The step's output.</param>
/// <param name="canPause">Whether the runner supports <c>stop-commands</c>.</param>
internal sealed class RunnerCommandWriter(TextWriter output, bool canPause)
{
    private static readonly Lazy<RunnerCommandWriter> s_current =
        new(() => new RunnerCommandWriter(
            Console.Out, Runner.IsTrue(Environment.GetEnvironmentVariable("GITHUB_ACTIONS"))));

    private readonly object _lock = new();
    private string? _token;
    private int _paused;

    /// <summary>The writer of this process.</summary>
    public static RunnerCommandWriter Current => s_current.Value;

    /// <summary>Writes a command, which the runner executes even while it is paused.</summary>
    public void Write(string command)
    {
        lock (_lock)
        {
            // Uses one write, so that a handler's program cannot print in between.
            Put(_paused > 0 ? $"::{_token}::\n{command}\n::stop-commands::{_token}" : command);
        }
    }

    /// <summary>
    /// Makes the runner ignore commands until <see cref="Resume"/> is called the same number of times.
    /// </summary>
    public void Pause()
    {
        lock (_lock)
        {
            if (canPause && _paused++ == 0)
            {
                string mask = string.Empty;
                if (_token is null)
                {
                    // Masks the token, because the log is readable while the step runs.
                    _token = NewToken();
                    mask = $"::add-mask::{_token}\n";
                }

                Put($"{mask}::stop-commands::{_token}");
            }
        }
    }

    public void Resume()
    {
        lock (_lock)
        {
            if (_paused > 0 && --_paused == 0)
            {
                Put($"::{_token}::");
            }
        }
    }

    private static string NewToken()
    {
        byte[] random = new byte[20];
        using (var source = RandomNumberGenerator.Create())
        {
            source.GetBytes(random);
        }

        var token = new StringBuilder("cpthirdparty-");
        foreach (byte each in random)
        {
            token.Append(each.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return token.ToString();
    }

    private void Put(string lines)
    {
        output.Write(lines.Replace("\n", output.NewLine) + output.NewLine);
        output.Flush();
    }
}
