using System.IO;
using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Files;

/// <summary>Links in the file system.</summary>
internal static class Links
{
    /// <summary>Whether a path ends in a link, wherever that leads.</summary>
    /// <remarks>False on .NET Framework, which cannot tell a link from a file that is stored in a cloud.</remarks>
    public static bool IsLink(string path)
    {
#if NET
        return new FileInfo(path).LinkTarget is not null;
#else
        return false;
#endif
    }

    /// <summary>Whether a path ends in a link that another user has put there. The system's own user is nobody's other.</summary>
    public static bool IsOthers(string path)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) || !IsLink(path))
        {
            return false;
        }

        using UnixDescriptor? folder = UnixNative.OpenFolder(Path.GetDirectoryName(path) ?? "/");
        return folder is not null
            && UnixNative.FactsOf(folder, UnixNative.Bytes(Path.GetFileName(path))) is { IsLink: true } facts
            && facts.Owner != UnixNative.User && facts.Owner != 0;
    }
}
