using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Amazon.S3;
using Amazon.S3.Model;
using CodePipeline.ThirdParty.Checksums;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>An uploaded object.</summary>
/// <param name="Bytes">The length in bytes.</param>
/// <param name="ETag">The entity tag, in quotes.</param>
/// <param name="VersionId">The version ID; <see langword="null"/> if the bucket is not versioned.</param>
internal sealed record UploadedObject(long Bytes, string? ETag, string? VersionId);

/// <summary>
/// Uploads an object: a small one with one request, a larger one as parallel parts of a multipart upload. The object
/// appears only when the upload is complete. A failed multipart upload is aborted.
/// </summary>
internal sealed class ArtifactUpload
{
    /// <summary>The largest object, in bytes, that is uploaded with one request.</summary>
    public const long LargestPut = 16L << 20;

    public const int MostParts = 10_000;

    private const int Parallel = 4;
    private const long MinimumPartSize = 8L << 20;
    private const long MiB = 1L << 20;

    // Parts of a stream are buffered in memory, so use the smallest size that S3 allows.
    private const long MinimumBufferSize = 5L << 20;

    // The total size of all buffers of a stream.
    private const long TotalBufferSize = 15L << 20;

    // Deriving a type from the key would be a guess.
    private const string ContentType = "application/octet-stream";

    private static readonly TimeSpan s_abortTimeout = TimeSpan.FromSeconds(20);

    private readonly S3ArtifactStore _store;
    private readonly ArtifactObject _artifact;
    private readonly ProgressAggregator _meter;
    private readonly TimeProvider _clock;

    public ArtifactUpload(S3ArtifactStore store, ArtifactObject artifact, ProgressAggregator meter, TimeProvider clock)
    {
        _store = store;
        _artifact = artifact;
        _meter = meter;
        _clock = clock;
    }

    /// <summary>The longest stream, in bytes, that can be uploaded through buffers.</summary>
    public static long LargestStream => TotalBufferSize / 2 / MiB * MiB * (MostParts - 1);

    /// <summary>Uploads a file unchanged.</summary>
    public async Task<UploadedObject> FromFileAsync(string path, CancellationToken cancellationToken)
    {
        UploadSource file = UploadSource.Open(path);
        long length = file.Length;
        _meter.Total = length;
        if (length <= LargestPut)
        {
            return await PutAsync(file.OpenRead, length, file.CheckUnchanged, cancellationToken).ConfigureAwait(false);
        }

        long size = PartSize(length, MinimumPartSize);
        int count = (int)((length + size - 1) / size);
        return await InPartsAsync(
            async upload =>
            {
                using var slots = new SemaphoreSlim(Parallel, Parallel);
                for (int number = 1; number <= count; number++)
                {
                    long start = (number - 1) * size;
                    await upload.SendAsync(
                        slots, number, file.OpenRead, start, Math.Min(size, length - start), file.CheckUnchanged,
                        done: null).ConfigureAwait(false);
                }

                await upload.WaitForPartsAsync().ConfigureAwait(false);
                file.CheckUnchanged();
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Uploads the content that a callback writes.</summary>
    /// <param name="write">Writes the content sequentially.</param>
    /// <param name="estimate">The maximum length in bytes, which determines the size of the parts.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    public async Task<UploadedObject> FromStreamAsync(
        Func<Stream, CancellationToken, Task> write, long estimate, CancellationToken cancellationToken)
    {
        long size = PartSize(estimate, MinimumBufferSize);

        // One buffer fills while the others are uploaded.
        int buffers = (int)Math.Max(2, Math.Min(Parallel + 1, TotalBufferSize / size));
        using var pool = new BufferPool((int)size, buffers);
        MultipartUpload? upload = null;
        using var slots = new SemaphoreSlim(buffers, buffers);
        PooledBuffer? only = null;
        int number = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            using var sink = new MultipartUploadStream(pool, OnPartAsync, stop.Token);
            await write(sink, stop.Token).ConfigureAwait(false);
            await sink.FinishAsync().ConfigureAwait(false);
            if (upload is null)
            {
                // Everything fits in one buffer, so one request suffices.
                PooledBuffer whole = only!;
                return await PutAsync(() => whole.Open(), whole.Length, atEnd: null, cancellationToken)
                    .ConfigureAwait(false);
            }

            await upload.WaitForPartsAsync().ConfigureAwait(false);
            return await upload.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            stop.Cancel();
            if (upload is not null)
            {
                await upload.AbortAsync().ConfigureAwait(false);
                throw upload.Failure(error);
            }

            throw;
        }
        finally
        {
            upload?.Dispose();
        }

        // Starts the multipart upload only when there is a second part.
        async Task OnPartAsync(PooledBuffer part)
        {
            if (upload is null && only is null)
            {
                only = part;
                return;
            }

            upload ??= await MultipartUpload.BeginAsync(this, stop.Token).ConfigureAwait(false);
            if (only is not null)
            {
                PooledBuffer first = only;
                only = null;
                await QueuePartAsync(first).ConfigureAwait(false);
            }

            await QueuePartAsync(part).ConfigureAwait(false);
        }

        Task QueuePartAsync(PooledBuffer part) => upload!.SendAsync(
            slots, ++number, () => part.Open(), 0, part.Length, atEnd: null, done: () => pool.Return(part));
    }

    private static long PartSize(long length, long smallest)
    {
        long least = (length + MostParts - 2) / (MostParts - 1);
        return Math.Max(smallest, (least + MiB - 1) / MiB * MiB);
    }

    /// <summary>Uploads an object with one request.</summary>
    /// <param name="open">Opens the content for each attempt.</param>
    /// <param name="length">The length in bytes.</param>
    /// <param name="atEnd">Called before the last bytes are sent; an exception aborts the request.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    private async Task<UploadedObject> PutAsync(
        Func<Stream> open, long length, Action? atEnd, CancellationToken cancellationToken)
    {
        bool isConfirmed = false;
        UploadedObject uploaded = await _store.SendAsync(
            "PutObject",
            _artifact,
            async (client, attempt) =>
            {
                using Stream file = open();
                using var body = new ProgressStream(file, 0, length, attempt, _meter) { AtEnd = atEnd };
                var request = new PutObjectRequest
                {
                    BucketName = _artifact.BucketName,
                    Key = _artifact.RequestKey,
                    InputStream = body,
                    AutoCloseStream = false,
                    ChecksumAlgorithm = client.BodyChecksum,
                    ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS,
                    ServerSideEncryptionKeyManagementServiceKeyId = KeyId,
                    DisablePayloadSigning = client.IsTls ? true : null,
                };
                request.Headers.ContentType = ContentType;
                try
                {
                    PutObjectResponse response =
                        await client.S3.PutObjectAsync(request, attempt.Token).ConfigureAwait(false);
                    isConfirmed = client.BodyChecksum is null || !string.IsNullOrEmpty(response.ChecksumCRC32);
                    return new UploadedObject(length, response.ETag, response.VersionId);
                }
                catch (Exception)
                {
                    body.Rollback();
                    if (body.Refusal is not null)
                    {
                        throw body.Refusal;
                    }

                    throw;
                }
            },
            cancellationToken).ConfigureAwait(false);
        if (!isConfirmed)
        {
            await CheckStoredAsync(length, cancellationToken).ConfigureAwait(false);
        }

        return uploaded;
    }

    /// <summary>
    /// Checks the length of an object whose checksum the store did not confirm. A store without support for trailing
    /// checksums saves them as content and still reports success.
    /// </summary>
    private async Task CheckStoredAsync(long length, CancellationToken cancellationToken)
    {
        long stored;
        try
        {
            stored = await _store.SendAsync(
                "HeadObject",
                _artifact,
                async (client, attempt) =>
                {
                    GetObjectMetadataResponse head = await client.S3.GetObjectMetadataAsync(
                        new GetObjectMetadataRequest
                        {
                            BucketName = _artifact.BucketName,
                            Key = _artifact.RequestKey,
                        },
                        attempt.Token).ConfigureAwait(false);
                    return head.Headers.ContentLength;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            _store.Job.Warn?.Invoke(
                $"The store did not confirm the checksum of {_artifact.About}, and its length could not be read: "
                + $"{error.Message} Check that the object is complete.");
            return;
        }

        if (stored >= 0 && stored != length)
        {
            throw ArtifactErrors.StoredDifferently(_artifact.About, length, stored);
        }

        _store.Job.Log?.Invoke(
            $"The store did not confirm the checksum of {_artifact.About}; "
            + (stored < 0 ? "its length is unknown." : "its length matches."));
    }

    private async Task<UploadedObject> InPartsAsync(
        Func<MultipartUpload, Task> send, CancellationToken cancellationToken)
    {
        using MultipartUpload upload = await MultipartUpload.BeginAsync(this, cancellationToken).ConfigureAwait(false);
        try
        {
            await send(upload).ConfigureAwait(false);
            return await upload.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await upload.AbortAsync().ConfigureAwait(false);
            throw upload.Failure(error);
        }
    }

    /// <summary>The ID of the job's KMS key; <see langword="null"/> for the AWS managed key.</summary>
    private string? KeyId => _store.Job.EncryptionKey is EncryptionKey key
        && string.Equals(key.Type, "KMS", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(key.Id)
            ? key.Id
            : null;

    /// <summary>A multipart upload.</summary>
    private sealed class MultipartUpload : IDisposable
    {
        private readonly ArtifactUpload _owner;
        private readonly string _id;
        private readonly CancellationTokenSource _stop;
        private readonly List<Task> _sending = new();
        private readonly SortedDictionary<int, SentPart> _sent = new();
        private Exception? _first;

        private MultipartUpload(ArtifactUpload owner, string id, CancellationToken cancellationToken)
        {
            _owner = owner;
            _id = id;
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        }

        private S3ArtifactStore Store => _owner._store;

        private ArtifactObject Artifact => _owner._artifact;

        public static Task<MultipartUpload> BeginAsync(ArtifactUpload owner, CancellationToken cancellationToken) =>
            owner._store.SendAsync(
                "CreateMultipartUpload",
                owner._artifact,
                async (client, attempt) =>
                {
                    var request = new InitiateMultipartUploadRequest
                    {
                        BucketName = owner._artifact.BucketName,
                        Key = owner._artifact.RequestKey,
                        ContentType = ContentType,
                        ChecksumAlgorithm = client.BodyChecksum,

                        // Lets consumers of the artifact verify the whole object.
                        ChecksumType = client.UploadChecksumType,
                        ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS,
                        ServerSideEncryptionKeyManagementServiceKeyId = owner.KeyId,
                    };
                    InitiateMultipartUploadResponse response = await client.S3
                        .InitiateMultipartUploadAsync(request, attempt.Token).ConfigureAwait(false);
                    return new MultipartUpload(owner, response.UploadId, cancellationToken);
                },
                cancellationToken);

        /// <summary>Waits for a free slot, then starts uploading a part. The first failure cancels all parts.</summary>
        public async Task SendAsync(
            SemaphoreSlim slots, int number, Func<Stream> open, long start, long length, Action? atEnd, Action? done)
        {
            try
            {
                await slots.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                done?.Invoke();
                throw;
            }

            _sending.Add(RunAsync());

            async Task RunAsync()
            {
                try
                {
                    SentPart part = await SendAsync(number, open, start, length, atEnd).ConfigureAwait(false);
                    lock (_sent)
                    {
                        _sent.Add(number, part);
                    }
                }
                catch (Exception error)
                {
                    Interlocked.CompareExchange(ref _first, error, null);
                    _stop.Cancel();
                    throw;
                }
                finally
                {
                    done?.Invoke();
                    slots.Release();
                }
            }
        }

        public Task WaitForPartsAsync() => Task.WhenAll(_sending);

        /// <summary>Returns the error of the first failed part, rather than the cancellation of the others.</summary>
        public Exception Failure(Exception error) =>
            Interlocked.CompareExchange(ref _first, null, null) is Exception first
            && first is not OperationCanceledException
                ? first
                : error;

        public async Task<UploadedObject> CompleteAsync()
        {
            bool mayBeDone = false;
            bool sendsChecksum = false;
            long length = _sent.Values.Sum(part => part.Length);
            UploadedObject uploaded = await Store.SendAsync(
                "CompleteMultipartUpload",
                Artifact,
                async (client, attempt) =>
                {
                    sendsChecksum = client.BodyChecksum is not null;
                    try
                    {
                        CompleteMultipartUploadResponse response = await client.S3
                            .CompleteMultipartUploadAsync(Completion(), attempt.Token).ConfigureAwait(false);
                        return new UploadedObject(length, response.ETag, response.VersionId);
                    }
                    catch (AmazonS3Exception error) when (error.ErrorCode == "NoSuchUpload" && mayBeDone)
                    {
                        // An earlier attempt may have succeeded, with its response lost.
                        UploadedObject? found = await FindAsync(client, length, attempt.Token).ConfigureAwait(false);
                        if (found is null)
                        {
                            throw;
                        }

                        return found;
                    }
                },
                _stop.Token,
                unclear: () => mayBeDone = true).ConfigureAwait(false);
            if (sendsChecksum && Sum() is null)
            {
                await _owner.CheckStoredAsync(length, _stop.Token).ConfigureAwait(false);
            }

            return uploaded;
        }

        /// <summary>Deletes the uploaded parts, even after cancellation.</summary>
        public async Task AbortAsync()
        {
            _stop.Cancel();
            await Task.WhenAll(_sending.Select(task => task.ContinueWith(
                _ => _.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default)))
                .ConfigureAwait(false);
            using var timeout = new CancellationTokenSource();
            using ITimer timer = _owner._clock.CreateTimer(
                _ => timeout.Cancel(), null, s_abortTimeout, Timeout.InfiniteTimeSpan);
            try
            {
                await Store.SendAsync(
                    "AbortMultipartUpload",
                    Artifact,
                    (client, attempt) => client.S3.AbortMultipartUploadAsync(
                        new AbortMultipartUploadRequest
                        {
                            BucketName = Artifact.BucketName,
                            Key = Artifact.RequestKey,
                            UploadId = _id,
                        },
                        attempt.Token),
                    timeout.Token).ConfigureAwait(false);
                Store.Job.Log?.Invoke($"The upload of {Artifact.About} was aborted.");
            }
            catch (ArtifactTransferException error) when (error.Code == "NoSuchUpload")
            {
                // Already gone.
            }
            catch (Exception error)
            {
                string why = error is OperationCanceledException ? "The request timed out." : error.Message;
                Store.Job.Warn?.Invoke(
                    $"The uploaded parts of {Artifact.About} could not be deleted: {why} "
                    + $"They stay in bucket {Artifact.BucketName} until upload {_id} is aborted.");
            }
        }

        public void Dispose() => _stop.Dispose();

        private async Task<UploadedObject?> FindAsync(
            S3ClientFactory client, long length, CancellationToken cancellationToken)
        {
            GetObjectMetadataResponse head = await client.S3.GetObjectMetadataAsync(
                new GetObjectMetadataRequest
                {
                    BucketName = Artifact.BucketName,
                    Key = Artifact.RequestKey,
                    ChecksumMode = client.ChecksumMode,
                },
                cancellationToken).ConfigureAwait(false);
            bool same = head.ContentLength == length
                && (Sum() is not string sum || string.IsNullOrEmpty(head.ChecksumCRC32) || head.ChecksumCRC32 == sum);
            return same ? new UploadedObject(length, head.ETag, head.VersionId) : null;
        }

        private CompleteMultipartUploadRequest Completion()
        {
            var request = new CompleteMultipartUploadRequest
            {
                BucketName = Artifact.BucketName,
                Key = Artifact.RequestKey,
                UploadId = _id,
                PartETags = _sent.Select(part => new PartETag(part.Key, part.Value.ETag)
                {
                    ChecksumCRC32 = part.Value.Crc,
                }).ToList(),
            };
            if (Sum() is string sum)
            {
                request.ChecksumCRC32 = sum;
                request.ChecksumType = ChecksumType.FULL_OBJECT;
            }

            return request;
        }

        /// <summary>
        /// Combines the parts' confirmed checksums into that of the object. Returns <see langword="null"/> if one is
        /// missing.
        /// </summary>
        private string? Sum()
        {
            ObjectCrc whole = new(Crc.Crc32);
            foreach (SentPart part in _sent.Values)
            {
                if (ObjectCrc.Parse(Crc.Crc32, part.Crc, part.Length) is not ObjectCrc crc)
                {
                    return null;
                }

                whole = whole.Then(crc);
            }

            return whole.Text;
        }

        private Task<SentPart> SendAsync(
            int number, Func<Stream> open, long start, long length, Action? atEnd) => Store.SendAsync(
            "UploadPart",
            Artifact,
            async (client, attempt) =>
            {
                using Stream file = open();
                using var body = new ProgressStream(file, start, length, attempt, _owner._meter) { AtEnd = atEnd };
                var request = new UploadPartRequest
                {
                    BucketName = Artifact.BucketName,
                    Key = Artifact.RequestKey,
                    UploadId = _id,
                    PartNumber = number,
                    PartSize = length,
                    InputStream = body,
                    ChecksumAlgorithm = client.BodyChecksum,
                    DisablePayloadSigning = client.IsTls ? true : null,
                };
                try
                {
                    UploadPartResponse response =
                        await client.S3.UploadPartAsync(request, attempt.Token).ConfigureAwait(false);
                    return new SentPart(response.ETag, response.ChecksumCRC32, length);
                }
                catch (Exception)
                {
                    body.Rollback();
                    if (body.Refusal is not null)
                    {
                        throw body.Refusal;
                    }

                    throw;
                }
            },
            _stop.Token);
    }

    private sealed record SentPart(string ETag, string? Crc, long Length);
}
