using System;
using System.IO;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using CodePipeline.ThirdParty.Artifacts;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>Tests objects that other clients uploaded with any checksum algorithm.</summary>
public sealed class ChecksumTests
{
    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task Save_AnyChecksumAlgorithm_VerifiesFile(string name)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(9_000_000);
        await UploadAsync(host, job, content, name);

        await host.Mover.SaveAsync(job, host.Output, host.PathOf("out.bin"), expand: false, progress: null, default);

        Assert.Equal(content, File.ReadAllBytes(host.PathOf("out.bin")));
        Assert.Contains(host.Said, text => text.StartsWith($"The {name} of", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA256")]
    public async Task Save_AlteredBytes_AreDamagedForAnyChecksum(string name)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        await UploadAsync(host, job, ArtifactHost.Bytes(100_000), name);
        host.Service.Order("corrupt=1@GetObject");

        ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(
            () => host.Mover.SaveAsync(
                job, host.Output, host.PathOf("out.bin"), expand: false, progress: null, default));

        Assert.Equal(ArtifactFault.Damaged, error.Fault);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(host.PathOf("out.bin")));
    }

    private static async Task UploadAsync(ArtifactHost host, JobArtifacts job, byte[] content, string name)
    {
        using var store = new AmazonS3Client(
            new SessionAWSCredentials(
                job.Credentials!.AccessKeyId.Reveal(),
                job.Credentials.SecretAccessKey.Reveal(),
                job.Credentials.SessionToken.Reveal()),
            new AmazonS3Config
            {
                ServiceURL = host.Service.Settings.EndpointUrl,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            });
        await store.PutObjectAsync(new PutObjectRequest
        {
            BucketName = host.Output.BucketName,
            Key = host.Output.ObjectKey,
            InputStream = new MemoryStream(content),
            ChecksumAlgorithm = ChecksumAlgorithm.FindValue(name),
        });
    }
}
