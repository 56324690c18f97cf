using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>Runs the emulator program. Disposing kills the process.</summary>
internal sealed class EmulatorProcess : IDisposable
{
    private readonly Process _process;

    // A killed process cannot delete its temporary files, so it gets this folder.
    private readonly TempFolder _temporary = new();

    public EmulatorProcess(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "CodePipeline.ThirdParty.Emulator.dll");
        List<string> all = [program, .. arguments];
        _process = Process.Start(new ProcessStartInfo(DotnetPath(), all)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TMPDIR"] = _temporary.PathOf("."), ["TMP"] = _temporary.PathOf(".") },
        })!;
    }

    public int Id => _process.Id;

    public Task<string> ReadErrorAsync() => _process.StandardError.ReadToEndAsync().WaitAsync(Until.Patience);

    public async Task<string> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience)
        ?? throw new InvalidOperationException("It ended: " + await ReadErrorAsync());

    /// <summary>Reads lines up to and including the first that starts with <paramref name="last"/>.</summary>
    public async Task<List<string>> ReadLinesAsync(string last)
    {
        List<string> lines = [await ReadLineAsync()];
        while (!lines[^1].StartsWith(last, StringComparison.Ordinal))
        {
            lines.Add(await ReadLineAsync());
        }

        return lines;
    }

    public void CloseInput() => _process.StandardInput.Close();

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Until.Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _temporary.Dispose();
    }

    private static string DotnetPath() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
}
