using System.Collections.Generic;
using System.Threading.Tasks;
using Amazon.S3;
using Amazon.S3.Model;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>Parts of an upload that nobody ended: they would cost money for ever.</summary>
/// <param name="Key">What they are of.</param>
/// <param name="UploadId">The upload.</param>
/// <param name="Count">How many.</param>
internal sealed record StoredParts(string Key, string UploadId, int Count)
{
    /// <summary>
    /// All that lie in a store. An upload whose beginning was not answered is known to nobody, and has none.
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

    public override string ToString() => $"{Count} parts of {Key} were left in the store";
}
