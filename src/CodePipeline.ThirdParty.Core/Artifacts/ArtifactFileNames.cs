using System.IO;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Derives safe file names from the untrusted names of artifacts.</summary>
internal static class ArtifactFileNames
{
    private const string InvalidCharacters = "<>:\"/\\|?*";
    private const int MaximumLength = 100;
    private const int MaximumExtensionLength = 10;

    /// <summary>Returns a file name that is valid on every system. Invalid characters become <c>_</c>.</summary>
    public static string For(JobArtifact artifact)
    {
        var name = new StringBuilder();
        foreach (char each in (artifact.Name ?? string.Empty).Take(MaximumLength))
        {
            bool isInvalid = char.IsControl(each) || char.IsSurrogate(each) || InvalidCharacters.IndexOf(each) >= 0;
            name.Append(isInvalid ? '_' : each);
        }

        string safe = name.ToString().Trim().TrimEnd('.', ' ');
        safe = safe.Length == 0 ? "artifact" : safe;
        return WindowsFileNames.IsDevice(safe) || safe[0] == '.' ? "_" + safe : safe;
    }

    /// <summary>
    /// Returns the extension for a downloaded file: that of its archive format, else that of the object's key, else an
    /// empty string.
    /// </summary>
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
        return extension.Length is > 1 and <= MaximumExtensionLength
            && extension.Skip(1).All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'))
                ? extension
                : string.Empty;
    }
}
