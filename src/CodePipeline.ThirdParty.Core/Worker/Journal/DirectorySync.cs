using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>
/// Brings a folder's own entries to the disk: a new or renamed file is not there for certain before that.
/// </summary>
internal static class DirectorySync
{
    /// <summary>Does so where the system can, and wants it: Windows writes a rename by itself.</summary>
    public static void Flush(string folder)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            return;
        }

        int handle = Open(System.Text.Encoding.UTF8.GetBytes(folder + "\0"), 0);
        if (handle >= 0)
        {
            // Some file systems refuse it for folders; there is nothing else to try then.
            _ = Sync(handle);
            _ = Close(handle);
        }
    }

#pragma warning disable SYSLIB1054 // Source-generated imports are not there on .NET Framework.
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
