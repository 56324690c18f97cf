using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Emulation;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

public sealed class DownloadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 * 1024 * 1024)]
    [InlineData((8 * 1024 * 1024) + 1)]
    [InlineData(30_000_001)]
    public async Task Save_AnObjectOfAnyLength_IsWhatLiesInTheStore(int length)
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync();
        byte[] content = ArtifactHost.Bytes(length);
        host.Put(content);

        await host.Mover.SaveAsync(job, host.Input, host.PathOf("in.bin"), expand: false, null, default);

        Assert.Equal(content, File.ReadAllBytes(host.PathOf("in.bin")));
        Assert.Equal(["in.bin"], host.Left);
        Assert.Contains(host.Said, text => text.Contains("CRC64NVME") && text.Contains("is right"));
    }
}
