using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>The order of keys in lists: that of their UTF-8 bytes.</summary>
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

    /// <summary>Surrogates stand for characters above all others, though their numbers are not the highest.</summary>
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
