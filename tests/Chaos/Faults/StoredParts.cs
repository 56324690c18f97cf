using System.Collections.Generic;
using System.Threading.Tasks;
using Amazon.S3;
using Amazon.S3.Model;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>The parts of an unfinished multipart upload, which would cost money until it is aborted.</summary>
/// <param name="Key">The object key.</param>
/// <param name="UploadId">The upload id.</param>
/// <param name="Count">The number of parts.</param>
internal sealed record StoredParts(string Key, string UploadId, int Count)
{
    /// <summary>
    /// Finds all unfinished uploads that have parts. An upload without parts can be one whose response was lost, which
    /// no client can abort.
    /// </summary>
    public static async Task<IReadOnlyList<StoredParts>> FindAsync(EmulatedService service)
    {
        using var store = new AmazonS3Client(
            service.Emulator.AccessKeyId,
            service.Emulator.SecretAccessKey.Reveal(),
            new AmazonS3Config
            {
                ServiceURL = service.Settings.EndpointUrl,
                ForcePathStyle = true,
                AuthenticationRegion = service.Emulator.Region,
            });
        string bucket = service.Emulator.ArtifactBucketName;
        var found = new List<StoredParts>();
        ListMultipartUploadsResponse uploads = await store.ListMultipartUploadsAsync(bucket);
        foreach (MultipartUpload upload in uploads.MultipartUploads ?? [])
        {
            ListPartsResponse parts = await store.ListPartsAsync(bucket, upload.Key, upload.UploadId);
            if (parts.Parts is { Count: > 0 } some)
            {
                found.Add(new StoredParts(upload.Key, upload.UploadId, some.Count));
            }
        }

        return found;
    }

    public override string ToString() => $"{Count} parts of {Key} remain in S3";
}
