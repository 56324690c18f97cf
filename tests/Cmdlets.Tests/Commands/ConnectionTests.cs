using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Commands;

public sealed class ConnectionTests
{
    private readonly FakeClient _client = new();

    public static TheoryData<Exception> ResponsesThatProvePermission => new()
    {
        new JobNotFoundException(FakeClient.Error("JobNotFoundException")),
        new InvalidClientTokenException(FakeClient.Error("InvalidClientTokenException")),
        new InvalidNonceException(FakeClient.Error("InvalidNonceException")),
        new InvalidJobException(FakeClient.Error("InvalidJobException")),
        new InvalidJobStateException(FakeClient.Error("InvalidJobStateException")),
        new ValidationException(FakeClient.Error("ValidationException")),
    };

    [Theory]
    [MemberData(nameof(ResponsesThatProvePermission))]
    public void Responses_ForUnknownJob_ProvePermission(Exception answer)
    {
        AllAnswer(answer);

        ConnectionCheck[] checks = Checks(
            new TestThirdPartyConnectionCommand { ActionType = FakeClient.Type, ClientId = "client-1" });

        Assert.Equal(
            new[]
            {
                "Region: Passed", "Credentials: Passed", "Identity: NotTried", "PollForThirdPartyJobs: NotTried",
                "Endpoint: Passed", "GetThirdPartyJobDetails: Passed", "AcknowledgeThirdPartyJob: Passed",
                "PutThirdPartyJobSuccessResult: Passed", "PutThirdPartyJobFailureResult: Passed", "Clock: NotTried",
                "Action type: Passed", "Client tokens: Passed",
            },
            checks.Select(check => check.ToString()));
        Assert.DoesNotContain(_client.Calls, call => call.Operation == "Poll");
        Assert.Single(_client.Calls.Select(call => (call.JobId, call.Token)).Distinct());
        Assert.DoesNotContain(checks, check => check.Text.Contains(FakeClient.Token.Reveal()));
    }

    [Fact]
    public void Call_AccessDenied_FailsAloneWithAction()
    {
        AllAnswer(new JobNotFoundException(FakeClient.Error("JobNotFoundException")));
        _client.Acknowledge = () => throw new AccessDeniedException(FakeClient.Error("AccessDeniedException"));

        ConnectionCheck[] checks = Checks(new TestThirdPartyConnectionCommand());

        ConnectionCheck failed = Assert.Single(checks, check => check.Result == CheckResult.Failed);
        Assert.Equal("AcknowledgeThirdPartyJob", failed.Name);
        Assert.NotEmpty(failed.RecommendedAction!);
        Assert.Equal(CheckResult.Passed, Of(checks, "PutThirdPartyJobFailureResult").Result);
    }

    [Fact]
    public void FirstCall_AccessDenied_EndpointCheckPasses()
    {
        AllAnswer(new AccessDeniedException(FakeClient.Error("AccessDeniedException")));

        ConnectionCheck[] checks = Checks(new TestThirdPartyConnectionCommand());

        Assert.Equal(CheckResult.Passed, Of(checks, "Endpoint").Result);
        Assert.Equal(4, checks.Count(check => check.Result == CheckResult.Failed));
    }

    public static TheoryData<Exception> WaysNotToBeReached => new()
    {
        new ServiceUnavailableException(FakeClient.Error("ServiceUnavailableException")),
        new UnexpectedResponseException(FakeClient.Error(string.Empty)),
        new ThirdPartyConnectionException(
            ConnectionFault.Unreachable, "GetThirdPartyJobDetails", "http://127.0.0.1:1/", "Connection refused", 1,
            new TimeoutException()),
    };

    [Theory]
    [MemberData(nameof(WaysNotToBeReached))]
    public void Endpoint_Unreachable_TriedOnce(Exception error)
    {
        AllAnswer(error);

        ConnectionCheck[] checks = Checks(new TestThirdPartyConnectionCommand());

        Assert.Equal(CheckResult.Failed, Of(checks, "Endpoint").Result);
        Assert.NotEmpty(Of(checks, "Endpoint").RecommendedAction!);
        Assert.Single(_client.Calls);
        Assert.Equal(CheckResult.NotTried, Of(checks, "Clock").Result);
    }

    [Theory]
    [InlineData(0, CheckResult.Passed, "agrees")]
    [InlineData(-60, CheckResult.Passed, "ahead of")]
    [InlineData(60, CheckResult.Passed, "behind")]
    [InlineData(-3600, CheckResult.Failed, "ahead of")]
    [InlineData(3600, CheckResult.Failed, "behind")]
    public void Clock_IsComparedWithTheServices(int seconds, CheckResult result, string text)
    {
        ServiceError error = FakeClient.Error("JobNotFoundException") with
        {
            ServerTime = DateTimeOffset.UtcNow.AddSeconds(seconds),
        };
        AllAnswer(new JobNotFoundException(error));

        ConnectionCheck clock = Of(Checks(new TestThirdPartyConnectionCommand()), "Clock");

        Assert.Equal(result, clock.Result);
        Assert.Contains(text, clock.Text);
        Assert.Equal(result == CheckResult.Failed, clock.RecommendedAction is not null);
    }

    [Fact]
    public void ClientToken_Missing_CheckFails()
    {
        AllAnswer(new JobNotFoundException(FakeClient.Error("JobNotFoundException")));

        ConnectionCheck[] checks = Checks(
            new TestThirdPartyConnectionCommand { ClientId = "unknown" },
            new TokenMapSource(new Dictionary<string, Secret> { ["client-1"] = FakeClient.Token }, "the test"));

        Assert.Equal(CheckResult.Failed, Of(checks, "Client tokens").Result);
        Assert.NotEmpty(Of(checks, "Client tokens").RecommendedAction!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Quiet_EmitsOneBoolean(bool allowed)
    {
        AllAnswer(allowed
            ? new JobNotFoundException(FakeClient.Error("JobNotFoundException"))
            : new AccessDeniedException(FakeClient.Error("AccessDeniedException")));

        FakeHost host = new TestThirdPartyConnectionCommand { Quiet = true }
            .Run(Host(new SingleTokenSource(FakeClient.Token, "the test")));

        Assert.Equal(allowed, Assert.Single(host.Objects));
    }

    private static ConnectionCheck Of(ConnectionCheck[] checks, string name) =>
        Assert.Single(checks, check => check.Name == name);

    private void AllAnswer(Exception error)
    {
        _client.Details = () => throw error;
        _client.Acknowledge = () => throw error;
        _client.Result = () => throw error;
    }

    private ConnectionCheck[] Checks(TestThirdPartyConnectionCommand command, IClientTokenSource? tokens = null) =>
        command.Run(Host(tokens ?? new SingleTokenSource(FakeClient.Token, "the test"))).Objects.Cast<ConnectionCheck>()
            .ToArray();

    /// <summary>Uses a custom endpoint, so that AWS STS is not called.</summary>
    private FakeHost Host(IClientTokenSource tokens)
    {
        var host = new FakeHost();
        host.Sessions.Add(new ThirdPartySession(
            "Default",
            new ClientSettings
            {
                Region = "us-east-1",
                AccessKey = "AKIDEXAMPLE",
                SecretKey = new Secret("secret-key"),
                EndpointUrl = "http://127.0.0.1:1/",
            },
            tokens,
            _ => _client));
        return host;
    }
}
