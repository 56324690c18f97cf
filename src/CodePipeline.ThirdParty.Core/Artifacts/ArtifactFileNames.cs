using System.IO;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Names of files and folders for artifacts, whose own names are somebody else's text.</summary>
internal static class ArtifactFileNames
{
    private const string Forbidden = "<>:\"/\\|?*";
    private const int Longest = 100;
    private const int LongestExtension = 10;

    /// <summary>One name, safe on every system, the same on each: <c>_</c> stands for what cannot be in one.</summary>
    public static string For(JobArtifact artifact)
    {
        var name = new StringBuilder();
        foreach (char each in (artifact.Name ?? string.Empty).Take(Longest))
        {
            name.Append(char.IsControl(each) || char.IsSurrogate(each) || Forbidden.IndexOf(each) >= 0 ? '_' : each);
        }

        string safe = name.ToString().Trim().TrimEnd('.', ' ');
        safe = safe.Length == 0 ? "artifact" : safe;
        return WindowsFileNames.IsDevice(safe) || safe[0] == '.' ? "_" + safe : safe;
    }

    /// <summary>The extension of a file: by what is in it, else that of the object's key, else none.</summary>
    public static string Extension(JobArtifact artifact, string file)
    {
        using FileStream content = File.OpenRead(file);
        return ArchiveFormats.Detect(content) switch
        {
            ArchiveFormat.Zip => ".zip",
            ArchiveFormat.Tar => ".tar",
            ArchiveFormat.TarGzip => ".tar.gz",
            _ => FromObjectKey(artifact.ObjectKey ?? string.Empty),
        };
    }

    private static string FromObjectKey(string key)
    {
        string name = key.Substring(key.LastIndexOf('/') + 1);
        int dot = name.LastIndexOf('.');
        string extension = dot > 0 ? name.Substring(dot) : string.Empty;
        return extension.Length is > 1 and <= LongestExtension
            && extension.Skip(1).All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'))
                ? extension
                : string.Empty;
    }
}
