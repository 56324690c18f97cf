using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Files;

/// <summary>Tells pipes, sockets and devices from files. To open a pipe would be to wait for its other end.</summary>
internal static class FileTypeProbe
{
    /// <summary>Whether what a path leads to is neither a file nor a folder; links are followed.</summary>
    /// <returns>
    /// <see langword="false"/> too where there is nothing, or where the system does not tell: to open it will.
    /// </returns>
    public static bool Is(string path) => !RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
        && UnixNative.FactsOf(path) is { IsFile: false, IsFolder: false };
}
