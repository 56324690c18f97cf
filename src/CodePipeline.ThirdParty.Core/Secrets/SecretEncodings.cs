using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>
/// Finds a secret in a text: in plain form, in base64 or hexadecimal, and escaped for JSON, XML or URLs.
/// </summary>
internal sealed class SecretEncodings
{
    // Shorter pieces occur by chance.
    private const int ShortestPiece = 6;
    private const int MostEscapes = 8;
    private const string Slashes = @"\\{1,8}";
    private const string NoSlash = @"\\{0,8}";

    private readonly string _secret;
    private readonly Lazy<string[]> _encoded;
    private readonly Lazy<Regex> _escaped;

    /// <summary>Creates the encoded forms only when they are needed.</summary>
    public SecretEncodings(string secret)
    {
        _secret = secret;
        _encoded = new Lazy<string[]>(() => Encoded(secret));
        _escaped = new Lazy<Regex>(() => new Regex(Escaped(secret), RegexOptions.CultureInvariant));
    }

    /// <summary>Replaces every form of the secret with <c>***</c>.</summary>
    public string Apply(string text)
    {
        text = text.Replace(_secret, Secret.Mask);
        if (text.Length < ShortestPiece)
        {
            return text;
        }

        foreach (string encoded in _encoded.Value)
        {
            text = text.Replace(encoded, Secret.Mask);
        }

        return text.IndexOfAny(['\\', '%', '&', '+']) < 0 ? text : _escaped.Value.Replace(text, Secret.Mask);
    }

    /// <summary>The forms in base64 and hexadecimal, longest first.</summary>
    private static string[] Encoded(string secret)
    {
        byte[] narrow = Encoding.UTF8.GetBytes(secret);
        string hex = string.Concat(narrow.Select(each => each.ToString("x2", CultureInfo.InvariantCulture)));
        return Base64(narrow).Concat(Base64(Encoding.Unicode.GetBytes(secret)))
            .SelectMany(each => new[] { each, each.Replace('+', '-').Replace('/', '_') })
            .Append(hex).Append(hex.ToUpperInvariant())
            .Where(each => each.Length >= ShortestPiece)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(each => each.Length)
            .ToArray();
    }

    /// <summary>
    /// The base64 text of the bytes at each of the three possible alignments, without the characters that also depend
    /// on neighbouring bytes.
    /// </summary>
    private static IEnumerable<string> Base64(byte[] secret)
    {
        const int BitsOfACharacter = 6;
        for (int before = 0; before < 3; before++)
        {
            byte[] padded = new byte[before + secret.Length];
            secret.CopyTo(padded, before);
            int first = ((before * 8) + BitsOfACharacter - 1) / BitsOfACharacter;
            int end = padded.Length * 8 / BitsOfACharacter;
            yield return Convert.ToBase64String(padded).Substring(first, Math.Max(0, end - first));
        }
    }

    /// <summary>A pattern that matches each character in plain form or in any escaped form.</summary>
    /// <remarks>
    /// Its groups are atomic and its repetitions bounded. Otherwise, a customer who chooses both the secret and the
    /// text could make the search endless.
    /// </remarks>
    private static string Escaped(string secret)
    {
        var pattern = new StringBuilder();
        for (int i = 0; i < secret.Length;)
        {
            string each = secret.Substring(i, char.IsSurrogatePair(secret, i) ? 2 : 1);
            int count = 0;
            do
            {
                count++;
                i += each.Length;
            }
            while (each == @"\" && i < secret.Length && secret[i] == '\\');

            // Each escaping doubles the backslashes, so match a run of them as a whole, including those that escape the
            // next character.
            string itself = each == @"\" ? $@"\\{{{count},{MostEscapes * count}}}" : Regex.Escape(each);
            string slashes = pattern.Length > 0 && secret[i - (each.Length * count) - 1] == '\\' ? NoSlash : Slashes;
            string escaped = string.Join("|", Escapes(each, slashes));
            pattern.Append(count > 1 ? $"(?>(?:{escaped}){{{count}}}|{itself})" : $"(?>{escaped}|{itself})");
        }

        return pattern.ToString();
    }

    private static IEnumerable<string> Escapes(string each, string slashes)
    {
        int code = each.Length == 2 ? char.ConvertToUtf32(each, 0) : each[0];

        // JSON: \u0022 and \", escaped again in a string within a string.
        yield return string.Concat(each.Select(unit => slashes + "u" + AnyCase(((int)unit).ToString("x4", Invariant))));
        if (Letter(each[0]) is string letter)
        {
            yield return slashes + letter;
        }

        // URLs: %C3%A9, %25C3%25A9, and + for a space.
        yield return string.Concat(
            Encoding.UTF8.GetBytes(each).Select(unit => "%(?:25)*" + AnyCase(unit.ToString("x2", Invariant))));
        if (each == " ")
        {
            yield return @"\+";
        }

        // XML and HTML: &#233; &#xE9; &quot;
        yield return $"&(?:amp;)*#(?:0*{code.ToString(Invariant)}|[xX]0*{AnyCase(code.ToString("x", Invariant))});";
        if (Entity(each[0]) is string entity)
        {
            yield return $"&(?:amp;)*{entity};";
        }
    }

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    private static string AnyCase(string hex) =>
        string.Concat(hex.Select(each => each is >= 'a' and <= 'f' ? $"[{each}{(char)(each - 32)}]" : each.ToString()));

    private static string? Letter(char each) => each switch
    {
        '"' => "\"",
        '/' => "/",
        '\'' => "'",
        '\b' => "b",
        '\f' => "f",
        '\n' => "n",
        '\r' => "r",
        '\t' => "t",
        _ => null,
    };

    private static string? Entity(char each) => each switch
    {
        '"' => "quot",
        '&' => "amp",
        '\'' => "apos",
        '<' => "lt",
        '>' => "gt",
        _ => null,
    };
}
