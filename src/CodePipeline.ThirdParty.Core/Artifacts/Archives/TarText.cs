using System;
using System.Text;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Names of a tar, which are bytes: UTF-8 in most of them, and anything else in others.</summary>
/// <remarks>
/// .NET opens no file whose name is not UTF-8, and nothing in PowerShell could read or remove it. Such a name is read
/// byte by byte instead (Latin-1). So that it is told from the UTF-8 that reads the same, its bytes are kept as halves
/// of surrogate pairs, which no UTF-8 has.
/// </remarks>
internal static class TarText
{
    private const char First = '\udc80';
    private const char Last = '\udcff';
    private const int Shift = 0xDC00;

    /// <summary>Reads a path, each name in it for itself.</summary>
    public static string Decode(byte[] raw)
    {
        if (StrictUtf8.Decode(raw) is string text)
        {
            return text;
        }

        StringBuilder path = new(raw.Length);
        for (int start = 0; start <= raw.Length;)
        {
            int end = Array.IndexOf(raw, (byte)'/', start);
            end = end < 0 ? raw.Length : end;
            byte[] name = new byte[end - start];
            Buffer.BlockCopy(raw, start, name, 0, name.Length);
            path.Append(StrictUtf8.Decode(name) ?? Bytes(name));
            if (end < raw.Length)
            {
                path.Append('/');
            }

            start = end + 1;
        }

        return path.ToString();
    }

    /// <summary>The text that a name is shown and written as; the same object where it is all UTF-8.</summary>
    public static string Readable(string raw)
    {
        StringBuilder? text = null;
        for (int index = 0; index < raw.Length; index++)
        {
            // Halves that belong together are a character like any other.
            bool isPair = char.IsHighSurrogate(raw[index])
                && index + 1 < raw.Length && char.IsLowSurrogate(raw[index + 1]);
            if (isPair)
            {
                index++;
            }
            else if (raw[index] is >= First and <= Last)
            {
                text ??= new StringBuilder(raw);
                text[index] = (char)(raw[index] - Shift);
            }
        }

        return text?.ToString() ?? raw;
    }

    private static string Bytes(byte[] name)
    {
        char[] text = new char[name.Length];
        for (int index = 0; index < name.Length; index++)
        {
            text[index] = (char)(name[index] < 0x80 ? name[index] : Shift + name[index]);
        }

        return new string(text);
    }
}
