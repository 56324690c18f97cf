using System;
using System.Buffers;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Signing;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Writes the body of an upload to a file and verifies its length, hashes and checksums.</summary>
internal sealed class BodyReceiver
{
    private const int BufferSize = 256 * 1024;
    private const long LongestBody = 5L << 30;

    private readonly S3Request _request;
    private readonly S3Caller _caller;
    private readonly long _length;
    private readonly ChecksumAlgorithm? _trailing;
    private readonly KeyValuePair<ChecksumAlgorithm, byte[]>? _declaredChecksum;
    private readonly byte[]? _md5;

    internal BodyReceiver(S3Request request, S3Caller caller)
    {
        _request = request;
        _caller = caller;
        _length = LengthOf(request, caller);
        _declaredChecksum = DeclaredChecksum(request.Http.Headers);
        _trailing = TrailingChecksum(request, caller);
        if (_declaredChecksum is not null && _trailing is not null)
        {
            throw ManyChecksums();
        }

        if (request.Header("Content-MD5") is string text)
        {
            _md5 = Base64(text, 16)
                ?? throw new S3Exception("InvalidDigest", "The Content-MD5 you specified was invalid.");
        }
    }

    /// <summary>The algorithm of the client's checksum; <see langword="null"/> for none.</summary>
    internal ChecksumAlgorithm? Algorithm => _declaredChecksum?.Key ?? _trailing;

    /// <summary>
    /// The algorithm of the checksum to store; <see langword="null"/> for the client's, or S3's default.
    /// </summary>
    internal ChecksumAlgorithm? StoredAlgorithm { get; init; }

    /// <summary>Whether the ETag is the MD5.</summary>
    internal bool NeedsMd5 { get; init; }

    /// <summary>Whether to corrupt the middle byte.</summary>
    internal bool Flip { get; init; }

    /// <summary>Whether to read only half of the body.</summary>
    internal bool CutOff { get; init; }

    /// <summary>Receives the body; returns <see langword="null"/> with <see cref="CutOff"/>.</summary>
    /// <exception cref="S3Exception">The body does not match its declared length, hash or checksum.</exception>
    internal async Task<ReceivedBody?> ReceiveAsync(ObjectStore store)
    {
        FileStream file = store.CreateFile();
        string path = file.Name;
        ReceivedBody? received = null;
        try
        {
            using (file)
            {
                received = await ReceiveAsync(file, path).ConfigureAwait(false);
            }

            return received;
        }
        finally
        {
            if (received is null)
            {
                TemporaryFolder.TryDelete(path);
            }
        }
    }

    private static long LengthOf(S3Request request, S3Caller caller)
    {
        long? length = request.Http.BodyStream!.DeclaredLength;
        if (caller.IsChunked)
        {
            length = long.TryParse(
                request.Header("x-amz-decoded-content-length"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long decoded) ? decoded : null;
        }
        else if (request.Header("Content-Length") is null)
        {
            length = null;
        }

        long known = length ?? throw S3Exception.MissingContentLength();
        return known <= LongestBody
            ? known
            : throw new S3Exception(
                "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
                .With("ProposedSize", known.ToString(CultureInfo.InvariantCulture))
                .With("MaxSizeAllowed", LongestBody.ToString(CultureInfo.InvariantCulture));
    }

    private static S3Exception ManyChecksums() => S3Exception.InvalidRequest(
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");

    private static byte[]? Base64(string text, int length)
    {
        try
        {
            byte[] bytes = Convert.FromBase64String(text);
            return bytes.Length == length ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static KeyValuePair<ChecksumAlgorithm, byte[]>? DeclaredChecksum(NameValueCollection headers)
    {
        KeyValuePair<ChecksumAlgorithm, byte[]>? declared = null;
        foreach (ChecksumAlgorithm algorithm in ChecksumAlgorithm.All)
        {
            if (headers[algorithm.HeaderName] is string text)
            {
                byte[] bytes = Base64(text, algorithm.Length) ?? throw S3Exception.InvalidRequest(
                    $"Value for {algorithm.HeaderName} header is invalid.");
                declared = declared is null
                    ? new KeyValuePair<ChecksumAlgorithm, byte[]>(algorithm, bytes)
                    : throw ManyChecksums();
            }
        }

        return declared;
    }

    private static ChecksumAlgorithm? TrailingChecksum(S3Request request, S3Caller caller)
    {
        if (request.Header("x-amz-trailer") is not string names)
        {
            return null;
        }

        ChecksumAlgorithm[] named = names.Split(',').Select(name => name.Trim())
            .Select(name => ChecksumAlgorithm.All.FirstOrDefault(
                each => each.HeaderName.Equals(name, StringComparison.OrdinalIgnoreCase)))
            .OfType<ChecksumAlgorithm>().ToArray();
        if (named.Length != 1 || caller.Payload is not (S3Caller.UnsignedTrailer or S3Caller.SignedChunksTrailer))
        {
            throw S3Exception.InvalidRequest("The value specified in the x-amz-trailer header is not supported");
        }

        return named[0];
    }

    private async Task<ReceivedBody?> ReceiveAsync(FileStream file, string path)
    {
        ChecksumAlgorithm stored = StoredAlgorithm ?? Algorithm ?? ChecksumAlgorithm.Crc64Nvme;
        ChecksumAlgorithm received = Algorithm ?? stored;
        using AwsChunkedStream? chunks = _caller.IsChunked
            ? new AwsChunkedStream(
                _request.Http.BodyStream!,
                _caller.HasSignedChunks ? _caller.Signer : null,
                _caller.Payload != S3Caller.SignedChunks)
            : null;
        using ChecksumHash checksum = received.Start();
        using ChecksumHash? storedChecksum = stored == received ? null : stored.Start();
        using IncrementalHash? md5 = NeedsMd5 || _md5 is not null ? CreateMd5() : null;
        using IncrementalHash? sha256 = IsHash(_caller.Payload)
            ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256)
            : null;
        long length = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            Stream body = (Stream?)chunks ?? _request.Http.BodyStream!;
            long end = CutOff ? _length / 2 : long.MaxValue;
            while (length < end)
            {
                int count = await FillAsync(body, buffer, (int)Math.Min(buffer.Length, end - length))
                    .ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                if (Flip && _length / 2 >= length && _length / 2 < length + count)
                {
                    buffer[(int)((_length / 2) - length)] ^= 1;
                }

                checksum.Append(buffer, 0, count);
                storedChecksum?.Append(buffer, 0, count);
                md5?.AppendData(buffer, 0, count);
                sha256?.AppendData(buffer, 0, count);
                file.Write(buffer, 0, count);
                length += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (CutOff)
        {
            return null;
        }

        byte[]? md5Bytes = md5?.GetHashAndReset();
        Checksum value = Checksum.Compute(received, checksum.Finish());
        Check(length, sha256?.GetHashAndReset(), md5Bytes, value, chunks?.Trailers);
        return new ReceivedBody(
            new StoredFile(path, length),
            NeedsMd5 ? md5Bytes : null,
            storedChecksum is null ? value : Checksum.Compute(stored, storedChecksum.Finish()))
        {
            ResponseChecksum = value,
        };
    }

    /// <summary>
    /// Reads until the buffer is full or the body ends. Hashing and writing are faster with large blocks.
    /// </summary>
    private static async ValueTask<int> FillAsync(Stream body, byte[] buffer, int wanted)
    {
        int count = 0;
        while (count < wanted)
        {
            int read = await body.ReadAsync(buffer, count, wanted - count, CancellationToken.None)
                .ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            count += read;
        }

        return count;
    }

    private static bool IsHash(string payload) => payload.Length == 64;

#pragma warning disable CA5351 // S3 uses MD5 for ETags; no secret depends on it.
    internal static IncrementalHash CreateMd5() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351

    private void Check(long length, byte[]? sha256, byte[]? md5, Checksum checksum, NameValueCollection? trailers)
    {
        if (length != _length)
        {
            throw S3Exception.IncompleteBody();
        }

        if (sha256 is not null && !_caller.Payload.Equals(Hashing.Hex(sha256), StringComparison.OrdinalIgnoreCase))
        {
            throw new S3Exception(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.")
                .With("ClientComputedContentSHA256", _caller.Payload)
                .With("S3ComputedContentSHA256", Hashing.Hex(sha256));
        }

        if (_md5 is not null && !_md5.SequenceEqual(md5!))
        {
            throw S3Exception.BadDigest("Content-MD5");
        }

        byte[]? declared = _declaredChecksum?.Value;
        if (_trailing is not null)
        {
            declared = Base64(trailers![_trailing.HeaderName] ?? string.Empty, _trailing.Length)
                ?? throw S3Exception.MalformedTrailer();
        }

        if (declared is not null && !declared.SequenceEqual(checksum.Bytes))
        {
            throw S3Exception.BadDigest(checksum.Algorithm.Name);
        }
    }
}
