using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation;
using Xunit;

namespace CodePipeline.ThirdParty.Interop.Parity;

/// <summary>
/// Compares our cmdlets with boto3 and the AWS CLI for the same requests: the sent request and the result. The emulator
/// rejects a request with a wrong operation, content type or signature, so these tests do not compare headers.
/// </summary>
public sealed class ParityTests(ParityRun run) : IClassFixture<ParityRun>
{
    // The error categories that scripts can rely on, by error code.
    private static readonly Dictionary<string, string> s_categories = new(StringComparer.Ordinal)
    {
        ["ActionTypeNotFoundException"] = "ObjectNotFound",
        ["JobNotFoundException"] = "ObjectNotFound",
        ["InvalidClientTokenException"] = "AuthenticationError",
        ["InvalidNonceException"] = "ResourceBusy",
        ["InvalidJobException"] = "ResourceUnavailable",
        ["InvalidJobStateException"] = "ResourceUnavailable",
        ["ThrottlingException"] = "LimitsExceeded",
        ["ExpiredTokenException"] = "AuthenticationError",
        ["AccessDeniedException"] = "PermissionDenied",
        ["UnrecognizedClientException"] = "AuthenticationError",
        ["InvalidSignatureException"] = "AuthenticationError",
        ["InternalFailure"] = "ResourceUnavailable",
        ["HTTP 503"] = "ResourceUnavailable",
        ["HTTP 200"] = "ProtocolError",
        ["connection"] = "ConnectionError",
    };

    public static TheoryData<string> Cases => [.. ParityTable.All.Keys];

    public static TheoryData<string> CliCases =>
        [.. ParityTable.All.Values.Where(each => each.ByCli).Select(each => each.Name)];

    public static TheoryData<string> SentByBoth => [.. ParityTable.All.Values
        .Where(each => each.Ours != "refused" && each.Peers != "refused" && each.WireDiffers is null)

        // The emulator does not record the body of a request with a wrong signature.
        .Where(each => !each.Name.StartsWith("keys: ", StringComparison.Ordinal))
        .Select(each => each.Name)];

    public static TheoryData<string> AnsweredToBoth => [.. ParityTable.All.Values
        .Where(each => each.Ours == "ok" && each.Peers == "ok").Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cmdlet_MatchesTable(string name)
    {
        ParityCase expected = ParityTable.All[name];
        ParityResult ours = Ours(name);

        Assert.True(expected.Ours == ours.Outcome, $"{ours.Outcome}: {ours.Text("message")}");
        string sent = expected.SentInstead ?? expected.Operation;
        AssertSent(ours, expected.SentBefore is null ? [sent] : [expected.SentBefore, sent]);
        if (ours.Outcome != "ok")
        {
            Assert.Equal(1, ours.Answer.GetProperty("errors").GetInt32());
            Assert.NotEqual("NotSpecified", ours.Text("category"));
            Assert.DoesNotContain("token-1", ours.Text("message"), StringComparison.Ordinal);

            // For a binding error, the target is the user's object.
            bool isPowerShells = ours.Text("errorId")!.StartsWith("ParameterArgument", StringComparison.Ordinal);
            Assert.True(
                isPowerShells || !ours.Text("target")!.Contains("token-1", StringComparison.Ordinal),
                ours.Text("target"));
            Assert.Equal(s_categories.GetValueOrDefault(ours.Outcome, ours.Text("category")!), ours.Text("category"));
        }

        AssertRequestId(ours);
    }

    [ToolTheory(Tool.Boto3)]
    [MemberData(nameof(Cases))]
    public void Boto3_MatchesTable(string name)
    {
        ParityCase expected = ParityTable.All[name];
        ParityResult boto3 = Boto3(name);

        Assert.True(expected.Peers == boto3.Outcome, $"{boto3.Outcome}: {boto3.Text("message")}");
        AssertSent(boto3, [expected.Operation]);
        AssertRequestId(boto3);
    }

    [ToolTheory(Tool.Aws, Tool.Boto3)]
    [MemberData(nameof(CliCases))]
    public void Cli_MatchesBoto3(string name)
    {
        ParityResult cli = Cli(name);
        ParityResult boto3 = Boto3(name);

        Assert.Equal(boto3.Outcome, cli.Outcome);
        Assert.Equal(
            boto3.Requests.Select(request => request.Operation), cli.Requests.Select(request => request.Operation));
        if (boto3.Requests.Count > 0)
        {
            Assert.Equal(boto3.Body, cli.Body);
        }

        if (boto3.Outcome == "ok")
        {
            Assert.Equal(
                boto3.Fields, cli.Fields.Replace(AccessPattern(cli), AccessPattern(boto3), StringComparison.Ordinal));
        }
    }

    [ToolTheory(Tool.Boto3)]
    [MemberData(nameof(SentByBoth))]
    public void Request_Body_MatchesBoto3(string name) => Assert.Equal(Boto3(name).Body, Ours(name).Body);

    [ToolTheory(Tool.Boto3)]
    [MemberData(nameof(AnsweredToBoth))]
    public void Response_Fields_MatchBoto3(string name) => Assert.Equal(Boto3(name).Fields, Ours(name).Fields);

    [ToolFact(Tool.Boto3)]
    public void WireDifferences_AreInTable()
    {
        IReadOnlyList<string> named =
        [
            .. ParityTable.All.Values.Where(each => each.WireDiffers is not null && each.Peers != "refused")
                .Select(each => each.Name),
        ];

        Assert.All(named, name => Assert.NotEqual(Boto3(name).Body, Ours(name).Body));
    }

    private static void AssertSent(ParityResult result, string[] operations) => Assert.Equal(
        result.Outcome == "refused" ? [] : operations, result.Requests.Select(request => request.Operation).ToArray());

    /// <summary>The request id of a service error must be that of the recorded request.</summary>
    private static void AssertRequestId(ParityResult result)
    {
        if (result.Text("requestId") is string id)
        {
            Assert.Equal(result.Requests[^1].RequestId, id);
        }
    }

    // The CLI prints the credentials; the other two report only that they exist.
    private static string AccessPattern(ParityResult result)
    {
        int at = result.Fields.IndexOf("\"artifactCredentials\":{", StringComparison.Ordinal);
        return at < 0 ? "(none)" : result.Fields[at..(result.Fields.IndexOf('}', at) + 1)];
    }

    private ParityResult Ours(string name) => run.Ours[name];

    private ParityResult Boto3(string name) => run.Boto3![name];

    private ParityResult Cli(string name) => run.Cli![name];
}
