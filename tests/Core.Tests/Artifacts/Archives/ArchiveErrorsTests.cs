using System.Linq;
using CodePipeline.ThirdParty.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Tests how messages show names from archives.</summary>
public sealed class ArchiveErrorsTests
{
    [Theory]
    [InlineData("a\u001b[31mb\n", "a\\u001b[31mb\\u000a")]
    [InlineData("\u200d\u200e\u200f\u2010", "\u200d\\u200e\\u200f\u2010")]
    [InlineData("\u2027\u202a\u202e\u202f", "\u2027\\u202a\\u202e\u202f")]
    [InlineData("\u2065\u2066\u2069\u206a", "\u2065\\u2066\\u2069\u206a")]
    [InlineData("ünïcode 漢字 😀", "ünïcode 漢字 😀")]
    public void Shown_ControlCharacters_AreEscaped(string name, string shown) =>
        Assert.Equal(shown, ArchiveErrors.Shown(name));

    [Fact]
    public void Shown_LongName_IsCutBetweenCharacters()
    {
        string whole = new('n', 300);

        string pair = new string('n', 298) + "😀";

        Assert.Equal(whole, ArchiveErrors.Shown(whole));
        Assert.Equal(pair, ArchiveErrors.Shown(pair));
        Assert.Equal(whole + '…', ArchiveErrors.Shown(whole + "n"));
        Assert.DoesNotContain(ArchiveErrors.Shown(new string('n', 299) + "😀"), char.IsSurrogate);
        Assert.DoesNotContain(
            ArchiveErrors.Shown(string.Concat(Enumerable.Repeat("😀", 400))), char.IsSurrogate);
    }
}
