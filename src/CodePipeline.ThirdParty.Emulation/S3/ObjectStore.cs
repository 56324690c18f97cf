using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>
/// The artifact bucket: objects and unfinished uploads. It stores contents as files in a private folder.
/// </summary>
internal sealed class ObjectStore : IDisposable
{
    private readonly object _lock = new();
    private readonly SortedDictionary<string, StoredObject> _objects = new(KeyComparer.Instance);
    private readonly Dictionary<string, MultipartUpload> _uploads = new(StringComparer.Ordinal);
    private readonly TemporaryFolder _folder = new();

    internal ObjectStore(string bucketName, string region, DateTimeOffset createdAt)
    {
        BucketName = bucketName;
        Region = region;
        CreatedAt = createdAt;
        ManagedKeyId = $"arn:aws:kms:{region}:{RandomIdentifiers.AccountId()}:key/{RandomIdentifiers.NewId()}";
    }

    /// <summary>The name of the only bucket.</summary>
    internal string BucketName { get; }

    internal string Region { get; }

    internal DateTimeOffset CreatedAt { get; }

    /// <summary>The emulated AWS managed key, for KMS uploads without a key id.</summary>
    internal string ManagedKeyId { get; }

    public void Dispose()
    {
        lock (_lock)
        {
            _objects.Clear();
            _uploads.Clear();
        }

        _folder.Dispose();
    }

    internal FileStream CreateFile() => _folder.CreateFile();

    internal bool Has(string bucket) => bucket == BucketName;

    internal void Put(StoredObject added, Action<StoredObject?>? check = null)
    {
        lock (_lock)
        {
            Replace(added, check);
        }
    }

    /// <summary>
    /// Finds an object and keeps its contents until the caller releases them; <see langword="null"/> if it does not
    /// exist.
    /// </summary>
    internal StoredObject? Use(string key)
    {
        lock (_lock)
        {
            StoredObject? found = _objects.TryGetValue(key, out StoredObject? each) ? each : null;
            found?.Content.Use();
            return found;
        }
    }

    internal bool Delete(string key)
    {
        lock (_lock)
        {
            if (!_objects.TryGetValue(key, out StoredObject? found))
            {
                return false;
            }

            _objects.Remove(key);
            found.Content.Release();
            return true;
        }
    }

    /// <summary>Returns the objects whose keys start with a prefix, ordered by the UTF-8 bytes of the keys.</summary>
    internal IReadOnlyList<StoredObject> List(string prefix)
    {
        lock (_lock)
        {
            return _objects.Values.Where(each => each.Key.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        }
    }

    internal void AddUpload(MultipartUpload upload)
    {
        lock (_lock)
        {
            _uploads.Add(upload.Id, upload);
        }
    }

    /// <summary>Returns the unfinished uploads, ordered by key and then by time.</summary>
    internal IReadOnlyList<MultipartUpload> ListUploads()
    {
        lock (_lock)
        {
            return _uploads.Values.OrderBy(each => each.Key, KeyComparer.Instance)
                .ThenBy(each => each.Initiated).ThenBy(each => each.Id, StringComparer.Ordinal).ToArray();
        }
    }

    internal MultipartUpload FindUpload(string key, string uploadId)
    {
        lock (_lock)
        {
            return _uploads.TryGetValue(uploadId, out MultipartUpload? upload) && upload.Key == key
                ? upload
                : throw S3Exception.NoSuchUpload(uploadId);
        }
    }

    internal IReadOnlyList<UploadedPart> ListParts(string key, string uploadId)
    {
        lock (_lock)
        {
            return FindUpload(key, uploadId).Parts.Values.ToArray();
        }
    }

    /// <summary>Adds a part and replaces an existing part with the same number.</summary>
    /// <exception cref="S3Exception">The upload was completed or aborted.</exception>
    internal void AddPart(string key, string uploadId, UploadedPart part)
    {
        lock (_lock)
        {
            MultipartUpload upload = FindUpload(key, uploadId);
            if (upload.Parts.TryGetValue(part.Number, out UploadedPart? earlier))
            {
                earlier.File.Delete();
            }

            upload.Parts[part.Number] = part;
        }
    }

    internal void Abort(string key, string uploadId)
    {
        lock (_lock)
        {
            MultipartUpload upload = FindUpload(key, uploadId);
            _uploads.Remove(uploadId);
            foreach (UploadedPart part in upload.Parts.Values)
            {
                part.File.Delete();
            }
        }
    }

    /// <summary>Creates an object from the chosen parts and deletes the others.</summary>
    internal StoredObject Complete(
        string key,
        string uploadId,
        Func<MultipartUpload, IReadOnlyList<UploadedPart>> choose,
        Func<MultipartUpload, IReadOnlyList<UploadedPart>, StoredObject> create,
        Action<StoredObject?> check)
    {
        lock (_lock)
        {
            MultipartUpload upload = FindUpload(key, uploadId);
            IReadOnlyList<UploadedPart> chosen = choose(upload);
            StoredObject completed = create(upload, chosen);
            Replace(completed, check);
            _uploads.Remove(uploadId);
            foreach (UploadedPart part in upload.Parts.Values.Except(chosen))
            {
                part.File.Delete();
            }

            return completed;
        }
    }

    private void Replace(StoredObject added, Action<StoredObject?>? check)
    {
        StoredObject? earlier = _objects.TryGetValue(added.Key, out StoredObject? each) ? each : null;
        check?.Invoke(earlier);
        _objects[added.Key] = added;
        earlier?.Content.Release();
    }
}
