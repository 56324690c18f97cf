using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Direct access to the objects for the owner of the emulator, without an S3 request.</summary>
internal sealed class OwnerObjects
{
    private const int BufferSize = 256 * 1024;

    private readonly ObjectStore _store;
    private readonly TimeProvider _clock;

    internal OwnerObjects(ObjectStore store, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
    }

    internal EmulatedObject Put(string bucketName, string key, Stream content)
    {
        CheckBucket(bucketName);
        if (string.IsNullOrEmpty(key) || System.Text.Encoding.UTF8.GetByteCount(key) > 1024)
        {
            throw new InvalidInputException(
                nameof(key),
                "The key must be 1 to 1024 bytes long in UTF-8.",
                "Use a key such as folder/name.zip.");
        }

        ReceivedBody body = Receive(content, CancellationToken.None);
        StoredObject added = ObjectOf(key, body);
        _store.Put(added);
        return new EmulatedObject(bucketName, added);
    }

    /// <summary>Stores contents without creating an object.</summary>
    internal ReceivedBody Receive(Stream content, CancellationToken cancellationToken)
    {
        using FileStream file = _store.CreateFile();
        using ChecksumHash checksum = ChecksumAlgorithm.Crc64Nvme.Start();
        using IncrementalHash md5 = BodyReceiver.CreateMd5();
        long length = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = content.Read(buffer, 0, buffer.Length)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                checksum.Append(buffer, 0, count);
                md5.AppendData(buffer, 0, count);
                file.Write(buffer, 0, count);
                length += count;
            }
        }
        catch
        {
            file.Dispose();
            TemporaryFolder.TryDelete(file.Name);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new ReceivedBody(
            new StoredFile(file.Name, length),
            md5.GetHashAndReset(),
            Checksum.Compute(ChecksumAlgorithm.Crc64Nvme, checksum.Finish()));
    }

    /// <summary>Creates an object from received contents.</summary>
    internal void Put(string key, ReceivedBody body) => _store.Put(ObjectOf(key, body));

    internal Stream Open(string bucketName, string key)
    {
        CheckBucket(bucketName);
        StoredObject found = _store.Use(key) ?? throw new InvalidInputException(
            nameof(key),
            $"Bucket '{bucketName}' has no object '{key}'.",
            "Use the key of an existing object, or store the object first.");
        return new ContentStream(found.Content, 0, found.Length);
    }

    internal EmulatedObject? Find(string bucketName, string key)
    {
        CheckBucket(bucketName);
        StoredObject? found = _store.Use(key);
        found?.Content.Release();
        return found is null ? null : new EmulatedObject(bucketName, found);
    }

    internal bool Delete(string bucketName, string key)
    {
        CheckBucket(bucketName);
        return _store.Delete(key);
    }

    internal IReadOnlyList<EmulatedObject> List(string prefix) =>
        _store.List(prefix).Select(each => new EmulatedObject(_store.BucketName, each)).ToArray();

    private StoredObject ObjectOf(string key, ReceivedBody body) => new(
        key,
        new StoredContent(new[] { body.File }),
        body.ETag,
        _clock.GetUtcNow(),
        new ObjectSettings(contentType: null, ServerSideEncryption.Default))
    {
        Checksum = body.Checksum,
    };

    private void CheckBucket(string bucketName)
    {
        if (!_store.Has(bucketName))
        {
            throw new InvalidInputException(
                nameof(bucketName),
                $"Bucket '{bucketName}' does not exist.",
                $"Use '{_store.BucketName}', the only bucket of this emulator.");
        }
    }
}
