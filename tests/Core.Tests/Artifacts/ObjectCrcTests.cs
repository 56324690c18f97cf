using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Checksums;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

public sealed class ObjectCrcTests
{
    [Fact]
    public void Then_PartsOfAnyLength_YieldsCrcOfWhole()
    {
        byte[] content = ArtifactHost.Bytes(100_003);
        ObjectCrc whole = Of(content);
        int[] cuts = [0, 1, 17, 4096, 4096, 99_999, 100_003];

        ObjectCrc sum = cuts.Zip(cuts.Skip(1), (from, to) => Of(content[from..to]))
            .Aggregate((before, next) => before.Then(next));

        Assert.Equal(whole.Text, sum.Text);
        Assert.Equal(content.Length, sum.Length);
    }

    [Fact]
    public void Parse_ValidText_RoundTrips()
    {
        ObjectCrc crc = Of(Encoding.ASCII.GetBytes("123456789"));

        Assert.Equal("y/Q5Jg==", crc.Text);
        Assert.Equal("y/Q5Jg==", ObjectCrc.Parse(Crc.Crc32, "y/Q5Jg==", 9)?.Text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no base 64")]
    [InlineData("AAAA")]
    public void Parse_InvalidText_ReturnsNull(string? text) => Assert.Null(ObjectCrc.Parse(Crc.Crc32, text, 1));

    private static ObjectCrc Of(byte[] bytes)
    {
        var crc = new ObjectCrc(Crc.Crc32);
        crc.Append(bytes, bytes.Length);
        return crc;
    }
}
