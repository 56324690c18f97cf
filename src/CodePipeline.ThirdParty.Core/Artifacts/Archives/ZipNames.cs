namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The names of a zip, in whichever encoding its maker had.</summary>
internal static class ZipNames
{
    private const int Utf8Flag = 0x0800;

    private const string Cp437 =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
        + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

    /// <summary>
    /// UTF-8 where the zip says so, or where the bytes are valid UTF-8, which old code pages hardly ever are by chance;
    /// else code page 437, which the format names for all others.
    /// </summary>
    /// <param name="raw">The bytes.</param>
    /// <param name="flags">The entry's general purpose flags.</param>
    /// <param name="unicodePath">The name of the Unicode path extra field, where there is a matching one.</param>
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
