using System.Text;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Decodes UTF-8 and rejects invalid bytes.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding s_encoding =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns the text; <see langword="null"/> if the bytes are not valid UTF-8.</summary>
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
