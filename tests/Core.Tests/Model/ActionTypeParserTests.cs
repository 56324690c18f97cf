using System;
using System.Collections.Generic;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Model;

public sealed class ActionTypeParserTests
{
    private static readonly ActionTypeId s_contoso = new("Test", "ThirdParty", "Contoso", "1");

    [Theory]
    [InlineData("Test/Contoso/1")]
    [InlineData("  test/Contoso/1 ")]
    [InlineData("Test/ThirdParty/Contoso/1")]
    [InlineData("TEST/thirdparty/Contoso/1")]
    [InlineData("category=Test,owner=ThirdParty,provider=Contoso,version=1")]
    [InlineData("version=1, provider=Contoso, category=test")]
    [InlineData("Category=\"Test\",Provider='Contoso',Version=1")]
    [InlineData("{\"category\":\"Test\",\"owner\":\"ThirdParty\",\"provider\":\"Contoso\",\"version\":\"1\"}")]
    [InlineData(" { \"Category\": \"test\", \"Provider\": \"Contoso\", \"Version\": 1 }")]
    public void Parse_EachForm_ReturnsSame(string text) => Assert.Equal(s_contoso, ActionTypeParser.Parse(text));

    [Fact]
    public void Parse_OtherOwner_KeepsIt() =>
        Assert.Equal(new ActionTypeId("Build", "Custom", "Own-1", "v_2"),
            ActionTypeParser.Parse("Build/custom/Own-1/v_2"));

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("Test/Contoso", "'Test/Contoso' cannot be read")]
    [InlineData("a/b/c/d/e", "cannot be read")]
    [InlineData("category=Test,Contoso", "cannot be read at 'Contoso'")]
    [InlineData("=Test", "cannot be read at '=Test'")]
    [InlineData("category=Test,provider=Contoso", "has no version")]
    [InlineData("provider=Contoso,version=1", "has no category")]
    [InlineData("category=Test,version=1", "has no provider")]
    [InlineData("category=Test,provider=Contoso,version=1,colour=red", "'colour'")]
    [InlineData("{\"category\":\"Test\"", "is not JSON")]
    [InlineData("{}", "has no category")]
    public void Parse_Invalid_SaysWhyAndShowsForms(string text, string why)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => ActionTypeParser.Parse(text));

        Assert.Equal("ActionType", error.InputName);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("Test/Contoso/1", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tets/Contoso/1", "Category", "Source, Build, Deploy, Test, Invoke, Approval, Compute")]
    [InlineData("Test/Nobody/Contoso/1", "Owner", "AWS, ThirdParty, Custom")]
    public void Parse_UnknownValue_ListsKnownValues(string text, string input, string values)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => ActionTypeParser.Parse(text));

        Assert.Equal(input, error.InputName);
        Assert.Contains(values, error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Test/Con toso/1", "Provider")]
    [InlineData("Test/Contoso/1.0", "Version")]
    [InlineData("Test//1", "Provider")]
    [InlineData("Test/Contoso/", "Version")]
    [InlineData("Test/Contoso/1234567890", "Version")]
    [InlineData("Test/a23456789012345678901234567890123456/1", "Provider")]
    public void Parse_OverLimit_NamesMember(string text, string input) =>
        Assert.Equal(input, Assert.Throws<InvalidInputException>(() => ActionTypeParser.Parse(text)).InputName);

    [Fact]
    public void FromMembers_NoOwner_IsThirdParty() => Assert.Equal(
        s_contoso,
        ActionTypeParser.FromMembers(new Dictionary<string, string?>
        {
            ["CATEGORY"] = "Test", ["Provider"] = "Contoso", ["version"] = "1", ["owner"] = null,
        }));

    [Theory]
    [InlineData("Test", "ThirdParty", "Test/Contoso/1")]
    [InlineData("Test", "Custom", "Test/Custom/Contoso/1")]
    public void ToString_CanBeParsedAgain(string category, string owner, string text)
    {
        var actionType = new ActionTypeId(category, owner, "Contoso", "1");

        Assert.Equal(text, actionType.ToString());
        Assert.Equal(actionType, ActionTypeParser.Parse(text));
        Assert.Equal(actionType.GetHashCode(), ActionTypeParser.Parse(text).GetHashCode());
    }

    [Fact]
    public void Equals_ComparesEveryMember()
    {
        Assert.False(s_contoso.Equals(new ActionTypeId("Build", "ThirdParty", "Contoso", "1")));
        Assert.False(s_contoso.Equals(new ActionTypeId("Test", "Custom", "Contoso", "1")));
        Assert.False(s_contoso.Equals(new ActionTypeId("Test", "ThirdParty", "contoso", "1")));
        Assert.False(s_contoso.Equals(new ActionTypeId("Test", "ThirdParty", "Contoso", "2")));
        Assert.False(s_contoso.Equals(null));
    }
}
