using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Engine;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>
/// A worker in a separate process with its own journal, which can be killed and restarted.
/// </summary>
internal sealed class WorkerProcess(ThirdPartyEmulator emulator, string folder, string name, WorkerKind kind)
{
    public const int Throttle = 8;

    private static readonly Lazy<PowerShellEngine> s_engine = new(() => PowerShellEngine.Find(Metadata("Root")));

    private readonly List<string> _unexpectedEnds = new();
    private Process? _process;

    public static ActionTypeId ActionType { get; } = new("Test", ActionTypeId.ThirdPartyOwner, "Chaos", "1");

    /// <summary>Descriptions of unexpected exits.</summary>
    public IReadOnlyList<string> UnexpectedEnds => _unexpectedEnds;

    public Process Process => _process ?? throw new InvalidOperationException("The process was not started.");

    /// <param name="dieAt">The step at which the process kills itself; see <see cref="DeathAtStep"/>.</param>
    /// <param name="temporary">The folder for temporary files; <see langword="null"/> for the default.</param>
    public void Start(string? dieAt = null, string? temporary = null)
    {
        string self = Assembly.GetExecutingAssembly().Location;
        string[] arguments =
        {
            ActionType.ToString(), Path.Combine(folder, name + ".journal"), Path.Combine(folder, name + ".runs"), name,
            temporary is null ? Path.Combine(folder, name) : string.Empty,
        };
        if (dieAt is not null)
        {
            arguments = [.. arguments, dieAt];
        }

        ProcessStartInfo start = kind == WorkerKind.Engine
            ? new ProcessStartInfo("dotnet", [self, Program.WorkerArgument, .. arguments])
            : s_engine.Value.StartInfo(
                [
                    "-NoProfile", "-NonInteractive", "-File",
                    Path.Combine(
                        Path.GetDirectoryName(self)!, "scripts",
                        kind == WorkerKind.Cmdlet ? "worker.ps1" : "pipeline.ps1"),
                    Metadata("Module"), .. arguments,
                ]);
        // Disable the runtime's diagnostic pipes: a killed process would leave them in the temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach ((string variable, string value) in Environment())
        {
            start.Environment[variable] = value;
        }

        if (temporary is not null)
        {
            start.Environment["TMPDIR"] = temporary;
            start.Environment["TMP"] = temporary;
        }

        _process = Process.Start(start)!;
    }

    public void StartAgainIfEnded()
    {
        if (_process is { HasExited: true } ended)
        {
            _unexpectedEnds.Add($"{name} ended unexpectedly with exit code {ended.ExitCode}.");
            ended.Dispose();
            Start();
        }
    }

    public void KillAndStartAgain()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
        Start();
    }

    public void Stop()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
            _process = null;
        }
    }

    private Dictionary<string, string> Environment() => new()
    {
        ["AWS_ENDPOINT_URL"] = emulator.Endpoint.AbsoluteUri,
        ["AWS_REGION"] = emulator.Region,
        ["AWS_ACCESS_KEY_ID"] = emulator.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = emulator.SecretAccessKey.Reveal(),
        ["CPTHIRDPARTY_CLIENT_TOKEN"] = JsonSerializer.Serialize(
            emulator.GetClients().ToDictionary(client => client.Key, client => client.Value.Reveal())),
        ["NO_COLOR"] = "1",
    };

    private static string Metadata(string key) => Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
