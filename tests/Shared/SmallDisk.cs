using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Xunit;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>
/// Mounts a disk of a few MiB that contains a file <c>old</c>. Not every machine allows this.
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

    /// <summary>The reason why this machine does not allow it; <see langword="null"/> if it does.</summary>
    public static string? WhyNot => s_whyNot.Value;

    public string Root { get; }

    /// <summary>The relative paths of all files and folders on the disk.</summary>
    public IEnumerable<string> Left => Directory
        .GetFileSystemEntries(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal);

    public string PathOf(string name) => Path.Combine(Root, name);

    public void MakeReadOnly() => Assert.Null(Run("mount", "-o", "remount,ro", Root));

    /// <summary>Fills the disk completely.</summary>
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
            // The disk is full.
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
            return "Mounting a small disk requires Linux.";
        }

        try
        {
            new SmallDisk(1).Dispose();
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"Cannot mount a small disk: {error.Message}";
        }
    }

    private static string? Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{program} failed with exit code {process.ExitCode}: {said.Trim()}";
    }
}

/// <summary>A test that needs a <see cref="SmallDisk"/>. It is skipped if the machine does not allow it.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.WhyNot;
}
