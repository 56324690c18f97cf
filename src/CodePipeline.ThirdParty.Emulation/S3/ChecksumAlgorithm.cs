using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using CodePipeline.ThirdParty.Checksums;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>An S3 checksum algorithm.</summary>
internal sealed class ChecksumAlgorithm
{
    private readonly Crc? _code;
    private readonly HashAlgorithmName _hash;

    private ChecksumAlgorithm(string name, int length, Crc? code, HashAlgorithmName hash)
    {
        Name = name;
        Length = length;
        HeaderName = "x-amz-checksum-" + name.ToLowerInvariant();
        _code = code;
        _hash = hash;
    }

    internal static ChecksumAlgorithm Crc64Nvme { get; } = new("CRC64NVME", 8, Crc.Crc64Nvme, default);

    internal static IReadOnlyList<ChecksumAlgorithm> All { get; } = new[]
    {
        new ChecksumAlgorithm("CRC32", 4, Crc.Crc32, default),
        new ChecksumAlgorithm("CRC32C", 4, Crc.Crc32C, default),
        new ChecksumAlgorithm("SHA1", 20, null, HashAlgorithmName.SHA1),
        new ChecksumAlgorithm("SHA256", 32, null, HashAlgorithmName.SHA256),
        Crc64Nvme,
    };

    /// <summary>The name in requests and responses, for example <c>CRC32</c>.</summary>
    internal string Name { get; }

    /// <summary>The length of a value in bytes.</summary>
    internal int Length { get; }

    /// <summary>The header for a value, for example <c>x-amz-checksum-crc32</c>.</summary>
    internal string HeaderName { get; }

    /// <summary>The XML element for a value, for example <c>ChecksumCRC32</c>.</summary>
    internal string ElementName => "Checksum" + Name;

    /// <summary>Whether the checksum of an object can be computed from the checksums of its parts.</summary>
    internal bool CanBeCombined => _code is not null;

    /// <summary>Finds an algorithm by name, ignoring case.</summary>
    internal static ChecksumAlgorithm? Find(string? name) =>
        All.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    internal ChecksumHash Start() => new(_code, _hash);

    internal byte[] Combine(byte[] first, byte[] second, long secondLength) =>
        _code!.ToBytes(_code.Combine(Crc.FromBytes(first), Crc.FromBytes(second), secondLength));

    internal byte[] Of(byte[] data)
    {
        using ChecksumHash hash = Start();
        hash.Append(data, 0, data.Length);
        return hash.Finish();
    }
}
