using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// What stands before a header of a tar to add to it: long names of GNU's form, records of the PAX form.
/// </summary>
internal sealed class TarAttributes
{
    private readonly Dictionary<string, string> _global = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _next = new(StringComparer.Ordinal);

    public string? Path => Find("path");

    public string? LinkPath => Find("linkpath");

    public string? Size => Find("size");

    /// <summary>Whether anything stands before the next entry that is for it alone.</summary>
    public bool AreForNext => _next.Count > 0 || Sparse is not null;

    /// <summary>What makes the entry a sparse file of GNU's kind; <see langword="null"/> where nothing does.</summary>
    public SparseAttributes? Sparse { get; private set; }

    /// <summary>Whose sparse file the entry is, where that is another kind; <see langword="null"/> mostly.</summary>
    public string? OtherSparse => Find("SCHILY.realsize") is not null ? "star"
        : Find("SUN.holesdata") is not null ? "Solaris tar" : null;

    /// <summary>UTC; <see langword="null"/> where there is none.</summary>
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

    /// <summary>Reads records "length key=value\n"; gives whether they are whole.</summary>
    public bool TryRead(byte[] data, bool isGlobal)
    {
        int at = 0;
        while (at < data.Length)
        {
            // Some makers fill the block up with zeros and count these too.
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

    /// <summary>Forgets what was for one entry only.</summary>
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

    // An empty value takes back what stood for all.
    private string? Find(string key) =>
        (_next.TryGetValue(key, out string? value) || _global.TryGetValue(key, out value)) && value.Length > 0
            ? value : null;
}
