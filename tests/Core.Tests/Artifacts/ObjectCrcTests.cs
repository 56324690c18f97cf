using System;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Artifacts;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

public sealed class ObjectCrcTests
{
    [Theory]
    [InlineData((int)CrcKind.Crc32, "CBF43926")]
    [InlineData((int)CrcKind.Crc32C, "E3069283")]
    [InlineData((int)CrcKind.Crc64Nvme, "AE8B14860A799888")]
    public void Crc_OfTheWellKnownText_IsTheWellKnownValue(int kind, string hex)
    {
        var crc = new ObjectCrc((CrcKind)kind);
        crc.Append(Encoding.ASCII.GetBytes("123456789"), 9);

        Assert.Equal(Convert.ToBase64String(Convert.FromHexString(hex)), crc.Text);
    }

    [Theory]
    [InlineData((int)CrcKind.Crc32)]
    [InlineData((int)CrcKind.Crc32C)]
    [InlineData((int)CrcKind.Crc64Nvme)]
    public void Parts_OfAnyLength_AddUpToTheWhole(int kind)
    {
        byte[] content = ArtifactHost.Bytes(100_003);
        ObjectCrc whole = Of(content);
        int[] cuts = [0, 1, 17, 4096, 4096, 99_999, 100_003];

        ObjectCrc sum = cuts.Zip(cuts.Skip(1), (from, to) => Of(content[from..to])).Aggregate((before, next) => before.Then(next));

        Assert.Equal(whole.Text, sum.Text);
        Assert.Equal(content.Length, sum.Length);

        ObjectCrc Of(byte[] bytes)
        {
            var crc = new ObjectCrc((CrcKind)kind);
            crc.Append(bytes, bytes.Length);
            return crc;
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no base 64")]
    [InlineData("AAAA")]
    public void Parse_OfWhatIsNone_GivesNone(string? text) => Assert.Null(ObjectCrc.Parse(CrcKind.Crc32, text, 1));
}
