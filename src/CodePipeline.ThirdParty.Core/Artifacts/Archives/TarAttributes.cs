using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// The attributes that extension records add to the next header of a tar: GNU long names and PAX records.
/// </summary>
internal sealed class TarAttributes
{
    private readonly Dictionary<string, string> _global = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _next = new(StringComparer.Ordinal);

    public string? Path => Find("path");

    public string? LinkPath => Find("linkpath");

    public string? Size => Find("size");

    /// <summary>Whether extension records for the next entry were read.</summary>
    public bool AreForNext => _next.Count > 0 || Sparse is not null;

    /// <summary>The GNU sparse attributes; <see langword="null"/> if the entry is not sparse.</summary>
    public SparseAttributes? Sparse { get; private set; }

    /// <summary>The program of an unsupported sparse format; <see langword="null"/> if there is none.</summary>
    public string? OtherSparse => Find("SCHILY.realsize") is not null ? "star"
        : Find("SUN.holesdata") is not null ? "Solaris tar" : null;

    /// <summary>The modification time in UTC; <see langword="null"/> if there is none.</summary>
    public DateTime? Modified => Find("mtime") is string text
        && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal seconds)
        ? Time(seconds) : null;

    public static DateTime? Time(decimal seconds)
    {
        const decimal Earliest = -62_135_596_800, Latest = 253_402_300_799;
        return seconds is >= Earliest and <= Latest
            ? new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
    }

    public void SetLongName(byte[] data) => _next["path"] = TarHeader.Text(data, 0, data.Length);

    public void SetLongLink(byte[] data) => _next["linkpath"] = TarHeader.Text(data, 0, data.Length);

    /// <summary>Reads PAX records of the form "length key=value\n". Returns whether they are well-formed.</summary>
    public bool TryRead(byte[] data, bool isGlobal)
    {
        int at = 0;
        while (at < data.Length)
        {
            // Some programs pad the block with zeros and include them in the size.
            if (data[at] == 0)
            {
                return true;
            }

            int length = 0;
            int digit = at;
            for (; digit < data.Length && data[digit] is >= (byte)'0' and <= (byte)'9'; digit++)
            {
                length = (length * 10) + data[digit] - '0';
                if (length > data.Length)
                {
                    return false;
                }
            }

            int end = at + length;
            if (digit == at || end > data.Length || digit >= end - 1 || data[digit] != ' ' || data[end - 1] != '\n')
            {
                return false;
            }

            int sign = Array.IndexOf(data, (byte)'=', digit + 1, end - digit - 2);
            if (sign < 0)
            {
                return false;
            }

            Set(Encoding.UTF8.GetString(data, digit + 1, sign - digit - 1), Value(data, sign + 1, end - 1), isGlobal);
            at = end;
        }

        return true;
    }

    /// <summary>Clears the attributes of a single entry.</summary>
    public void Clear()
    {
        _next.Clear();
        Sparse = null;
    }

    private static string Value(byte[] data, int start, int end)
    {
        byte[] raw = new byte[end - start];
        Buffer.BlockCopy(data, start, raw, 0, raw.Length);
        return TarText.Decode(raw);
    }

    private void Set(string key, string value, bool isGlobal)
    {
        if (key.StartsWith(SparseAttributes.Prefix, StringComparison.Ordinal))
        {
            (Sparse ??= new SparseAttributes()).Set(key, value);
        }

        if (key is "path" or "linkpath" or "size" or "mtime" or "SCHILY.realsize" or "SUN.holesdata")
        {
            (isGlobal ? _global : _next)[key] = value;
        }
    }

    // An empty value cancels a global one.
    private string? Find(string key) =>
        (_next.TryGetValue(key, out string? value) || _global.TryGetValue(key, out value)) && value.Length > 0
            ? value : null;
}
