using System.Text;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Names in UTF-8, as most archives and all our own files have them.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding s_encoding =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text, or <see langword="null"/> where the bytes are no UTF-8.</summary>
    public static string? Decode(byte[] raw)
    {
        try
        {
            return s_encoding.GetString(raw);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
