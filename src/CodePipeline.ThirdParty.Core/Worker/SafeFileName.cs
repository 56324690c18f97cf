using System.Security.Cryptography;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Turns names from the service into file names that are valid on every operating system.</summary>
internal static class SafeFileName
{
    private const int MaxUnchangedLength = 64;
    private const int MaxPrefixLength = 24;

    /// <summary>
    /// Returns a safe name of up to 64 characters unchanged. Otherwise returns a short prefix of the name and its hash.
    /// </summary>
    public static string For(string name)
    {
        if (IsSafe(name))
        {
            return name;
        }

        StringBuilder safe = new();
        foreach (char c in name)
        {
            // No dots: Windows opens the device NUL for 'NUL.-…', too.
            if (safe.Length < MaxPrefixLength && IsPlain(c) && c != '.')
            {
                safe.Append(c);
            }
        }

        return safe.Append(safe.Length > 0 ? "-" : string.Empty).Append(Hash(name)).ToString();
    }

    /// <summary>The first 10 bytes of the SHA-256 of a text, as 20 hexadecimal digits.</summary>
    public static string Hash(string text)
    {
        const int Bytes = 10;
#if NET
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
#else
        using SHA256 sha = SHA256.Create();
        byte[] hash = sha.ComputeHash(Encoding.UTF8.GetBytes(text));
#endif
        StringBuilder hex = new(2 * Bytes);
        for (int i = 0; i < Bytes; i++)
        {
            hex.Append(hash[i].ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return hex.ToString();
    }

    private static bool IsSafe(string name)
    {
        if (name.Length is 0 or > MaxUnchangedLength || name[0] == '.' || name[name.Length - 1] == '.')
        {
            return false;
        }

        foreach (char c in name)
        {
            if (!IsPlain(c))
            {
                return false;
            }
        }

        return !WindowsFileNames.IsDevice(name);
    }

    private static bool IsPlain(char c) =>
        c is (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or '_' or '-' or '.';
}
