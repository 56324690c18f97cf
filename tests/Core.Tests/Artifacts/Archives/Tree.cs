using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Creates and lists folders for tests.</summary>
internal static class Tree
{
    /// <summary>Creates files. A name that ends with '/' creates a folder.</summary>
    public static void Make(string root, Dictionary<string, byte[]?> entries)
    {
        Directory.CreateDirectory(root);
        foreach ((string name, byte[]? content) in entries)
        {
            string path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (content is not null)
            {
                File.WriteAllBytes(path, content);
            }
        }
    }

    /// <summary>Lists all entries with their kind and content, in order.</summary>
    public static IReadOnlyList<string> Describe(string root) => new DirectoryInfo(root)
        .EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(entry => Path.GetRelativePath(root, entry.FullName) + Describe(entry))
        .Order(StringComparer.Ordinal)
        .ToArray();

    public static async Task<PackResult> PackAsync(string source, string zip, int threads = 2)
    {
        using FileStream output = File.Create(zip);
        return await new ZipPacker { Threads = threads }.PackAsync(source, output);
    }

    /// <summary>Returns compressible text, the same each time.</summary>
    public static byte[] Text(int length, int seed = 1)
    {
        Random random = new(seed);
        StringBuilder text = new();
        while (text.Length < length)
        {
            text.Append("word").Append(random.Next(500)).Append(random.Next(20) == 0 ? '\n' : ' ');
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>Returns incompressible bytes, the same each time.</summary>
    public static byte[] Noise(int length, int seed = 1)
    {
        byte[] noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    private static string Describe(FileSystemInfo entry) => entry switch
    {
        { LinkTarget: string target } => " -> " + target,
        DirectoryInfo => "/",
        _ => " = " + Convert.ToHexString(
            System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(entry.FullName))),
    };
}
