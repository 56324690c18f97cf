using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>The checksum of an object or a part.</summary>
internal sealed class Checksum
{
    internal const string FullObject = "FULL_OBJECT";
    internal const string Composite = "COMPOSITE";

    private Checksum(ChecksumAlgorithm algorithm, byte[] bytes, string text, string type)
    {
        Algorithm = algorithm;
        Bytes = bytes;
        Text = text;
        Type = type;
    }

    internal ChecksumAlgorithm Algorithm { get; }

    internal byte[] Bytes { get; }

    /// <summary>The value as in headers: base 64; a composite checksum ends with the number of parts.</summary>
    internal string Text { get; }

    internal string Type { get; }

    internal static Checksum Compute(ChecksumAlgorithm algorithm, byte[] bytes) =>
        new(algorithm, bytes, Convert.ToBase64String(bytes), FullObject);

    /// <summary>Computes the checksum of an object from the checksums of its parts.</summary>
    internal static Checksum OfParts(
        ChecksumAlgorithm algorithm, string type, IReadOnlyList<KeyValuePair<byte[], long>> parts)
    {
        if (type == FullObject)
        {
            byte[] whole = parts[0].Key;
            foreach (KeyValuePair<byte[], long> part in parts.Skip(1))
            {
                whole = algorithm.Combine(whole, part.Key, part.Value);
            }

            return Compute(algorithm, whole);
        }

        byte[] bytes = algorithm.Of(parts.SelectMany(part => part.Key).ToArray());
        string count = parts.Count.ToString(CultureInfo.InvariantCulture);
        return new Checksum(algorithm, bytes, Convert.ToBase64String(bytes) + "-" + count, Composite);
    }

    /// <summary>Whether a client's value matches; the client may omit the number of parts.</summary>
    internal bool Is(string text) => text == Text || text == Convert.ToBase64String(Bytes);
}
