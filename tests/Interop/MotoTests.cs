using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>Tests artifact transfers with moto's S3.</summary>
public sealed class MotoTests(MotoFixture moto) : IClassFixture<MotoFixture>, IDisposable
{
    private const string Bucket = "codepipeline-us-east-1-123456789012";
    private const string KeyId = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private const int Large = 40_000_001;

    private readonly TempFolder _folder = new();
    private readonly ArtifactMover _mover = new(TimeProvider.System);
    private AmazonS3Client? _s3;

    public void Dispose()
    {
        _s3?.Dispose();
        _folder.Dispose();
    }

    [ToolFact(Tool.Moto)]
    public async Task PublishAndSave_AnyLength_RoundTrip()
    {
        JobArtifacts job = await StartAsync(KeyId);
        foreach (int length in new[] { 0, 1, 16 << 20, Large })
        {
            byte[] content = new byte[length];
            new Random(length).NextBytes(content);
            File.WriteAllBytes(PathOf("out"), content);

            UploadedObject uploaded = await _mover.PublishAsync(job, job.Outputs[0], PathOf("out"), null, default);
            await _mover.SaveAsync(job, job.Outputs[0], PathOf($"in-{length}"), expand: false, null, default);

            Assert.Equal(length, uploaded.Bytes);
            Assert.Equal(content, File.ReadAllBytes(PathOf($"in-{length}")));
        }

        Assert.Empty(await OpenUploadsAsync());
    }

    [ToolTheory(Tool.Moto)]
    [InlineData(10, null)]
    [InlineData(10, KeyId)]
    [InlineData(Large, null)]
    [InlineData(Large, KeyId)]
    public async Task Publish_Kms_UsesJobKeyOrManagedKey(int length, string? key)
    {
        JobArtifacts job = await StartAsync(key);
        File.WriteAllBytes(PathOf("out"), new byte[length]);

        await _mover.PublishAsync(job, job.Outputs[0], PathOf("out"), null, default);

        GetObjectMetadataResponse head = await _s3!.GetObjectMetadataAsync(Bucket, job.Outputs[0].ObjectKey);
        Assert.Equal(ServerSideEncryptionMethod.AWSKMS, head.ServerSideEncryptionMethod);
        Assert.Equal(key, head.ServerSideEncryptionKeyManagementServiceKeyId);
    }

    [ToolFact(Tool.Moto)]
    public async Task Publish_Folder_RoundTripsAsZip()
    {
        JobArtifacts job = await StartAsync(key: null);
        byte[] content = new byte[Large];
        new Random(1).NextBytes(content);
        Directory.CreateDirectory(PathOf("folder/sub"));
        File.WriteAllBytes(PathOf("folder/sub/file.bin"), content);

        await _mover.PublishAsync(job, job.Outputs[0], PathOf("folder"), null, default);
        await _mover.SaveAsync(job, job.Outputs[0], PathOf("back"), expand: true, null, default);

        Assert.Equal(content, File.ReadAllBytes(PathOf("back/sub/file.bin")));
        using GetObjectResponse stored = await _s3!.GetObjectAsync(Bucket, job.Outputs[0].ObjectKey);
        using var archive = new ZipArchive(await BufferAsync(stored.ResponseStream));
        Assert.Equal("sub/file.bin", Assert.Single(archive.Entries).FullName);
    }

    [ToolFact(Tool.Moto)]
    public async Task Save_MultipartObjectOfOtherClient_IsVerified()
    {
        JobArtifacts job = await StartAsync(key: null);
        byte[] content = new byte[Large];
        new Random(2).NextBytes(content);
        using (var transfer = new Amazon.S3.Transfer.TransferUtility(_s3))
        {
            await transfer.UploadAsync(new MemoryStream(content), Bucket, job.Inputs[0].ObjectKey);
        }

        await _mover.SaveAsync(job, job.Inputs[0], PathOf("in"), expand: false, null, default);

        Assert.Equal(content, File.ReadAllBytes(PathOf("in")));
    }

    [ToolFact(Tool.Moto)]
    public async Task Save_MissingObject_ReportsError()
    {
        JobArtifacts job = await StartAsync(key: null);

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => _mover.SaveAsync(job, job.Inputs[0], PathOf("in"), expand: false, null, default));

        Assert.Equal(ArtifactFault.NotFound, error.Fault);
        Assert.Empty(Directory.GetFileSystemEntries(PathOf(".")));
    }

    private string PathOf(string name) => _folder.PathOf(name);

    private async Task<JobArtifacts> StartAsync(string? key)
    {
        MotoServer server = await moto.StartAsync();
        string run = Guid.NewGuid().ToString("N");
        _s3 = new AmazonS3Client(
            new BasicAWSCredentials("test", "test"),
            new AmazonS3Config
            {
                ServiceURL = server.Endpoint.AbsoluteUri,
                AuthenticationRegion = "us-east-1",
                ForcePathStyle = true,
            });
        await _s3.PutBucketAsync(Bucket);
        return new JobArtifacts
        {
            JobId = "job-1",
            Inputs = [new JobArtifact("In", null, "S3", Bucket, $"pipeline/In/{run}")],
            Outputs = [new JobArtifact("Out", null, "S3", Bucket, $"pipeline/Out/{run}.zip")],
            Credentials = new ArtifactCredentials(new Secret("ASIATEST"), new Secret("secret"), new Secret("session")),
            ReadAt = DateTimeOffset.UtcNow,
            EncryptionKey = key is null ? null : new EncryptionKey(key, "KMS"),
            Settings = new ClientSettings { Region = "us-east-1", S3EndpointUrl = server.Endpoint.AbsoluteUri },
        };
    }

    private async Task<MultipartUpload[]> OpenUploadsAsync()
    {
        ListMultipartUploadsResponse open = await _s3!.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = Bucket });
        return [.. (open.MultipartUploads ?? []).Where(each => each is not null)];
    }

    private static async Task<MemoryStream> BufferAsync(Stream stream)
    {
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        copy.Position = 0;
        return copy;
    }
}
