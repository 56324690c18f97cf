using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>Draws random values, reproducibly from a seed or from bytes.</summary>
internal sealed class Draw
{
    private static readonly string[] s_oddTexts =
    {
        "", " ", "\0", "\r\n", "\t", ".", "..", "../..", "/", "\\", "C:\\x", "\\\\host\\share", "CON", "nul.txt", "a:b",
        "~", "$HOME", "%00", "%2e%2e%2f", "{}", "[]", "null", "true", "-1", "0", "1e999", "NaN", "\u00e4\u00f6",
        "e\u0301", "\u202etxt.exe", "\ud83d\ude00", "\ud800", "\udc00", "\ufeff", "\uffff", "\u2028", "'", "\"", "`",
        ";", "&", "=", "<a>", "]]>", "&amp;", "***",
    };

    private readonly Random? _random;
    private readonly byte[] _bytes;
    private int _at;

    public Draw(int seed) => (_random, _bytes) = (new Random(seed), []);

    /// <summary>Draws from bytes, then zeros, so that every case ends.</summary>
    public Draw(byte[] bytes) => _bytes = bytes;

    public int Below(int limit)
    {
        if (limit <= 1)
        {
            return 0;
        }

        return _random is not null
            ? _random.Next(limit)
            : (int)((uint)(limit <= 256 ? Next() : (Next() << 16) | (Next() << 8) | Next()) % limit);
    }

    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Chance(double share) => Below(1000) < share * 1000;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    /// <summary>Draws a size, usually small and sometimes up to the maximum.</summary>
    public int Size(int most) => Chance(0.05) ? Below(most + 1) : Below(Math.Min(most, 24) + 1);

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            bytes[i] = (byte)Below(256);
        }

        return bytes;
    }

    /// <summary>Draws a text, usually ordinary and sometimes one that commonly breaks parsers.</summary>
    public string Text(int most = 300)
    {
        switch (Below(8))
        {
            case 0:
                return Pick(s_oddTexts);
            case 1:
                return Number();
            case 2:
                return Repeat((char)Between(' ', 'z'), Size(most));
            case 3 when most > 8:
                return Pick(s_oddTexts) + Text(most / 2) + Pick(s_oddTexts);
            default:
                var text = new StringBuilder();
                int count = Size(most);
                for (int i = 0; i < count; i++)
                {
                    text.Append(Character());
                }

                return text.ToString();
        }
    }

    public string Number() => Below(10) switch
    {
        0 => "0",
        1 => "-" + Below(100).ToString(CultureInfo.InvariantCulture),
        2 => int.MaxValue.ToString(CultureInfo.InvariantCulture),
        3 => long.MaxValue.ToString(CultureInfo.InvariantCulture),
        4 => "9223372036854775808",
        5 => "1e" + Below(500).ToString(CultureInfo.InvariantCulture),
        6 => "0." + Below(1_000_000).ToString(CultureInfo.InvariantCulture),
        7 => Repeat('9', Size(60)),
        _ => Below(100_000).ToString(CultureInfo.InvariantCulture),
    };

    public static string Repeat(char each, int count) => new(each, count);

    private char Character() => Below(12) switch
    {
        0 => (char)Below(32),
        1 => (char)Between(0x7f, 0x24f),
        2 => (char)Below(0x10000),
        _ => (char)Between(' ', '~'),
    };

    private int Next() => _at < _bytes.Length ? _bytes[_at++] : 0;
}
