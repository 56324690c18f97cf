using System.Security.Cryptography;
using System.Text;

namespace CodePipeline.ThirdParty.Emulation.Signing;

/// <summary>Hash functions for signatures and ETags.</summary>
internal static class Hashing
{
    private const string HexDigits = "0123456789abcdef";

    internal static byte[] Sha256(byte[] data)
    {
#if NET
        return SHA256.HashData(data);
#else
        using SHA256 hash = SHA256.Create();
        return hash.ComputeHash(data);
#endif
    }

    internal static byte[] HmacSha256(byte[] key, byte[] data)
    {
#if NET
        return HMACSHA256.HashData(key, data);
#else
        using HMACSHA256 hash = new(key);
        return hash.ComputeHash(data);
#endif
    }

    internal static byte[] HmacSha256(byte[] key, string data) => HmacSha256(key, Encoding.UTF8.GetBytes(data));

    /// <summary>The MD5 hash for ETags. No secret depends on it.</summary>
    internal static byte[] Md5(byte[] data)
    {
#pragma warning disable CA5351 // S3 uses MD5 for ETags.
#if NET
        return MD5.HashData(data);
#else
        using MD5 hash = MD5.Create();
        return hash.ComputeHash(data);
#endif
#pragma warning restore CA5351
    }

    internal static byte[] FromHex(string text)
    {
        byte[] bytes = new byte[text.Length / 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((HexDigits.IndexOf(text[2 * i]) << 4) | HexDigits.IndexOf(text[(2 * i) + 1]));
        }

        return bytes;
    }

    internal static string Hex(byte[] bytes)
    {
        char[] text = new char[bytes.Length * 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            text[i * 2] = HexDigits[bytes[i] >> 4];
            text[(i * 2) + 1] = HexDigits[bytes[i] & 15];
        }

        return new string(text);
    }
}
