using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace CodePipeline.ThirdParty.Runners;

/// <summary>
/// The way of our own commands to the runner. Where the runner can be told to read none, it reads none but ours while
/// handlers run. From any thread.
/// </summary>
/// <param name="output">Where the runner reads its commands.</param>
/// <param name="canPause">Whether the runner knows <c>stop-commands</c>.</param>
internal sealed class RunnerCommandWriter(TextWriter output, bool canPause)
{
    private static readonly Lazy<RunnerCommandWriter> s_current =
        new(() => new RunnerCommandWriter(Console.Out, Runner.IsTrue(Environment.GetEnvironmentVariable("GITHUB_ACTIONS"))));

    private readonly object _lock = new();
    private string? _token;
    private int _paused;

    /// <summary>That of this process.</summary>
    public static RunnerCommandWriter Current => s_current.Value;

    /// <summary>Writes a command, which the runner follows also while it is told to read none.</summary>
    public void Write(string command)
    {
        lock (_lock)
        {
            // One write: nothing that a handler's program prints can come between.
            Put(_paused > 0 ? $"::{_token}::\n{command}\n::stop-commands::{_token}" : command);
        }
    }

    /// <summary>Has the runner read no commands until <see cref="Resume"/> is called as often.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            if (canPause && _paused++ == 0)
            {
                string mask = string.Empty;
                if (_token is null)
                {
                    // A log can be read while its step runs.
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
