using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using CodePipeline.ThirdParty.Engine;

// Builds the module, then runs Quickstart.ps1 with a local emulator in PowerShell. This program runs the build itself
// to show its progress, because 'dotnet run' hides the output of its own build.
string root = Metadata("Root");
Console.WriteLine("Building the module. The first build restores packages and takes one or two minutes.");
string project = Path.Combine(root, "src", "CodePipeline.ThirdParty");
int built = Run(new ProcessStartInfo(
    Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
    ["build", project, "-f", "net8.0", "-v", "minimal", "--nologo", "--tl:off"]));
if (built != 0)
{
    Console.Error.WriteLine("The build of the module failed. See the errors above.");
    return built;
}

PowerShellEngine engine;
try
{
    engine = PowerShellEngine.Find(root, Console.WriteLine);
}
catch (InvalidOperationException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

string source = engine.IsPinned ? "the .NET tool of this repository" : engine.FileName;
Console.WriteLine($"Running Quickstart.ps1 in PowerShell {engine.Version} ({source}).");
Console.WriteLine();
string script = Path.Combine(AppContext.BaseDirectory, "Quickstart.ps1");
return Run(engine.StartInfo("-NoProfile", "-File", script, "-Module", Metadata("Module")));

static int Run(ProcessStartInfo start)
{
    using Process process = Process.Start(start)!;
    process.WaitForExit();
    return process.ExitCode;
}

static string Metadata(string key) => Assembly.GetExecutingAssembly()
    .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
