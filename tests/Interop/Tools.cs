using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Engine;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>Finds the third-party programs. Skips a test whose program is not installed.</summary>
internal static class Tools
{
    private static readonly Lazy<Task<string?>> s_aws = new(() => FindAsync(["aws"], "--version"));
    private static readonly Lazy<Task<string?>> s_moto = new(() => FindAsync(["moto_server"], "--help"));
    private static readonly Lazy<Task<string?>> s_boto3 = new(
        () => FindAsync(["python3", "python"], "-c", "import boto3"));
    private static readonly Lazy<Task<string?>> s_mono = new(() => FindAsync(["mono"], "--version"));
    private static readonly Lazy<Task<string?>> s_python = new(() => FindAsync(["python3", "python"], "--version"));
    private static readonly Lazy<Task<string?>> s_unzip = new(() => FindAsync(["unzip"], "-v"));
    private static readonly Lazy<Task<string?>> s_zip = new(() => FindAsync(["zip"], "-v"));
    private static readonly Lazy<Task<string?>> s_tar = new(() => FindAsync(["tar"], "--version"));

    private static readonly Lazy<PowerShellEngine> s_engine = new(() => PowerShellEngine.Find(Repository.Root));

    /// <summary>The PowerShell that runs the cmdlets.</summary>
    internal static PowerShellEngine Engine => s_engine.Value;

    /// <summary>The manifest of the built module.</summary>
    internal static string Manifest { get; } = typeof(Tools).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(each => each.Key == "Module").Value!;

    /// <summary>Finds the AWS CLI; <see langword="null"/> if it is not installed. Does not skip the test.</summary>
    internal static Task<string?> FindAwsAsync() => s_aws.Value;

    internal static Task<string?> FindBoto3Async() => s_boto3.Value;

    internal static Task<string> AwsAsync() => GetAsync(s_aws, "The AWS CLI (aws) is not installed.");

    internal static Task<string> PythonWithBoto3Async() => GetAsync(s_boto3, "Python with boto3 is not installed.");

    internal static Task<string> MonoAsync() =>
        GetAsync(s_mono, "Mono (mono), which runs the .NET Framework build, is not installed.");

    internal static Task<string> MotoAsync() => GetAsync(s_moto, "moto's server (moto_server) is not installed.");

    internal static Task<string> PythonAsync() => GetAsync(s_python, "Python is not installed.");

    internal static Task<string> UnzipAsync() => GetAsync(s_unzip, "unzip is not installed.");

    internal static Task<string> ZipAsync() => GetAsync(s_zip, "zip is not installed.");

    internal static Task<string> TarAsync() => GetAsync(s_tar, "tar is not installed.");

    /// <summary>Whether a program is installed.</summary>
    internal static bool IsInstalled(Tool tool) => (tool switch
    {
        Tool.Aws => new[] { s_aws },
        Tool.Boto3 => [s_boto3],
        Tool.Moto => [s_moto],
        Tool.InfoZip => [s_zip, s_unzip],
        _ => [s_tar],
    }).All(program => Task.Run(() => program.Value).GetAwaiter().GetResult() is not null);

    internal static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Python", name);

    internal static string ShellScript(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name);

    private static async Task<string> GetAsync(Lazy<Task<string?>> tool, string reason)
    {
        string? program = await tool.Value;
        Skip.If(program is null, reason);
        return program!;
    }

    private static async Task<string?> FindAsync(string[] programs, params string[] arguments)
    {
        foreach (string program in programs)
        {
            // Windows requires the full file name, and some installations of the AWS CLI are scripts.
            string[] names = OperatingSystem.IsWindows() ? [program, program + ".cmd"] : [program];
            foreach (string name in names)
            {
                if (await ClientProcess.RunAsync(name, arguments) is { ExitCode: 0 })
                {
                    return name;
                }
            }
        }

        return null;
    }
}

/// <summary>The third-party programs that tests need.</summary>
public enum Tool
{
    Aws,
    Boto3,
    Moto,
    InfoZip,
    Tar,
}
