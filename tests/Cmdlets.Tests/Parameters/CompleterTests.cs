using System.Collections;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Emulation.Faults;
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
    public void Owners_AreThirdPartyAlone() => Assert.Equal(new[] { "ThirdParty" }, Complete(new OwnerCompleter(), ""));

    [Theory]
    [InlineData("eu-c", "eu-central-1,eu-central-2")]
    [InlineData("us", "us-east-1,us-east-2,us-gov-east-1,us-gov-west-1,us-west-1,us-west-2")]
    [InlineData("cn", "cn-north-1,cn-northwest-1")]
    public void Regions_AreRealOnes_OfPublicPartitions(string word, string expected) =>
        Assert.Equal(expected, string.Join(",", Complete(new RegionCompleter(), word)));

    [Theory]
    [InlineData("", "'access-denied='")]
    [InlineData("THROT", "'throttle='")]
    [InlineData("seed=1;drop-a", "'seed=1;drop-after='")]
    public void Faults_AreKindsOfALastPart(string word, string expected) =>
        Assert.Equal(expected, Complete(new FaultCompleter(), word).First());

    [Fact]
    public void Faults_AreReadByThePlan()
    {
        foreach (string text in Complete(new FaultCompleter(), ""))
        {
            _ = FaultPlan.Parse(text.Trim('\'') + "1");
        }
    }

    [Fact]
    public void Select_KnowsTheOutputAndTheJob() => Assert.Equal(
        new[] { "'*'", "'^JobId'", "Nonce" },
        Complete(new SelectCompleter(), "").Intersect(["'*'", "JobDetails", "'^JobId'", "Nonce"]));

    [Fact]
    public void FreeText_HasNoValues() => Assert.Empty(Complete(new EmptyCompleter(), ""));

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
        internal override System.Collections.Generic.IEnumerable<string> Values(CompletionContext context) =>
            new[] { "my session", "it's", "plain-1" };
    }
}
