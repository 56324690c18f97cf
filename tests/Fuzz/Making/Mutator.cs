using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>
/// Mutates an input: bits, bytes, numbers, tokens of the format, parts of other inputs.
/// </summary>
internal sealed class Mutator
{
    private const int LongestCopy = 4096;

    private static readonly byte[] s_oddBytes =
        { 0, 1, 9, 10, 13, 32, (byte)'"', (byte)'\\', (byte)'/', 0x7f, 0x80, 0xc0, 0xed, 0xfe, 0xff };

    private readonly IReadOnlyList<byte[]> _words;
    private readonly int _longest;

    public Mutator(IReadOnlyList<byte[]> words, int longest) => (_words, _longest) = (words, longest);

    public byte[] Change(byte[] input, Draw draw, IReadOnlyList<byte[]> others)
    {
        byte[] changed = input;
        int times = draw.Chance(0.5) ? 1 : draw.Between(2, 8);
        for (int i = 0; i < times; i++)
        {
            changed = ChangeOnce(changed, draw, others);
        }

        return changed.Length > _longest ? changed[.._longest] : changed;
    }

    private byte[] ChangeOnce(byte[] input, Draw draw, IReadOnlyList<byte[]> others)
    {
        int at = draw.Below(input.Length + 1);
        int end = Math.Min(input.Length, at + 1 + draw.Size(200));
        switch (draw.Below(12))
        {
            case 0 when input.Length > 0:
                return With(
                    input, Math.Min(at, input.Length - 1),
                    (byte)(input[Math.Min(at, input.Length - 1)] ^ (1 << draw.Below(8))));
            case 1 when input.Length > 0:
                return With(input, Math.Min(at, input.Length - 1), draw.Pick(s_oddBytes));
            case 2:
                return Replace(input, at, end, []);
            case 3:
                return Replace(input, at, at, draw.Bytes(1 + draw.Size(16)));
            case 4:
                return input[..at];
            case 5:
                // Repeats it often, to reveal code with quadratic run time.
                byte[] piece = input[at..end];
                return Replace(input, at, at, Repeat(piece, 1 + draw.Size(LongestCopy / Math.Max(1, piece.Length))));
            case 6 when others.Count > 0:
                byte[] other = draw.Pick(others);
                int from = draw.Below(other.Length + 1);
                return Replace(
                    input, at, draw.Chance(0.5) ? end : at,
                    other[from..Math.Min(other.Length, from + 1 + draw.Size(400))]);
            case 7:
                return ReplaceNumber(input, at, draw);
            case 8:
                return ReplaceBinary(input, at, draw);
            case 9:
                return Replace(input, at, draw.Chance(0.5) ? end : at, Encoding.UTF8.GetBytes(draw.Text(100)));
            default:
                return _words.Count == 0
                    ? Replace(input, at, end, [])
                    : Replace(input, at, draw.Chance(0.4) ? end : at, draw.Pick(_words));
        }
    }

    private static byte[] With(byte[] input, int at, byte value)
    {
        byte[] changed = (byte[])input.Clone();
        changed[at] = value;
        return changed;
    }

    private static byte[] Replace(byte[] input, int start, int end, byte[] by) =>
        [.. input[..start], .. by, .. input[end..]];

    private static byte[] Repeat(byte[] piece, int times)
    {
        byte[] all = new byte[piece.Length * times];
        for (int i = 0; i < times; i++)
        {
            piece.CopyTo(all, i * piece.Length);
        }

        return all;
    }

    /// <summary>Replaces a decimal number.</summary>
    private static byte[] ReplaceNumber(byte[] input, int at, Draw draw)
    {
        int start = at;
        while (start < input.Length && input[start] is not (>= (byte)'0' and <= (byte)'9'))
        {
            start++;
        }

        int end = start;
        while (end < input.Length && input[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        long value = end - start is > 0 and < 18
            ? long.Parse(Encoding.ASCII.GetString(input, start, end - start), CultureInfo.InvariantCulture)
            : 0;
        string number =
            draw.Chance(0.5) ? (value + draw.Between(-2, 2)).ToString(CultureInfo.InvariantCulture) : draw.Number();
        return Replace(input, start, end, Encoding.ASCII.GetBytes(number));
    }

    /// <summary>Replaces 2, 4 or 8 bytes with a boundary value.</summary>
    private static byte[] ReplaceBinary(byte[] input, int at, Draw draw)
    {
        int size = 1 << draw.Between(1, 3);
        if (input.Length < size)
        {
            return input;
        }

        byte[] changed = (byte[])input.Clone();
        int start = Math.Min(at, input.Length - size);
        ulong value = draw.Below(5) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => ulong.MaxValue >> 1,
            3 => (ulong)draw.Below(70_000),
            _ => (ulong)input.Length + (ulong)draw.Below(5) - 2,
        };
        for (int i = 0; i < size; i++)
        {
            changed[start + i] = (byte)(value >> (8 * i));
        }

        return changed;
    }
}
