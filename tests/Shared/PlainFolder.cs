using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>
/// A test folder that is the same on every framework and system: with names in several scripts, and without links and
/// permissions.
/// </summary>
internal static class PlainFolder
{
    /// <summary>The SHA-256 of the zip of the folder, in base 64.</summary>
    public const string Hash = "6PXxQMw0GmcppX1f2/pbYQwWoVzIQeYIC93NlNf6eXM=";

    public static string Make(string root)
    {
        Directory.CreateDirectory(Path.Combine(root, "empty"));
        Directory.CreateDirectory(Path.Combine(root, "src", "äöü"));
        File.WriteAllBytes(Path.Combine(root, "none"), Array.Empty<byte>());
        File.WriteAllBytes(Path.Combine(root, "src", "small.txt"), Text(5_000));
        File.WriteAllBytes(Path.Combine(root, "src", "äöü", "заметки"), Text(300_000));
        File.WriteAllBytes(Path.Combine(root, "large.txt"), Text(1_500_000));
        File.WriteAllBytes(Path.Combine(root, "noise"), Noise(70_000));
        return root;
    }

    public static string HashOf(string file)
    {
        using SHA256 hash = SHA256.Create();
        using FileStream content = File.OpenRead(file);
        return Convert.ToBase64String(hash.ComputeHash(content));
    }

    public static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        uint state = 1;
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(Next(ref state) >> 24);
        }

        return bytes;
    }

    private static byte[] Text(int length)
    {
        var text = new StringBuilder();
        uint state = (uint)length;
        while (text.Length < length)
        {
            text.Append("word").Append(Next(ref state) >> 23).Append(Next(ref state) % 20 == 0 ? '\n' : ' ');
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    private static uint Next(ref uint state) => state = (state * 1664525u) + 1013904223u;
}
