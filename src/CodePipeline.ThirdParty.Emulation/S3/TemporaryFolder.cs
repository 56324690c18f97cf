using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>A folder of the emulator's own, made when first needed, which only this account can read.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly object _lock = new();
    private string? _path;
    private bool _disposed;
    private long _count;

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            if (_path is not null)
            {
                AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
                TryDeleteFolder(_path);
                _path = null;
            }
        }
    }

    /// <summary>Deletes a file where it can be; one in use goes with the folder.</summary>
    internal static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Creates an empty file to write to.</summary>
    internal FileStream CreateFile()
    {
        string path;
        lock (_lock)
        {
            if (_disposed)
            {
                throw new ObjectDisposedException(nameof(ThirdPartyEmulator), "The emulator has stopped.");
            }

            _path ??= CreateFolder();
            path = Path.Combine(_path, FormattableString.Invariant($"{++_count}.bin"));
        }

        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1);
    }

    private static void TryDeleteFolder(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody still reads an object (Windows); the system's own cleaning gets the rest.
        }
    }

    private string CreateFolder()
    {
        string path = Path.Combine(Path.GetTempPath(), "cpthirdparty-emulator-" + RandomText.NewId());
        OwnerOnly.CreateFolder(path);

        // An emulator that is never stopped must not leave gigabytes behind.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        return path;
    }

    private void OnProcessExit(object? sender, EventArgs e) => Dispose();
}
