using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Xunit;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>
/// A disk of a few MiB, with a folder <c>old</c> that was there before; on machines that let a test mount one.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private static readonly Lazy<string?> s_whyNot = new(Try);
    private readonly TempFolder _folder = new();

    public SmallDisk(int mebibytes)
    {
        Root = _folder.PathOf("disk");
        Directory.CreateDirectory(Root);
        if (Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", Root) is string fault)
        {
            _folder.Dispose();
            throw new InvalidOperationException(fault);
        }

        File.WriteAllText(PathOf("old"), "old");
    }

    /// <summary>Why there is none on this machine.</summary>
    public static string? WhyNot => s_whyNot.Value;

    public string Root { get; }

    /// <summary>All there is on it.</summary>
    public IEnumerable<string> Left => Directory
        .GetFileSystemEntries(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal);

    public string PathOf(string name) => Path.Combine(Root, name);

    public void MakeReadOnly() => Assert.Null(Run("mount", "-o", "remount,ro", Root));

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        try
        {
            using var file = new FileStream(PathOf("filler"), FileMode.Create, FileAccess.Write, FileShare.Read, 1);
            for (byte[] piece = new byte[64 * 1024]; ;)
            {
                file.Write(piece, 0, piece.Length);
            }
        }
        catch (IOException)
        {
            // Now it is full.
        }
    }

    public void Dispose()
    {
        Run("umount", Root);
        _folder.Dispose();
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "Small disks are mounted on Linux only.";
        }

        try
        {
            new SmallDisk(1).Dispose();
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"No small disk can be mounted here: {error.Message}";
        }
    }

    private static string? Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{program} ended with {process.ExitCode}. {said.Trim()}";
    }
}

/// <summary>A test that needs a disk which can be filled.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.WhyNot;
}
