using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Files;

/// <summary>Recognises pipes, sockets and devices. Opening a pipe would wait for its other end.</summary>
internal static class FileTypeProbe
{
    /// <summary>Whether a path is a pipe, a socket or a device. Follows symbolic links.</summary>
    /// <returns>
    /// <see langword="false"/> also if the path does not exist or the type is unknown. Opening it then shows the error.
    /// </returns>
    public static bool Is(string path) => !RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
        && UnixNative.FactsOf(path) is { IsFile: false, IsFolder: false };
}
