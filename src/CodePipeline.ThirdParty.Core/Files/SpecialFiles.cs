using System;
#if NET
using System.Runtime.InteropServices;
using System.Text;
#endif

namespace CodePipeline.ThirdParty.Files;

/// <summary>Tells pipes, sockets and devices from files. To open a pipe would be to wait for its other end.</summary>
internal static class SpecialFiles
{
    /// <summary>Whether what a path leads to is neither a file nor a folder; links are followed.</summary>
    /// <returns>
    /// <see langword="false"/> too where there is nothing, or where the system does not tell: to open it will.
    /// </returns>
    public static bool Is(string path)
    {
#if NET
        if (!OperatingSystem.IsWindows() && TypeOf(path) is int type)
        {
            const int Folder = 0x4000, File = 0x8000;
            return type is not (Folder or File);
        }
#else
        _ = path;
#endif
        return false;
    }

#if NET
    private static int? TypeOf(string path)
    {
        const int AllTypes = 0xF000, ModeAtLinux = 28, ModeAtMac = 4, CurrentFolder = -100;
        const uint TypeWanted = 1;
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        byte[] facts = new byte[256];
        try
        {
            // Unlike stat, its answer has one layout on all processors.
            bool isMac = OperatingSystem.IsMacOS();
            int failed = !isMac ? Statx(CurrentFolder, name, 0, TypeWanted, facts)
                : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Status(name, facts)
                : StatusOfIntelMac(name, facts);
            return failed == 0
                ? BitConverter.ToUInt16(facts, isMac ? ModeAtMac : ModeAtLinux) & AllTypes
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return null;
        }
    }

#pragma warning disable SYSLIB1054 // As elsewhere: source-generated imports are not there on .NET Framework.
    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, byte[] facts);

    [DllImport("libc", EntryPoint = "stat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Status(byte[] path, byte[] facts);

    [DllImport("libc", EntryPoint = "stat$INODE64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatusOfIntelMac(byte[] path, byte[] facts);
#pragma warning restore SYSLIB1054
#endif
}
