using System;
using System.Text;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Decodes the names in a tar, which are bytes and usually UTF-8.</summary>
/// <remarks>
/// .NET cannot open a file whose name is not UTF-8, so PowerShell could neither read nor delete it. Such a name is
/// decoded as Latin-1 instead. To distinguish it from UTF-8 that decodes to the same text, its bytes are first kept as
/// lone surrogates, which UTF-8 cannot contain.
/// </remarks>
internal static class TarText
{
    private const char First = '\udc80';
    private const char Last = '\udcff';
    private const int Shift = 0xDC00;

    /// <summary>Decodes a path. Decides on the encoding of each segment separately.</summary>
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
            path.Append(StrictUtf8.Decode(name) ?? ToLoneSurrogates(name));
            if (end < raw.Length)
            {
                path.Append('/');
            }

            start = end + 1;
        }

        return path.ToString();
    }

    /// <summary>
    /// Converts lone surrogates to Latin-1. Returns the same object if the whole name is UTF-8.
    /// </summary>
    public static string Readable(string raw)
    {
        StringBuilder? text = null;
        for (int index = 0; index < raw.Length; index++)
        {
            // A surrogate pair is an ordinary character.
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

    private static string ToLoneSurrogates(byte[] name)
    {
        char[] text = new char[name.Length];
        for (int index = 0; index < name.Length; index++)
        {
            text[index] = (char)(name[index] < 0x80 ? name[index] : Shift + name[index]);
        }

        return new string(text);
    }
}
