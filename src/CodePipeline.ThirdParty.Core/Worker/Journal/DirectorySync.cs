using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>
/// Flushes a folder to the disk. Only then does a file that was created or renamed in it survive a power failure.
/// </summary>
internal static class DirectorySync
{
    /// <summary>Flushes a folder. Does nothing on Windows, which flushes renames itself.</summary>
    public static void Flush(string folder)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            return;
        }

        int handle = Open(System.Text.Encoding.UTF8.GetBytes(folder + "\0"), 0);
        if (handle >= 0)
        {
            // Some file systems cannot flush folders. There is no alternative, so the result is ignored.
            _ = Sync(handle);
            _ = Close(handle);
        }
    }

#pragma warning disable SYSLIB1054 // .NET Framework has no source-generated imports.
    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
#pragma warning restore SYSLIB1054
}
