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
using CodePipeline.ThirdParty.Checksums;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// Reads an object into a file: the first range tells its size, the others come side by side, and all of them are of
/// one version of the object, or it is an error.
/// </summary>
internal sealed class ArtifactDownload
{
    private const int Parallel = 6;
    private const long FirstPart = 8L << 20;
    private const long LargestPart = 64L << 20;

    // Where an archive is expanded while it comes: its end comes first, with the directory of a zip, and the rest in
    // order.
    private const long EndPart = 2L << 20;
    private const int ExpandedParts = 256;

    private const int BufferSize = 128 * 1024;

    private readonly S3ArtifactStore _store;
    private readonly ArtifactObject _artifact;
    private readonly PartFile _file;
    private readonly ProgressAggregator _meter;
    private readonly DownloadedRanges? _arrivals;
    private readonly TaskCompletionSource<ObjectProperties> _facts = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ArtifactDownload(
        S3ArtifactStore store, ArtifactObject artifact, PartFile file, ProgressAggregator meter, DownloadedRanges? arrivals)
    {
        _store = store;
        _artifact = artifact;
        _file = file;
        _meter = meter;
        _arrivals = arrivals;
    }

    /// <summary>Reads the object; the file holds it whole when this returns.</summary>
    /// <param name="store">Where it comes from.</param>
    /// <param name="artifact">The object.</param>
    /// <param name="file">Where it goes.</param>
    /// <param name="meter">Told of what came.</param>
    /// <param name="arrivals">
    /// Told of it too, for those who read the file meanwhile; <see langword="null"/> for nobody.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many bytes it has.</returns>
    public static async Task<long> ToFileAsync(
        S3ArtifactStore store,
        ArtifactObject artifact,
        PartFile file,
        ProgressAggregator meter,
        DownloadedRanges? arrivals,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var download = new ArtifactDownload(store, artifact, file, meter, arrivals);
        var tasks = new List<Task>();
        try
        {
            return await download.RunAsync(tasks, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            arrivals?.Abort();

            // Nobody may write into the file any more when it is given up.
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
        var first = new Part(0, FirstPart);
        Task reading = ReadAsync(first, checksum, cancellationToken);
        tasks.Add(reading);
        await Task.WhenAny(_facts.Task, reading).Unwrap().ConfigureAwait(false);
        ObjectProperties facts = await _facts.Task.ConfigureAwait(false);

        // A store that knows no ranges gives all of it at once.
        List<Part> parts = facts.IsRange ? Plan(facts.Length) : new List<Part>();
        var queue = new Queue<Part>(_arrivals is null || parts.Count == 0 ? parts : parts.Skip(parts.Count - 1)
            .Concat(parts.Take(parts.Count - 1)));
        parts.Insert(0, first);
        _arrivals?.Begin((from, to) => RecordReceived(parts, from, to));
        var workers = new List<Task> { ReadRemainingAsync(reading) };
        for (int i = 1; i < Math.Min(Parallel, parts.Count); i++)
        {
            workers.Add(ReadPartsAsync());
        }

        tasks.AddRange(workers);
        while (workers.Count > 0)
        {
            // The first failure ends the others.
            Task done = await Task.WhenAny(workers).ConfigureAwait(false);
            workers.Remove(done);
            await done.ConfigureAwait(false);
        }

        _file.Close();
        Check(await checksum.ConfigureAwait(false), facts, parts, cancellationToken);
        return facts.Length;

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

    /// <summary>
    /// What comes after the first part: parts large enough to be few, and small enough to be shared out.
    /// </summary>
    private List<Part> Plan(long length)
    {
        var parts = new List<Part>();
        long rest = length - FirstPart;
        long size = Math.Min(
            LargestPart, Math.Max(FirstPart, rest / (_arrivals is null ? Parallel * 3 : ExpandedParts)));
        long end = _arrivals is null ? length : length - Math.Min(EndPart, Math.Max(0, rest));
        for (long at = FirstPart; at < end; at += size)
        {
            parts.Add(new Part(at, Math.Min(end, at + size)));
        }

        if (end < length)
        {
            parts.Add(new Part(end, length));
        }

        return parts;
    }

    private static bool RecordReceived(List<Part> parts, long from, long to)
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

    /// <summary>Asks for the object's checksum beside the first range, which does not bring it.</summary>
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
            // The ranges themselves tell better what is wrong; where they come, only the checksum is missing.
            _store.Job.Log?.Invoke($"No checksum of {_artifact.About} could be got: {error.Message}");
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
            ObjectProperties? facts = _facts.Task.Status == TaskStatus.RanToCompletion ? _facts.Task.Result : null;
            if (facts is not null && part.At >= Math.Min(part.End, facts.Length))
            {
                return true;
            }
            using GetObjectResponse response =
                await OpenAsync(client, part, facts, attempt.Token).ConfigureAwait(false);
            attempt.RecordProgress();
            if (IsPage(response))
            {
                throw ArtifactErrors.Unexpected(
                    "GetObject", _artifact.About, "the answer is a web page (text/html), and has nothing of S3");
            }

            ObjectProperties seen = ObjectProperties.FromResponse(response, part.At)
                ?? throw ArtifactErrors.Unexpected(
                    "GetObject", _artifact.About, $"its range is '{response.ContentRange}'");
            bool isLengthTold = seen.Length >= 0;
            if (!isLengthTold)
            {
                // A proxy that sends all of it, piece by piece.
                long length = (await checksum.ConfigureAwait(false))?.Length ?? -1;
                seen = length >= 0 ? seen with { Length = length } : throw ArtifactErrors.Unexpected(
                    "GetObject", _artifact.About, "no answer tells how long it is");
            }

            if (!seen.IsRange && part.Start > 0)
            {
                throw ArtifactErrors.Unexpected("GetObject", _artifact.About, "it is not the range that was asked for");
            }

            if (facts is null)
            {
                part.End = EndOf(part, seen);
                facts = Begin(seen);
            }
            else if (seen.ETag != facts.ETag || seen.Length != facts.Length)
            {
                // Only from a store that does not know If-Match.
                throw ArtifactErrors.Replaced(_artifact.About);
            }

            if (seen.Start < part.At)
            {
                // The store gives the whole object whatever the range.
                _meter.Add(part.Start - part.At);
                part.Restart();
            }

            part.End = EndOf(part, seen);
            part.Crc ??= (await checksum.ConfigureAwait(false))?.Crc is Crc code ? new ObjectCrc(code) : null;
            await CopyAsync(response, part, attempt).ConfigureAwait(false);
            if (!isLengthTold && await ShouldContinueAsync(response, attempt).ConfigureAwait(false))
            {
                throw ArtifactErrors.Unexpected(
                    "GetObject", _artifact.About, $"it is longer than the {seen.Length:N0} bytes that HeadObject tells");
            }

            return true;
        },
        cancellationToken);

    private static long EndOf(Part part, ObjectProperties seen) => seen.IsRange ? Math.Min(part.End, seen.Length) : seen.Length;

    private ObjectProperties Begin(ObjectProperties facts)
    {
        _file.SetLength(facts.Length);
        _meter.Total = facts.Length;
        _meter.Add(0);
        _facts.TrySetResult(facts);
        return facts;
    }

    private async Task<GetObjectResponse> OpenAsync(
        S3ClientFactory client, Part part, ObjectProperties? facts, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = _artifact.BucketName,
            Key = _artifact.RequestKey,
            ByteRange = new ByteRange(part.At, part.End - 1),
            EtagToMatch = facts?.ETag,
        };
        try
        {
            return await client.S3.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception error)
            when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && facts is null)
        {
            // Of no byte there is no range.
            request.ByteRange = null;
            return await client.S3.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(GetObjectResponse response, Part part, TransferAttempt attempt)
    {
        Stream body = response.ResponseStream;
#if !NET
        // Its streams do not hear of cancellation while they wait.
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
                    throw new EndOfStreamException("The answer ended before its end.");
                }

                _file.Write(buffer, count, part.At);
                part.Append(buffer, count);
                _arrivals?.NotifyReaders();
                attempt.Received(count);
                _meter.Add(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<bool> ShouldContinueAsync(GetObjectResponse response, TransferAttempt attempt)
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

    private void Check(Checksum? checksum, ObjectProperties facts, List<Part> parts, CancellationToken cancellationToken)
    {
        if (checksum is null)
        {
            return;
        }

        if (checksum.ETag is not null && facts.ETag is not null && checksum.ETag != facts.ETag)
        {
            throw ArtifactErrors.Replaced(_artifact.About);
        }

        string? seen = checksum.Crc is not null ? Sum(checksum.Crc, parts)
            : checksum.Hash is not null ? Hash(checksum.Hash.Value, cancellationToken)
            : null;
        if (seen is null)
        {
            _store.Job.Log?.Invoke($"S3 keeps no checksum of the whole of {_artifact.About}; its length is right.");
        }
        else if (seen != checksum.Value)
        {
            throw ArtifactErrors.Damaged(
                _artifact.About, $"its {checksum.Name} is {seen}, and should be {checksum.Value}");
        }
        else
        {
            _store.Job.Log?.Invoke($"The {checksum.Name} of {_artifact.About} is right.");
        }
    }

    private static string Sum(Crc code, List<Part> parts) => parts
        .Select(part => part.Crc ?? new ObjectCrc(code))
        .Aggregate((before, next) => before.Then(next)).Text;

    /// <summary>A hash has no parts that add up: the file is read once more.</summary>
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

    /// <summary>What the first answer tells of the object.</summary>
    /// <param name="Start">The place that its bytes begin at.</param>
    /// <param name="Length">How many bytes the object has; below 0 where that is not told.</param>
    /// <param name="ETag">Its entity tag.</param>
    /// <param name="IsRange">Whether it is the range that was asked for; all of the object otherwise.</param>
    private sealed record ObjectProperties(long Start, long Length, string? ETag, bool IsRange)
    {
        public static ObjectProperties? FromResponse(GetObjectResponse response, long at)
        {
            if (string.IsNullOrEmpty(response.ContentRange))
            {
                // The SDK gives 0 for a length that was not told; the header tells these apart.
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

    /// <summary>A piece of the object, and how far it has come.</summary>
    private sealed class Part(long start, long end)
    {
        private ObjectCrc _crc;
        private bool _hasCrc;
        private long _at = start;

        public long Start { get; } = start;

        public long End { get; set; } = end;

        // Read by those who wait for it.
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
    /// The checksum that S3 keeps of a whole object; those of parts (COMPOSITE) say nothing of the whole.
    /// </summary>
    private sealed record Checksum(string? Name, string? Value, Crc? Crc, HashAlgorithmName? Hash, string? ETag)
    {
        /// <summary>How many bytes the object has; below 0 where the store does not tell.</summary>
        public long Length { get; init; }

        public static Checksum FromHead(GetObjectMetadataResponse head) =>
            Found(head) with { Length = head.Headers.ContentLength };

        private static Checksum Found(GetObjectMetadataResponse head)
        {
            bool whole = head.ChecksumType != ChecksumType.COMPOSITE;
            return !whole ? new Checksum(null, null, null, null, head.ETag)
                : Whole(head.ChecksumCRC64NVME)
                    ? new("CRC64NVME", head.ChecksumCRC64NVME, Crc.Crc64Nvme, null, head.ETag)
                : Whole(head.ChecksumCRC32C) ? new("CRC32C", head.ChecksumCRC32C, Crc.Crc32C, null, head.ETag)
                : Whole(head.ChecksumCRC32) ? new("CRC32", head.ChecksumCRC32, Crc.Crc32, null, head.ETag)
                : Whole(head.ChecksumSHA256)
                    ? new("SHA256", head.ChecksumSHA256, null, HashAlgorithmName.SHA256, head.ETag)
                : Whole(head.ChecksumSHA1) ? new("SHA1", head.ChecksumSHA1, null, HashAlgorithmName.SHA1, head.ETag)
                : new Checksum(null, null, null, null, head.ETag);
        }

        // "…-5" is of five parts.
        private static bool Whole(string? value) => !string.IsNullOrEmpty(value) && value!.IndexOf('-') < 0;
    }
}
