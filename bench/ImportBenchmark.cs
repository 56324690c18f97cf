using System;
using System.IO;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>
/// (c) The time of Import-Module, compared with a bare start of pwsh and with the import of a minimal module.
/// </summary>
/// <remarks>
/// PowerShell records the methods that it compiles at startup, and precompiles them at the next start. Each kind of
/// start has its own cache folder, as for a user who repeats it. With a shared folder, each start would use the profile
/// of another kind.
/// </remarks>
internal static class ImportBenchmark
{
    public static Task RunAsync(Report report)
    {
        report.Head("(c) Import-Module");
        if (!report.Needs(Peer.PowerShell, "PowerShell"))
        {
            return Task.CompletedTask;
        }

        using var server = new EmulatorServer(jobs: 1, "Test/Bench/1");
        var peer = new Peer(server);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cptp-bench-");
        string least = WriteLeast(folder.CreateSubdirectory("Least").FullName);
        Sample[] samples = Sample.InCalmTurns(
            31,
            () => Time("bare", "exit"),
            () => Time("import", $"Import-Module '{Peer.Module}'; exit"),
            () => Time("least", $"Import-Module '{least}'; exit"));
        (Sample bare, Sample with, Sample floor) = (samples[0], samples[1], samples[2]);
        report.Row("pwsh -NoProfile -c exit", bare.Show("ms"));
        report.Row("the same with Import-Module", with.Show("ms"));
        report.Row("with a module of one cmdlet and one view", floor.Show("ms"));
        double share = (floor.Median - bare.Median) / bare.Median;
        report.Goal(
            "Import-Module / bare pwsh",
            (with.Median - bare.Median) / bare.Median,
            atMost: 1.0 / 3,
            limit: FormattableString.Invariant(
                $"The import of a minimal binary module with a view takes {share:0.###} of a bare start."));
        folder.Delete(recursive: true);
        return Task.CompletedTask;

        double Time(string kind, string command)
        {
            peer.Cache = Path.Combine(folder.FullName, kind);
            return peer.Time(Peer.PowerShell, "-NoProfile", "-c", command);
        }
    }

    /// <summary>Creates a minimal module that contains only the loader assembly, which has no dependencies.</summary>
    private static string WriteLeast(string folder)
    {
        const string Loader = "CodePipeline.ThirdParty.Loader.dll";
        string built = Path.Combine(Path.GetDirectoryName(Peer.Module)!, "bin", "Core", Loader);
        File.Copy(built, Path.Combine(folder, Loader));
        File.WriteAllText(
            Path.Combine(folder, "Least.Format.ps1xml"),
            "<Configuration><ViewDefinitions><View><Name>Least</Name>"
            + "<ViewSelectedBy><TypeName>Least</TypeName></ViewSelectedBy><ListControl><ListEntries><ListEntry>"
            + "<ListItems><ListItem><PropertyName>Id</PropertyName></ListItem></ListItems>"
            + "</ListEntry></ListEntries></ListControl></View></ViewDefinitions></Configuration>");
        string manifest = Path.Combine(folder, "Least.psd1");
        File.WriteAllText(
            manifest,
            $"@{{ RootModule = '{Loader}'; ModuleVersion = '1.0'; FormatsToProcess = @('Least.Format.ps1xml'); "
            + "FunctionsToExport = @(); CmdletsToExport = @('Get-CPModuleAssembly'); VariablesToExport = @(); "
            + "AliasesToExport = @() }");
        return manifest;
    }
}
