using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>Tests the .NET Framework build, for Windows PowerShell 5.1, under Mono or on Windows.</summary>
public sealed class FrameworkTests
{
    private const string Project = "CodePipeline.ThirdParty.Framework.Tests";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    [SkippableFact]
    public async Task FrameworkBuild_CoreAndEmulatorTests_Pass()
    {
        string? mono = OperatingSystem.IsWindows() ? null : await Tools.MonoAsync();
        string folder = Repository.PathOf("tests", "Framework.Tests");
        using var temporary = new TempFolder();
        string results = temporary.PathOf("results.xml");
        ClientResult build = (await ClientProcess.RunAsync(
            "dotnet",
            ["build", folder, "-v", "q", "-m:1", "-nodeReuse:false", "--tl:off"],
            patience: s_patience))!;
        Assert.True(build.ExitCode == 0, build.Output + build.Error);

        string bin = Path.Combine(folder, "bin", "Release", "net472");
        string runner = Path.Combine(bin, "xunit.console.exe");
        string[] arguments =
        [
            Path.Combine(bin, Project + ".dll"), "-nologo", "-noappdomain", "-parallel", "none", "-xml", results,
        ];

        // Mono's HttpClient can hang on a refused connection while other requests wait for it.
        string[] quirks = ["-nomethod", "*.Stop_UnderLoad_NeverReportsFalseSuccess"];
        ClientResult run = (await ClientProcess.RunAsync(
            mono ?? runner, mono is null ? arguments : [runner, .. arguments, .. quirks], patience: s_patience))!;
        Skip.If(
            !File.Exists(results) && run.Output.Contains("'System.Runtime, ", StringComparison.Ordinal),
            "This Mono has no facades (System.Runtime); Debian has them in mono-devel.");

        Assert.True(File.Exists(results), run.Output + run.Error);
        XElement sums = XDocument.Load(results).Root!.Element("assembly")!;
        string[] failures = sums.Descendants("test").Where(test => (string?)test.Attribute("result") == "Fail")
            .Select(
                test => $"{(string?)test.Attribute("name")}: {(string?)test.Descendants("message").FirstOrDefault()}")
            .ToArray();
        Assert.True(
            failures.Length == 0 && (int)sums.Attribute("errors")! == 0,
            string.Join(Environment.NewLine, failures) + run.Error);
        Assert.True((int)sums.Attribute("passed")! > 700, "Most of the tests did not run: " + run.Output);
    }
}
