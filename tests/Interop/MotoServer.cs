using System;
using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>Runs moto's S3 in a separate process on a free port.</summary>
internal sealed partial class MotoServer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private MotoServer(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
    }

    public Uri Endpoint { get; }

    /// <summary>Starts a server, or skips the test if moto is not installed.</summary>
    public static async Task<MotoServer> StartAsync()
    {
        string program = await Tools.MotoAsync();
        Process process = Process.Start(new ProcessStartInfo(program, ["-H", "127.0.0.1", "-p", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONUNBUFFERED"] = "1", ["PYTHONDONTWRITEBYTECODE"] = "1" },
        })!;
        var found = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += Look;
        process.OutputDataReceived += Look;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            return new MotoServer(process, await found.Task.WaitAsync(s_patience));
        }
        catch (Exception)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }

        void Look(object sender, DataReceivedEventArgs line)
        {
            if (Running().Match(line.Data ?? string.Empty) is { Success: true } match)
            {
                found.TrySetResult(new Uri(match.Groups[1].Value));
            }
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    [GeneratedRegex(@"Running on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Running();
}

/// <summary>One server for the tests of a class. The first test that needs it starts it.</summary>
public sealed class MotoFixture : IDisposable
{
    private readonly Lazy<Task<MotoServer>> _server = new(MotoServer.StartAsync);

    internal Task<MotoServer> StartAsync() => _server.Value;

    public void Dispose()
    {
        if (_server.IsValueCreated && _server.Value.Status == TaskStatus.RanToCompletion)
        {
            _server.Value.Result.Dispose();
        }
    }
}
