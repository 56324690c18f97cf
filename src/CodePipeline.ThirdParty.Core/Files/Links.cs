using System.IO;
using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Files;

/// <summary>Recognises symbolic links.</summary>
internal static class Links
{
    /// <summary>Whether a path is a symbolic link, even a broken one.</summary>
    /// <remarks>
    /// Always <see langword="false"/> on .NET Framework, which cannot distinguish a symbolic link from a cloud file.
    /// </remarks>
    public static bool IsLink(string path)
    {
#if NET
        return new FileInfo(path).LinkTarget is not null;
#else
        return false;
#endif
    }

    /// <summary>Whether a path is a symbolic link of another user. Links of root do not count.</summary>
    public static bool IsOthers(string path)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) || !IsLink(path))
        {
            return false;
        }

        using UnixDescriptor? folder = UnixNative.OpenFolder(Path.GetDirectoryName(path) ?? "/");
        return folder is not null
            && UnixNative.FactsOf(folder, UnixNative.Bytes(Path.GetFileName(path))) is { IsLink: true } link
            && link.Owner != UnixNative.User && link.Owner != 0;
    }
}
