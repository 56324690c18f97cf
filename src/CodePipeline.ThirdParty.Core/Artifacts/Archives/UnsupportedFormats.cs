using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Detects archives and compressed files of unsupported formats by their first bytes.</summary>
/// <remarks>
/// Packages (deb, rpm) and disk images are not included, because they are used without being expanded.
/// </remarks>
internal static class UnsupportedFormats
{
    /// <summary>The number of bytes that the detection reads.</summary>
    public const int Length = 32;

    private static readonly (string Name, byte[] Start)[] s_starts =
    [
        ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        ("RAR", [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07]),
        ("RAR", [0x52, 0x45, 0x7E, 0x5E]),
        ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        ("Zstandard", [0x28, 0xB5, 0x2F, 0xFD]),
        ("LZ4", [0x04, 0x22, 0x4D, 0x18]),
        ("LZ4", [0x02, 0x21, 0x4C, 0x18]),
        ("lzop", [0x89, 0x4C, 0x5A, 0x4F, 0x00, 0x0D, 0x0A, 0x1A, 0x0A]),
        ("lzip", [0x4C, 0x5A, 0x49, 0x50, 0x00]),
        ("lzip", [0x4C, 0x5A, 0x49, 0x50, 0x01]),
        ("Windows cabinet", [0x4D, 0x53, 0x43, 0x46, 0x00, 0x00, 0x00, 0x00]),
    ];

    /// <summary>Returns the name of the format; <see langword="null"/> if it is not one of these.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <param name="length">The number of valid bytes in <paramref name="head"/>.</param>
    public static string? NameOf(byte[] head, int length)
    {
        if (length < Length)
        {
            // Pad, because the checks below index the bytes without checking the length.
            byte[] filled = new byte[Length];
            Buffer.BlockCopy(head, 0, filled, 0, length);
            head = filled;
        }

        foreach ((string name, byte[] start) in s_starts)
        {
            if (length >= start.Length && Has(head, 0, start))
            {
                return name;
            }
        }

        return IsBzip2(head) ? "bzip2"
            : IsLzma(head) ? "LZMA"
            : head[0] == 0x1F && head[1] == 0x9D && (head[2] & 0x60) == 0 && (head[2] & 0x1F) is >= 9 and <= 16
                ? "compress (.Z)"
            : head[0] is >= 0x50 and <= 0x5F && Has(head, 1, [0x2A, 0x4D, 0x18]) ? "Zstandard"
            : IsCpio(head) ? "cpio"
            : head[0] == 0x60 && head[1] == 0xEA && LittleEndian.UInt16(head, 2) is > 0 and <= 2600 ? "ARJ"
            : head[2] == '-' && head[3] == 'l' && head[4] is (byte)'h' or (byte)'z' && head[6] == '-' ? "LHA"
            : null;
    }

    private static bool Has(byte[] head, int at, byte[] bytes)
    {
        for (int index = 0; index < bytes.Length; index++)
        {
            if (head[at + index] != bytes[index])
            {
                return false;
            }
        }

        return true;
    }

    // The block size, then the magic number of a block, or of the end of an empty file.
    private static bool IsBzip2(byte[] head) =>
        Has(head, 0, [0x42, 0x5A, 0x68]) && head[3] is >= (byte)'1' and <= (byte)'9'
        && (Has(head, 4, [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) || Has(head, 4, [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]));

    // LZMA has no magic number. These are the default settings and an unknown size.
    private static bool IsLzma(byte[] head) => Has(head, 0, [0x5D, 0x00, 0x00])
        && Has(head, 5, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);

    private static bool IsCpio(byte[] head)
    {
        if (Has(head, 0, [0x30, 0x37, 0x30, 0x37, 0x30]) && head[5] is (byte)'1' or (byte)'2' or (byte)'7')
        {
            const int FirstDigit = 6, EndOfDigits = 18;
            int at = FirstDigit;
            while (at < EndOfDigits && Uri.IsHexDigit((char)head[at]))
            {
                at++;
            }

            return at == EndOfDigits;
        }

        // The binary format, with a plausible length of the name.
        return (head[0] == 0xC7 && head[1] == 0x71 && LittleEndian.UInt16(head, 20) is > 1 and <= 4096)
            || (head[0] == 0x71 && head[1] == 0xC7 && ((head[20] << 8) | head[21]) is > 1 and <= 4096);
    }
}
