using System;
using System.Globalization;
using System.Security.Cryptography;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Generates ids and secrets that, like the service's, cannot be guessed.</summary>
internal static class RandomIdentifiers
{
    // With 32 characters, five bits of a random byte select each with the same probability.
    private const string UpperAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string LowerAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

    internal static string NewId() => Guid.NewGuid().ToString("D");

    internal static string AccessKeyId(string prefix) => prefix + Letters(16, UpperAlphabet);

    internal static string ObjectName() => Letters(7, LowerAlphabet);

    /// <summary>Generates a secret access key of 40 characters.</summary>
    internal static string SecretKey() => Convert.ToBase64String(Bytes(30));

    internal static string UploadId() => Letters(64, LowerAlphabet);

    internal static string ClientToken() => Letters(32, LowerAlphabet);

    /// <summary>Generates a nonce other than <paramref name="previous"/>. Like the service's, it is a number.</summary>
    internal static string Nonce(string? previous)
    {
        string nonce;
        do
        {
            ulong number = BitConverter.ToUInt64(Bytes(8), 0) >> 1;
            nonce = number.ToString(CultureInfo.InvariantCulture);
        }
        while (nonce == previous);

        return nonce;
    }

    internal static string AccountId() =>
        (BitConverter.ToUInt64(Bytes(8), 0) % 1_000_000_000_000UL).ToString("D12", CultureInfo.InvariantCulture);

    internal static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
#if NET
        RandomNumberGenerator.Fill(bytes);
#else
        using RandomNumberGenerator generator = RandomNumberGenerator.Create();
        generator.GetBytes(bytes);
#endif
        return bytes;
    }

    private static string Letters(int count, string alphabet)
    {
        byte[] bytes = Bytes(count);
        char[] letters = new char[count];
        for (int i = 0; i < count; i++)
        {
            letters[i] = alphabet[bytes[i] & 31];
        }

        return new string(letters);
    }
}
