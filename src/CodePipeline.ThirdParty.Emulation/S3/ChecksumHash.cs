using System;
using System.Security.Cryptography;
using CodePipeline.ThirdParty.Checksums;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Computes a checksum incrementally.</summary>
internal sealed class ChecksumHash : IDisposable
{
    private readonly Crc? _code;
    private readonly IncrementalHash? _hash;
    private ulong _value;

    internal ChecksumHash(Crc? code, HashAlgorithmName hash)
    {
        _code = code;
        _hash = code is null ? IncrementalHash.CreateHash(hash) : null;
    }

    public void Dispose() => _hash?.Dispose();

    internal void Append(byte[] data, int offset, int count)
    {
        _hash?.AppendData(data, offset, count);
        _value = _code?.Append(_value, data, offset, count) ?? 0;
    }

    internal byte[] Finish() => _hash?.GetHashAndReset() ?? _code!.ToBytes(_value);
}
