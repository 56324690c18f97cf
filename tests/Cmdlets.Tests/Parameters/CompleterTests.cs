using System.Collections;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Parameters;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Parameters;

public sealed class CompleterTests
{
    [Theory]
    [InlineData("", "Source,Build,Deploy,Test,Invoke,Approval,Compute")]
    [InlineData("t", "Test")]
    [InlineData("'T", "Test")]
    [InlineData("x", "")]
    public void Categories_AreThoseThatBeginSo(string word, string expected) =>
        Assert.Equal(expected, string.Join(",", Complete(new CategoryCompleter(), word)));

    [Fact]
    public void ActionTypes_BeginWithACategory() =>
        Assert.Equal(new[] { "Test/" }, Complete(new ActionTypeCompleter(), "te"));

    [Fact]
    public void Owners_AreTheServices() =>
        Assert.Equal(new[] { "AWS", "ThirdParty", "Custom" }, Complete(new OwnerCompleter(), ""));

    [Fact]
    public void Regions_AreThoseOfTheSdk() => Assert.Contains("eu-central-1", Complete(new RegionCompleter(), "eu-c"));

    [Fact]
    public void Statuses_AreTheServices() =>
        Assert.Equal(new[] { "InProgress" }, Complete(new StatusCompleter(), "in"));

    [Fact]
    public void Operations_AreNamedByApiAndByCmdlet() => Assert.Equal(
        new[] { "AcknowledgeThirdPartyJob", "Confirm-CPThirdPartyJob" },
        Complete(new OperationCompleter(), "A").Concat(Complete(new OperationCompleter(), "Conf")));

    [Fact]
    public void Value_WithASpaceOrAQuote_IsQuoted() =>
        Assert.Equal(new[] { "'my session'", "'it''s'", "plain-1" }, Complete(new Fixed(), ""));

    private static string[] Complete(ListCompleter completer, string word) => completer
        .CompleteArgument("Command", "Parameter", word, null!, new Hashtable())
        .Select(result => result.CompletionText).ToArray();

    private sealed class Fixed : ListCompleter
    {
        internal override System.Collections.Generic.IEnumerable<string> Values() =>
            new[] { "my session", "it's", "plain-1" };
    }
}
