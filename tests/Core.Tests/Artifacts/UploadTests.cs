using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Emulation;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

public sealed class UploadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024 * 1024)]
    [InlineData((16 * 1024 * 1024) + 1)]
    [InlineData(40_000_001)]
    public async Task Publish_AFileOfAnyLength_LiesInTheStoreAsItIs(int length)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(length);

        UploadedObject uploaded = await host.Mover.PublishAsync(job, host.Output, host.Write("out.bin", content), null, default);

        Assert.Equal(content, host.Published());
        Assert.Equal(length, uploaded.Bytes);
        Assert.NotNull(uploaded.ETag);
    }
}
