namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Decodes the names in a zip.</summary>
internal static class ZipNames
{
    private const int Utf8Flag = 0x0800;

    private const string Cp437 =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
        + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

    /// <summary>
    /// Decodes a name as UTF-8 if the bytes are valid UTF-8, which text in an old code page almost never is, else as
    /// code page 437, the default of the format. A Unicode path field takes precedence unless the UTF-8 flag is set.
    /// </summary>
    /// <param name="raw">The stored bytes.</param>
    /// <param name="flags">The entry's general purpose flags.</param>
    /// <param name="unicodePath">The name in the Unicode path field; <see langword="null"/> if there is none.</param>
    public static string Decode(byte[] raw, int flags, byte[]? unicodePath)
    {
        if ((flags & Utf8Flag) == 0 && unicodePath is not null && StrictUtf8.Decode(unicodePath) is string path)
        {
            return path;
        }

        return StrictUtf8.Decode(raw) ?? FromCp437(raw);
    }

    private static string FromCp437(byte[] raw)
    {
        char[] text = new char[raw.Length];
        for (int index = 0; index < raw.Length; index++)
        {
            text[index] = raw[index] < 0x80 ? (char)raw[index] : Cp437[raw[index] - 0x80];
        }

        return new string(text);
    }
}
