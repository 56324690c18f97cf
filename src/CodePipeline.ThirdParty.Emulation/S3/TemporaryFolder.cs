using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>A private temporary folder, created on first use, that only this account can read.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string Prefix = "emulator-";

    private readonly object _lock = new();
    private OwnedFolder? _folder;
    private bool _disposed;
    private long _count;

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            if (_folder is not null)
            {
                AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;

                // On Windows, open files cannot be deleted. The next emulator deletes the rest.
                _folder.Dispose();
                _folder = null;
            }
        }
    }

    /// <summary>Deletes a file. A file that is in use stays until the folder is deleted.</summary>
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

    /// <summary>Creates an empty file and opens it for writing.</summary>
    internal FileStream CreateFile()
    {
        string path;
        lock (_lock)
        {
            if (_disposed)
            {
                throw new ObjectDisposedException(nameof(ThirdPartyEmulator), "The emulator has stopped.");
            }

            _folder ??= CreateFolder();
            path = Path.Combine(_folder.Path, FormattableString.Invariant($"{++_count}.bin"));
        }

        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1);
    }

    private OwnedFolder CreateFolder()
    {
        string place = Path.GetTempPath();
        OwnedFolder.SweepForUser(place, Prefix, TimeProvider.System);
        OwnedFolder folder = OwnedFolder.CreateForUser(place, Prefix);

        // Deletes the objects of an emulator that is never stopped; they can be gigabytes.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        return folder;
    }

    private void OnProcessExit(object? sender, EventArgs e) => Dispose();
}
