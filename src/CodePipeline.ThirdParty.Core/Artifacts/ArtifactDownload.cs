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
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using CodePipeline.ThirdParty.Checksums;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// Reads an object into a file: the first range tells its size, the others come side by side, and all of them are of one
/// version of the object, or it is an error.
/// </summary>
internal sealed class ArtifactDownload
{
    private const int Parallel = 6;
    private const long FirstPart = 8L << 20;
    private const long LargestPart = 64L << 20;
    private const int BufferSize = 128 * 1024;

    private readonly ArtifactStore _store;
    private readonly StoredArtifact _artifact;
    private readonly PartFile _file;
    private readonly TransferMeter _meter;
    private readonly TaskCompletionSource<Facts> _facts = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ArtifactDownload(ArtifactStore store, StoredArtifact artifact, PartFile file, TransferMeter meter)
    {
        _store = store;
        _artifact = artifact;
        _file = file;
        _meter = meter;
    }

    /// <summary>Reads the object; the file holds it whole when this returns.</summary>
    /// <returns>How many bytes it has.</returns>
    public static async Task<long> ToFileAsync(
        ArtifactStore store, StoredArtifact artifact, PartFile file, TransferMeter meter, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var download = new ArtifactDownload(store, artifact, file, meter);
        var tasks = new List<Task>();
        try
        {
            return await download.RunAsync(tasks, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            // Nobody may write into the file any more when it is given up.
            stop.Cancel();
            await Task.WhenAll(tasks.Select(task => task.ContinueWith(
                _ => _.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)))
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
        Facts facts = await _facts.Task.ConfigureAwait(false);

        List<Part> parts = Plan(facts.Length);
        var queue = new Queue<Part>(parts);
        parts.Insert(0, first);
        var workers = new List<Task> { ThenRestAsync(reading) };
        for (int i = 1; i < Math.Min(Parallel, parts.Count); i++)
        {
            workers.Add(RestAsync());
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

        async Task ThenRestAsync(Task before)
        {
            await before.ConfigureAwait(false);
            await RestAsync().ConfigureAwait(false);
        }

        async Task RestAsync()
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

    /// <summary>What comes after the first part: parts large enough to be few, and small enough to be shared out.</summary>
    private static List<Part> Plan(long length)
    {
        var parts = new List<Part>();
        long rest = length - FirstPart;
        long size = Math.Min(LargestPart, Math.Max(FirstPart, rest / (Parallel * 3)));
        for (long at = FirstPart; at < length; at += size)
        {
            parts.Add(new Part(at, Math.Min(length, at + size)));
        }

        return parts;
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
                            Key = _artifact.ObjectKey,
                            ChecksumMode = ChecksumMode.ENABLED,
                        },
                        attempt.Token).ConfigureAwait(false);
                    return Checksum.Of(head);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // The ranges themselves tell better what is wrong; where they come, only the checksum is missing.
            _store.Job.Say?.Invoke($"No checksum of {_artifact.About} could be got: {error.Message}");
            return null;
        }
    }

    private Task<bool> ReadAsync(Part part, Task<Checksum?> checksum, CancellationToken cancellationToken) => _store.SendAsync(
        "GetObject",
        _artifact,
        async (client, attempt) =>
        {
            Facts? facts = _facts.Task.Status == TaskStatus.RanToCompletion ? _facts.Task.Result : null;
            if (facts is not null && part.At >= Math.Min(part.End, facts.Length))
            {
                return true;
            }

            using GetObjectResponse response = await OpenAsync(client, part, facts, attempt.Token).ConfigureAwait(false);
            attempt.Touch();
            Facts seen = Facts.Of(response, part.At)
                ?? throw ArtifactErrors.Unexpected("GetObject", _artifact.About, $"its range is '{response.ContentRange}'");
            if (facts is null)
            {
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

            part.End = seen.IsRange ? Math.Min(part.End, facts.Length) : facts.Length;
            part.Crc ??= (await checksum.ConfigureAwait(false))?.Crc is CyclicCode code ? new ObjectCrc(code) : null;
            await CopyAsync(response, part, attempt).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private Facts Begin(Facts facts)
    {
        _file.SetLength(facts.Length);
        _meter.Total = facts.Length;
        _meter.Add(0);
        _facts.TrySetResult(facts);
        return facts;
    }

    private async Task<GetObjectResponse> OpenAsync(
        StoreClient client, Part part, Facts? facts, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = _artifact.BucketName,
            Key = _artifact.ObjectKey,
            ByteRange = new ByteRange(part.At, part.End - 1),
            EtagToMatch = facts?.ETag,
        };
        try
        {
            return await client.S3.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && facts is null)
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
                attempt.Received(count);
                _meter.Add(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Check(Checksum? checksum, Facts facts, List<Part> parts, CancellationToken cancellationToken)
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
            _store.Job.Say?.Invoke($"S3 keeps no checksum of the whole of {_artifact.About}; its length is right.");
        }
        else if (seen != checksum.Value)
        {
            throw ArtifactErrors.Damaged(
                _artifact.About, $"its {checksum.Name} is {seen}, and should be {checksum.Value}");
        }
        else
        {
            _store.Job.Say?.Invoke($"The {checksum.Name} of {_artifact.About} is right.");
        }
    }

    private static string Sum(CyclicCode code, List<Part> parts) => parts
        .Select(part => part.Crc ?? new ObjectCrc(code))
        .Aggregate((before, next) => before.Then(next)).Text;

    /// <summary>A hash has no parts that add up: the file is read once more.</summary>
    private string Hash(HashAlgorithmName name, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(name);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using FileStream file = new(_file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            for (int count; (count = file.Read(buffer, 0, buffer.Length)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
            }

            return Convert.ToBase64String(hash.GetHashAndReset());
        }
        catch (Exception error) when (ArtifactErrors.IsOfPath(error))
        {
            throw ArtifactErrors.OfPath("Reading", _file.Path, error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What the first answer tells of the object.</summary>
    private sealed record Facts(long Start, long Length, string? ETag, bool IsRange)
    {
        public static Facts? Of(GetObjectResponse response, long at)
        {
            if (string.IsNullOrEmpty(response.ContentRange))
            {
                return new Facts(0, response.ContentLength, response.ETag, IsRange: false);
            }

            // bytes 0-8388607/10485760
            string[] words = response.ContentRange.Split(' ', '-', '/');
            return words.Length == 4
                && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long start)
                && long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                && start == at
                    ? new Facts(start, length, response.ETag, IsRange: true)
                    : null;
        }
    }

    /// <summary>A piece of the object, and how far it has come.</summary>
    private sealed class Part(long start, long end)
    {
        private ObjectCrc _crc;
        private bool _hasCrc;

        public long Start { get; } = start;

        public long End { get; set; } = end;

        public long At { get; private set; } = start;

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

    /// <summary>The checksum that S3 keeps of a whole object; those of parts (COMPOSITE) say nothing of the whole.</summary>
    private sealed record Checksum(string? Name, string? Value, CyclicCode? Crc, HashAlgorithmName? Hash, string? ETag)
    {
        public static Checksum Of(GetObjectMetadataResponse head)
        {
            bool whole = head.ChecksumType != ChecksumType.COMPOSITE;
            return !whole ? new Checksum(null, null, null, null, head.ETag)
                : Whole(head.ChecksumCRC64NVME) ? new("CRC64NVME", head.ChecksumCRC64NVME, CyclicCode.Crc64Nvme, null, head.ETag)
                : Whole(head.ChecksumCRC32C) ? new("CRC32C", head.ChecksumCRC32C, CyclicCode.Crc32C, null, head.ETag)
                : Whole(head.ChecksumCRC32) ? new("CRC32", head.ChecksumCRC32, CyclicCode.Crc32, null, head.ETag)
                : Whole(head.ChecksumSHA256)
                    ? new("SHA256", head.ChecksumSHA256, null, HashAlgorithmName.SHA256, head.ETag)
                : Whole(head.ChecksumSHA1) ? new("SHA1", head.ChecksumSHA1, null, HashAlgorithmName.SHA1, head.ETag)
                : new Checksum(null, null, null, null, head.ETag);
        }

        // "…-5" is of five parts.
        private static bool Whole(string? value) => !string.IsNullOrEmpty(value) && value!.IndexOf('-') < 0;
    }
}
