using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Amazon.S3;
using Amazon.S3.Model;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Checksums;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// Downloads an object into a file. The response to the first range contains the size; the other ranges are downloaded
/// in parallel. Fails if the object is replaced during the download.
/// </summary>
internal sealed class ArtifactDownload
{
    private const int MaxParallel = 6;
    private const long FirstPartSize = 8L << 20;
    private const long MaximumPartSize = 64L << 20;

    // When the archive is expanded during the download, its last part comes first, because it contains the directory
    // of a zip. The other parts follow in order.
    private const long LastPartSize = 2L << 20;
    private const int ExpandedParts = 256;

    private const int BufferSize = 128 * 1024;

    private readonly S3ArtifactStore _store;
    private readonly ArtifactObject _artifact;
    private readonly PartFile _file;
    private readonly ProgressAggregator _meter;
    private readonly DownloadedRanges? _ranges;
    private readonly TaskCompletionSource<ObjectProperties> _properties =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ArtifactDownload(
        S3ArtifactStore store,
        ArtifactObject artifact,
        PartFile file,
        ProgressAggregator meter,
        DownloadedRanges? ranges)
    {
        _store = store;
        _artifact = artifact;
        _file = file;
        _meter = meter;
        _ranges = ranges;
    }

    /// <summary>Downloads a whole object and verifies its checksum, if it has one.</summary>
    /// <param name="store">The store of the object.</param>
    /// <param name="artifact">The object.</param>
    /// <param name="file">The file to write.</param>
    /// <param name="meter">Receives progress.</param>
    /// <param name="ranges">
    /// Notified of downloaded ranges, for readers of the unfinished file; may be <see langword="null"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <returns>The length of the object in bytes.</returns>
    public static async Task<long> ToFileAsync(
        S3ArtifactStore store,
        ArtifactObject artifact,
        PartFile file,
        ProgressAggregator meter,
        DownloadedRanges? ranges,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var download = new ArtifactDownload(store, artifact, file, meter, ranges);
        var tasks = new List<Task>();
        try
        {
            return await download.RunAsync(tasks, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            ranges?.Abort();

            // All writers must have stopped before the caller deletes the file.
            stop.Cancel();
            await Task.WhenAll(tasks.Select(task => task.ContinueWith(
                _ => _.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default)))
                .ConfigureAwait(false);
        }
    }

    private async Task<long> RunAsync(List<Task> tasks, CancellationToken cancellationToken)
    {
        Task<Checksum?> checksum = FindChecksumAsync(cancellationToken);
        tasks.Add(checksum);
        var first = new Part(0, FirstPartSize);
        Task reading = ReadAsync(first, checksum, cancellationToken);
        tasks.Add(reading);
        await Task.WhenAny(_properties.Task, reading).Unwrap().ConfigureAwait(false);
        ObjectProperties properties = await _properties.Task.ConfigureAwait(false);

        // A store that does not support ranges sends the whole object in the first response.
        List<Part> parts = properties.IsRange ? Plan(properties.Length) : new List<Part>();
        var queue = new Queue<Part>(_ranges is null || parts.Count == 0 ? parts : parts.Skip(parts.Count - 1)
            .Concat(parts.Take(parts.Count - 1)));
        parts.Insert(0, first);
        _ranges?.Begin((from, to) => HasRange(parts, from, to));
        var workers = new List<Task> { ReadRemainingAsync(reading) };
        for (int i = 1; i < Math.Min(MaxParallel, parts.Count); i++)
        {
            workers.Add(ReadPartsAsync());
        }

        tasks.AddRange(workers);
        while (workers.Count > 0)
        {
            // The first failure cancels the other workers.
            Task done = await Task.WhenAny(workers).ConfigureAwait(false);
            workers.Remove(done);
            await done.ConfigureAwait(false);
        }

        _file.Close();
        Check(await checksum.ConfigureAwait(false), properties, parts, cancellationToken);
        return properties.Length;

        async Task ReadRemainingAsync(Task before)
        {
            await before.ConfigureAwait(false);
            await ReadPartsAsync().ConfigureAwait(false);
        }

        async Task ReadPartsAsync()
        {
            while (true)
            {
                Part part;
                lock (queue)
                {
                    if (queue.Count == 0)
                    {
                        return;
                    }

                    part = queue.Dequeue();
                }

                await ReadAsync(part, checksum, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Splits the object after its first part into parts of at most 64 MiB.</summary>
    private List<Part> Plan(long length)
    {
        var parts = new List<Part>();
        long rest = length - FirstPartSize;
        long size = Math.Min(
            MaximumPartSize, Math.Max(FirstPartSize, rest / (_ranges is null ? MaxParallel * 3 : ExpandedParts)));
        long end = _ranges is null ? length : length - Math.Min(LastPartSize, Math.Max(0, rest));
        for (long at = FirstPartSize; at < end; at += size)
        {
            parts.Add(new Part(at, Math.Min(end, at + size)));
        }

        if (end < length)
        {
            parts.Add(new Part(end, length));
        }

        return parts;
    }

    private static bool HasRange(List<Part> parts, long from, long to)
    {
        int low = 0;
        for (int high = parts.Count; high - low > 1;)
        {
            int middle = (low + high) / 2;
            (low, high) = parts[middle].Start <= from ? (middle, high) : (low, middle);
        }

        for (; low < parts.Count && parts[low].Start < to; low++)
        {
            if (parts[low].At < Math.Min(to, parts[low].End))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Requests the object's checksum, which range responses do not contain.</summary>
    private async Task<Checksum?> FindChecksumAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _store.SendAsync(
                "HeadObject",
                _artifact,
                async (client, attempt) =>
                {
                    GetObjectMetadataResponse head = await client.S3.GetObjectMetadataAsync(
                        new GetObjectMetadataRequest
                        {
                            BucketName = _artifact.BucketName,
                            Key = _artifact.RequestKey,
                            ChecksumMode = client.ChecksumMode,
                        },
                        attempt.Token).ConfigureAwait(false);
                    return Checksum.FromHead(head);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Not fatal. If the ranges fail too, their error is more precise.
            _store.Job.Log?.Invoke($"The checksum of {_artifact.About} could not be read: {error.Message}");
            return null;
        }
    }

    /// <summary>Whether a captive portal or proxy answers with its page; an object that is one has an ETag or an id.</summary>
    private static bool IsPage(GetObjectResponse response) =>
        string.IsNullOrEmpty(response.ETag)
        && string.IsNullOrEmpty(response.ResponseMetadata?.RequestId)
        && (response.Headers.ContentType ?? string.Empty).StartsWith("text/html", StringComparison.OrdinalIgnoreCase);

    private Task<bool> ReadAsync(
        Part part, Task<Checksum?> checksum, CancellationToken cancellationToken) => _store.SendAsync(
        "GetObject",
        _artifact,
        async (client, attempt) =>
        {
            ObjectProperties? properties =
                _properties.Task.Status == TaskStatus.RanToCompletion ? _properties.Task.Result : null;
            if (properties is not null && part.At >= Math.Min(part.End, properties.Length))
            {
                return true;
            }

            using GetObjectResponse response =
                await OpenAsync(client, part, properties, attempt.Token).ConfigureAwait(false);
            attempt.RecordProgress();
            if (IsPage(response))
            {
                throw ArtifactErrors.Unexpected(
                    "GetObject", _artifact.About, "the answer is a web page (text/html), and has nothing of S3");
            }

            ObjectProperties seen = ObjectProperties.FromResponse(response, part.At)
                ?? throw ArtifactErrors.Unexpected(
                    "GetObject", _artifact.About, $"the response has the range '{response.ContentRange}'");
            bool isLengthTold = seen.Length >= 0;
            if (!isLengthTold)
            {
                // A proxy may send the whole object in chunks, without a length.
                long length = (await checksum.ConfigureAwait(false))?.Length ?? -1;
                seen = length >= 0 ? seen with { Length = length } : throw ArtifactErrors.Unexpected(
                    "GetObject", _artifact.About, "no response contains its length");
            }

            if (!seen.IsRange && part.Start > 0)
            {
                throw ArtifactErrors.Unexpected(
                    "GetObject", _artifact.About, "the response is not the requested range");
            }

            if (properties is null)
            {
                part.End = EndOf(part, seen);
                properties = Begin(seen);
            }
            else if (seen.ETag != properties.ETag || seen.Length != properties.Length)
            {
                // Possible only with a store that ignores If-Match.
                throw ArtifactErrors.Replaced(_artifact.About);
            }

            if (seen.Start < part.At)
            {
                // The store ignored the range and sends the whole object.
                _meter.Add(part.Start - part.At);
                part.Restart();
            }

            part.End = EndOf(part, seen);
            part.Crc ??= (await checksum.ConfigureAwait(false))?.Crc is Crc code ? new ObjectCrc(code) : null;
            await CopyAsync(response, part, attempt).ConfigureAwait(false);
            if (!isLengthTold && await HasMoreAsync(response, attempt).ConfigureAwait(false))
            {
                throw ArtifactErrors.Unexpected(
                    "GetObject",
                    _artifact.About,
                    $"the object is longer than the {seen.Length:N0} bytes that HeadObject reported");
            }

            return true;
        },
        cancellationToken);

    private static long EndOf(Part part, ObjectProperties seen) =>
        seen.IsRange ? Math.Min(part.End, seen.Length) : seen.Length;

    private ObjectProperties Begin(ObjectProperties properties)
    {
        _file.SetLength(properties.Length);
        _meter.Total = properties.Length;
        _meter.Add(0);
        _properties.TrySetResult(properties);
        return properties;
    }

    private async Task<GetObjectResponse> OpenAsync(
        S3ClientFactory client, Part part, ObjectProperties? properties, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = _artifact.BucketName,
            Key = _artifact.RequestKey,
            ByteRange = new ByteRange(part.At, part.End - 1),
            EtagToMatch = properties?.ETag,
        };
        try
        {
            return await client.S3.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception error)
            when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && properties is null)
        {
            // An empty object has no valid range.
            request.ByteRange = null;
            return await client.S3.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(GetObjectResponse response, Part part, TransferAttempt attempt)
    {
        Stream body = response.ResponseStream;
#if !NET
        // Streams of .NET Framework ignore cancellation while a read is pending.
        using CancellationTokenRegistration stopped = attempt.Token.Register(response.Dispose);
#endif
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (part.At < part.End)
            {
                int wanted = (int)Math.Min(buffer.Length, part.End - part.At);
#if NET
                int count = await body.ReadAsync(buffer.AsMemory(0, wanted), attempt.Token).ConfigureAwait(false);
#else
                int count = await body.ReadAsync(buffer, 0, wanted, attempt.Token).ConfigureAwait(false);
#endif
                if (count == 0)
                {
                    throw new EndOfStreamException("The response ended early.");
                }

                _file.Write(buffer, count, part.At);
                part.Append(buffer, count);
                _ranges?.NotifyReaders();
                attempt.Received(count);
                _meter.Add(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<bool> HasMoreAsync(GetObjectResponse response, TransferAttempt attempt)
    {
#if !NET
        using CancellationTokenRegistration stopped = attempt.Token.Register(response.Dispose);
#endif
        byte[] next = new byte[1];
#if NET
        return await response.ResponseStream.ReadAsync(next.AsMemory(), attempt.Token).ConfigureAwait(false) > 0;
#else
        return await response.ResponseStream.ReadAsync(next, 0, 1, attempt.Token).ConfigureAwait(false) > 0;
#endif
    }

    private void Check(
        Checksum? checksum, ObjectProperties properties, List<Part> parts, CancellationToken cancellationToken)
    {
        if (checksum is null)
        {
            return;
        }

        if (checksum.ETag is not null && properties.ETag is not null && checksum.ETag != properties.ETag)
        {
            throw ArtifactErrors.Replaced(_artifact.About);
        }

        string? seen = checksum.Crc is not null ? Sum(checksum.Crc, parts)
            : checksum.Hash is not null ? Hash(checksum.Hash.Value, cancellationToken)
            : null;
        if (seen is null)
        {
            _store.Job.Log?.Invoke($"S3 has no full-object checksum of {_artifact.About}; its length matches.");
        }
        else if (seen != checksum.Value)
        {
            throw ArtifactErrors.Damaged(
                _artifact.About, $"its {checksum.Name} is {seen} instead of {checksum.Value}");
        }
        else
        {
            _store.Job.Log?.Invoke($"The {checksum.Name} of {_artifact.About} matches.");
        }
    }

    private static string Sum(Crc code, List<Part> parts) => parts
        .Select(part => part.Crc ?? new ObjectCrc(code))
        .Aggregate((before, next) => before.Then(next)).Text;

    /// <summary>Reads the file again to hash it, because hashes of parts cannot be combined.</summary>
    private string Hash(HashAlgorithmName name, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(name);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using FileStream file = new(
                _file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            for (int count; (count = file.Read(buffer, 0, buffer.Length)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
            }

            return Convert.ToBase64String(hash.GetHashAndReset());
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArtifactErrors.OfPath("Reading", _file.Path, error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The properties of the object, from a GetObject response.</summary>
    /// <param name="Start">The offset of the first byte of the body.</param>
    /// <param name="Length">The length of the object in bytes; negative if unknown.</param>
    /// <param name="ETag">The entity tag.</param>
    /// <param name="IsRange">Whether the body is the requested range rather than the whole object.</param>
    private sealed record ObjectProperties(long Start, long Length, string? ETag, bool IsRange)
    {
        public static ObjectProperties? FromResponse(GetObjectResponse response, long at)
        {
            if (string.IsNullOrEmpty(response.ContentRange))
            {
                // response.ContentLength is 0 for both an empty body and an unknown length; the header is not.
                return new ObjectProperties(0, response.Headers.ContentLength, response.ETag, IsRange: false);
            }

            // bytes 0-8388607/10485760
            string[] words = response.ContentRange.Split(' ', '-', '/');
            return words.Length == 4
                && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long start)
                && long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                && start == at
                    ? new ObjectProperties(start, length, response.ETag, IsRange: true)
                    : null;
        }
    }

    /// <summary>A part of the object and its download progress.</summary>
    private sealed class Part(long start, long end)
    {
        private ObjectCrc _crc;
        private bool _hasCrc;
        private long _at = start;

        public long Start { get; } = start;

        public long End { get; set; } = end;

        // Other threads read it while they wait for the part.
        public long At
        {
            get => Volatile.Read(ref _at);
            private set => Volatile.Write(ref _at, value);
        }

        public ObjectCrc? Crc
        {
            get => _hasCrc ? _crc : null;
            set
            {
                _hasCrc = value is not null;
                _crc = value ?? default;
            }
        }

        public void Append(byte[] buffer, int count)
        {
            if (_hasCrc)
            {
                _crc.Append(buffer, count);
            }

            At += count;
        }

        public void Restart()
        {
            At = Start;
            Crc = null;
        }
    }

    /// <summary>
    /// The full-object checksum in S3. A COMPOSITE checksum is ignored, because it covers the parts' checksums.
    /// </summary>
    private sealed record Checksum(string? Name, string? Value, Crc? Crc, HashAlgorithmName? Hash, string? ETag)
    {
        /// <summary>The length of the object in bytes; negative if unknown.</summary>
        public long Length { get; init; }

        public static Checksum FromHead(GetObjectMetadataResponse head) =>
            FindStrongest(head) with { Length = head.Headers.ContentLength };

        private static Checksum FindStrongest(GetObjectMetadataResponse head)
        {
            bool whole = head.ChecksumType != ChecksumType.COMPOSITE;
            return !whole ? new Checksum(null, null, null, null, head.ETag)
                : IsFullObject(head.ChecksumCRC64NVME)
                    ? new("CRC64NVME", head.ChecksumCRC64NVME, Crc.Crc64Nvme, null, head.ETag)
                : IsFullObject(head.ChecksumCRC32C) ? new("CRC32C", head.ChecksumCRC32C, Crc.Crc32C, null, head.ETag)
                : IsFullObject(head.ChecksumCRC32) ? new("CRC32", head.ChecksumCRC32, Crc.Crc32, null, head.ETag)
                : IsFullObject(head.ChecksumSHA256)
                    ? new("SHA256", head.ChecksumSHA256, null, HashAlgorithmName.SHA256, head.ETag)
                : IsFullObject(head.ChecksumSHA1)
                    ? new("SHA1", head.ChecksumSHA1, null, HashAlgorithmName.SHA1, head.ETag)
                : new Checksum(null, null, null, null, head.ETag);
        }

        // A suffix such as "-5" marks a checksum of five parts.
        private static bool IsFullObject(string? value) => !string.IsNullOrEmpty(value) && value!.IndexOf('-') < 0;
    }
}
