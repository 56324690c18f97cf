using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Orders keys by their UTF-8 bytes, as S3's lists do.</summary>
internal sealed class KeyComparer : IComparer<string>
{
    internal static KeyComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        int length = System.Math.Min(x!.Length, y!.Length);
        for (int i = 0; i < length; i++)
        {
            if (x[i] != y[i])
            {
                return Rank(x[i]) - Rank(y[i]);
            }
        }

        return x.Length - y.Length;
    }

    /// <summary>
    /// Ranks surrogates above all other characters: they encode the highest code points, but some other UTF-16 values
    /// are greater.
    /// </summary>
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
