using System;
using System.IO;
#if NETFRAMEWORK
using System.Runtime.InteropServices;
using System.Text;
#endif

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

    private static void CreatePrivate(string path)
    {
#if NET
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(path, Owner);
            return;
        }
#else
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            const uint Owner = 0x1C0;
            if (MakeDirectory(Encoding.UTF8.GetBytes(path + "\0"), Owner) != 0)
            {
                throw new IOException($"The folder '{path}' cannot be made.");
            }

            return;
        }
#endif
        // On Windows, the folder for temporary files is the account's own.
        Directory.CreateDirectory(path);
    }

#if NETFRAMEWORK
    [DllImport("libc", EntryPoint = "mkdir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeDirectory(byte[] path, uint mode);
#endif

    private string CreateFolder()
    {
        string path = Path.Combine(Path.GetTempPath(), "cpthirdparty-emulator-" + RandomText.NewId());
        CreatePrivate(path);

        // An emulator that is never stopped must not leave gigabytes behind.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        return path;
    }

    private void OnProcessExit(object? sender, EventArgs e) => Dispose();
}
