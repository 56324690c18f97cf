using System;
using System.Security.Cryptography;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>A checksum in the making.</summary>
internal sealed class ChecksumHash : IDisposable
{
    private readonly CyclicCode? _code;
    private readonly IncrementalHash? _hash;
    private ulong _state;

    internal ChecksumHash(CyclicCode? code, HashAlgorithmName hash)
    {
        _code = code;
        _state = code?.Start ?? 0;
        _hash = code is null ? IncrementalHash.CreateHash(hash) : null;
    }

    public void Dispose() => _hash?.Dispose();

    internal void Append(byte[] data, int offset, int count)
    {
        _hash?.AppendData(data, offset, count);
        _state = _code?.Append(_state, data, offset, count) ?? 0;
    }

    internal byte[] Finish() => _hash?.GetHashAndReset() ?? _code!.Finish(_state);
}
