using System;
using System.IO;

namespace CodePipeline.ThirdParty.Files;

/// <summary>Recognises the operating system's errors about files.</summary>
internal static class FileErrors
{
    private const int ErrorDiskFullWindows = 112;
    private const int ErrorHandleDiskFullWindows = 39;
    private const int NoSpaceUnix = 28;
    private const int QuotaExceededLinux = 122;
    private const int QuotaExceededMac = 69;

    /// <summary>Whether an exception is an error of the operating system about a file.</summary>
    public static bool IsIoError(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>Whether an exception means that a disk is full or a quota is exceeded.</summary>
    public static bool IsDiskFull(Exception error)
    {
        int code = error.HResult & 0xFFFF;
#if NET
        bool windows = OperatingSystem.IsWindows();
#else
        bool windows = Environment.OSVersion.Platform == PlatformID.Win32NT;
#endif
        return error is IOException && (windows
            ? code is ErrorDiskFullWindows or ErrorHandleDiskFullWindows
            : code is NoSpaceUnix or QuotaExceededLinux or QuotaExceededMac or ErrorDiskFullWindows);
    }
}
