using System;
using System.Linq;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Model;

public sealed class TextLimitTests
{
    // One scalar value, two UTF-16 units.
    private const string Rocket = "\U0001F680";

    // One visible character of several scalar values.
    private const string Family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";

    private readonly TextLimit _limit = new("member", 2, 5);

    [Theory]
    [InlineData("a", false)]
    [InlineData("ab", true)]
    [InlineData("abcde", true)]
    [InlineData("abcdef", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Allows_AtTheEdges_IsInclusive(string? value, bool allowed) =>
        Assert.Equal(allowed, _limit.Allows(value));

    [Fact]
    public void Allows_SurrogatePairs_CountsCharactersNotUnits()
    {
        Assert.True(_limit.Allows(Repeat(Rocket, 5)));
        Assert.False(_limit.Allows(Repeat(Rocket, 6)));
        Assert.False(_limit.Allows(Rocket));
    }

    [Fact]
    public void Allows_LoneSurrogates_CountsEachAsOne()
    {
        Assert.True(_limit.Allows("\uD83D\uD83D"));
        Assert.False(_limit.Allows(Rocket[..1]));
    }

    [Theory]
    [InlineData("abc-_Z9", true)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("é", false)]
    public void Allows_Identifier_AcceptsOnlyItsCharacters(string value, bool allowed) =>
        Assert.Equal(allowed, ServiceLimits.Provider.Allows(value));

    [Fact]
    public void Check_ValidValue_ReturnsIt() => Assert.Equal("abc", _limit.Check("abc", "Thing"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Check_Empty_NamesInput(string? value)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => _limit.Check(value, "Thing"));

        Assert.Equal("Thing", error.InputName);
        Assert.Equal("Thing is empty.", error.Message);
        Assert.Contains("2 to 5 characters", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "Thing has 1 characters; the service accepts 2 to 5 characters.",
        "Give Thing 2 to 5 characters.")]
    [InlineData("abcdef", "Thing has 6 characters; the service accepts 2 to 5 characters.",
        "Shorten Thing to 5 characters.")]
    public void Check_WrongLength_NamesLengthAndLimit(string value, string message, string recommendedAction)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => _limit.Check(value, "Thing"));

        Assert.Equal((message, recommendedAction), (error.Message, error.RecommendedAction));
    }

    [Fact]
    public void Check_WrongLength_HidesValue()
    {
        string secret = Repeat("s3cret", 50);

        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => ServiceLimits.ClientToken.Check(secret, "ClientToken"));

        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_InvalidCharacter_ListsAllowed()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(
            () => ServiceLimits.Version.Check("1.0", "Version"));

        Assert.Contains("'1.0'", error.Message, StringComparison.Ordinal);
        Assert.Contains("letters, digits, '_' and '-'", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abcde")]
    public void Cut_ShortText_ReturnsIt(string text) => Assert.Same(text, _limit.Cut(text));

    [Fact]
    public void Cut_LongText_EndsWithEllipsis() => Assert.Equal("abcd…", _limit.Cut("abcdef"));

    [Fact]
    public void Cut_AtSurrogatePair_DoesNotSplitIt() => Assert.Equal("abc…", _limit.Cut("abc" + Rocket + "d"));

    [Fact]
    public void Cut_AtCombiningMark_KeepsLetterWhole() => Assert.Equal("abc…", _limit.Cut("abce\u0301fg"));

#if NET
    [Fact]
    public void Cut_AtJoinedEmoji_DoesNotSplitIt() =>
        Assert.Equal("ab…", new TextLimit("member", 1, 9).Cut("ab" + Family + "cd"));
#endif

    [Fact]
    public void Cut_OneHugeCharacter_StaysWithinLimit()
    {
        string cut = _limit.Cut("e" + Repeat("\u0301", 20));

        Assert.True(cut.Length <= 5);
        Assert.EndsWith("…", cut, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_AnyLength_IsAllowed()
    {
        for (int length = 2040; length < 2060; length++)
        {
            string text = Repeat("x", length - 8) + Repeat(Rocket, 4);
            Assert.True(ServiceLimits.Summary.Allows(ServiceLimits.Summary.Cut(text)));
        }
    }

    [Fact]
    public void Cut_Null_Throws() => Assert.Throws<ArgumentNullException>(() => _limit.Cut(null!));

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
