using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Signing;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Decodes an <c>aws-chunked</c> body: removes the chunk headers and verifies the chunk signatures.</summary>
internal sealed class AwsChunkedStream : ReadOnlyStream
{
    // S3 allows only the last chunk to be smaller.
    private const int SmallestChunk = 8 * 1024;

    private readonly HttpReader _reader;
    private readonly ChunkSigner? _signer;
    private readonly bool _hasTrailer;
    private readonly IncrementalHash? _hash;
    private string? _signature;
    private long _left;
    private long _size = long.MaxValue;
    private bool _ended;

    /// <summary>Creates a stream; <paramref name="signer"/> is <see langword="null"/> for unsigned chunks.</summary>
    internal AwsChunkedStream(Stream body, ChunkSigner? signer, bool hasTrailer)
    {
        _reader = new HttpReader(body);
        _signer = signer;
        _hasTrailer = hasTrailer;
        _hash = signer is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    /// <summary>The trailing headers; empty until the stream has been read to its end.</summary>
    internal NameValueCollection Trailers { get; private set; } = new(StringComparer.OrdinalIgnoreCase);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        if (_left == 0 && !_ended)
        {
            await NextChunkAsync().ConfigureAwait(false);
        }

        if (_ended)
        {
            return 0;
        }

        int read = await _reader.ReadSomeAsync(buffer, offset, (int)Math.Min(count, _left)).ConfigureAwait(false);
        if (read == 0)
        {
            throw S3Exception.IncompleteBody();
        }

        _hash?.AppendData(buffer, offset, read);
        _left -= read;
        if (_left == 0)
        {
            CheckSignature();
            string? rest = await _reader.ReadLineAsync().ConfigureAwait(false);
            if (rest?.Length > 0)
            {
                throw S3Exception.IncompleteBody();
            }
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        _hash?.Dispose();
        base.Dispose(disposing);
    }

    private async Task NextChunkAsync()
    {
        string line = await _reader.ReadLineAsync().ConfigureAwait(false) ?? throw S3Exception.IncompleteBody();
        string[] parts = line.Split(';');
        if (!long.TryParse(
            parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long size) || size < 0)
        {
            throw S3Exception.IncompleteBody();
        }

        if (size > 0 && _size < SmallestChunk)
        {
            throw new S3Exception(
                "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes", 403);
        }

        const string SignatureName = "chunk-signature=";
        _signature = parts.Length == 2 && parts[1].StartsWith(SignatureName, StringComparison.Ordinal)
            ? parts[1].Substring(SignatureName.Length)
            : null;
        _size = size;
        _left = size;
        if (size == 0)
        {
            CheckSignature();
            _ended = true;
            Trailers = await ReadTrailersAsync().ConfigureAwait(false);
            CheckTrailer();
        }
    }

    private async Task<NameValueCollection> ReadTrailersAsync()
    {
        try
        {
            return await _reader.ReadHeadersAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is EndOfStreamException or HttpFormatException)
        {
            throw S3Exception.MalformedTrailer();
        }
    }

    private void CheckSignature()
    {
        if (_signer is not null
            && !ConstantTimeComparison.AreEqual(_signer.Chunk(_hash!.GetHashAndReset()), _signature ?? string.Empty))
        {
            throw S3Exception.SignatureDoesNotMatch();
        }
    }

    private void CheckTrailer()
    {
        if (_signer is null || !_hasTrailer)
        {
            return;
        }

        const string SignatureName = "x-amz-trailer-signature";
        List<string> names = new();
        foreach (string? name in Trailers.AllKeys)
        {
            if (!SignatureName.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                names.Add(name!.ToLowerInvariant());
            }
        }

        names.Sort(StringComparer.Ordinal);
        StringBuilder text = new();
        foreach (string name in names)
        {
            text.Append(name).Append(':').Append(Trailers[name]).Append('\n');
        }

        byte[] hash = Hashing.Sha256(HttpReader.Latin1.GetBytes(text.ToString()));
        if (!ConstantTimeComparison.AreEqual(_signer.Trailer(hash), Trailers[SignatureName] ?? string.Empty))
        {
            throw S3Exception.SignatureDoesNotMatch();
        }
    }
}
