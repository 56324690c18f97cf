using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Cmdlets.Tests;

/// <summary>A service client with configurable responses.</summary>
internal sealed class FakeClient : IThirdPartyJobClient
{
    public static ActionTypeId Type { get; } = new("Test", "ThirdParty", "Contoso", "1");

    public static Secret Token { get; } = new("token-of-client");

    /// <summary>The called operations with their arguments.</summary>
    public List<(string Operation, string? JobId, string? Token, object? Input)> Calls { get; } = new();

    public Func<CancellationToken, Task<IReadOnlyList<PolledJob>>> Poll { get; set; } =
        _ => Task.FromResult<IReadOnlyList<PolledJob>>(new[] { new PolledJob("job-1", "client-1") });

    /// <summary>A task that each job call awaits before its response.</summary>
    public Func<CancellationToken, Task> Wait { get; set; } = _ => Task.CompletedTask;

    public Func<JobDetailsResponse> Details { get; set; } =
        () => new JobDetailsResponse { Id = "job-1", Nonce = "nonce-1" };

    public Func<string> Acknowledge { get; set; } = () => JobStatus.InProgress;

    public Func<Task> Result { get; set; } = () => Task.CompletedTask;

    /// <summary>A host whose current session uses this client and has the client's token.</summary>
    public FakeHost Host()
    {
        var host = new FakeHost();
        host.Sessions.Add(Session("Default"));
        return host;
    }

    public ThirdPartySession Session(string name) => new(
        name,
        new ClientSettings { Region = "us-east-1", AccessKey = "AKIDEXAMPLE", SecretKey = new Secret("secret-key") },
        new SingleTokenSource(Token, "the test"),
        _ => this);

    public ThirdPartyJob Job(string status = JobStatus.Dispatched, string session = "Default") =>
        new("job-1", "client-1", Token, status, Type, Session(session));

    public static ServiceError Error(string code, bool answerLost = false, int attempts = 1) =>
        new("TheOperation", code, "the service's words", "request-7", 400, attempts, answerLost, null);

    public Task<IReadOnlyList<PolledJob>> PollForThirdPartyJobsAsync(
        ActionTypeId actionType, int? maxBatchSize, CallOptions options, CancellationToken cancellationToken)
    {
        Note("Poll", null, null, (actionType, maxBatchSize), options);
        return Poll(cancellationToken);
    }

    public async Task<JobDetailsResponse> GetThirdPartyJobDetailsAsync(
        string jobId, Secret clientToken, CallOptions options, CancellationToken cancellationToken)
    {
        Note("Details", jobId, clientToken, null, options);
        await Wait(cancellationToken);
        return Details();
    }

    public async Task<string> AcknowledgeThirdPartyJobAsync(
        string jobId, string nonce, Secret clientToken, CallOptions options, CancellationToken cancellationToken)
    {
        Note("Acknowledge", jobId, clientToken, nonce, options);
        await Wait(cancellationToken);
        return Acknowledge();
    }

    public async Task PutThirdPartyJobSuccessResultAsync(
        string jobId, Secret clientToken, SuccessResult result, CallOptions options,
        CancellationToken cancellationToken)
    {
        Note("Success", jobId, clientToken, result, options);
        await Wait(cancellationToken);
        await Result();
    }

    public async Task PutThirdPartyJobFailureResultAsync(
        string jobId, Secret clientToken, FailureResult result, CallOptions options,
        CancellationToken cancellationToken)
    {
        Note("Failure", jobId, clientToken, result, options);
        await Wait(cancellationToken);
        await Result();
    }

    public void Dispose()
    {
    }

    private void Note(string operation, string? jobId, Secret? token, object? input, CallOptions options)
    {
        options.Wire?.Invoke(operation + " on the wire");
        lock (Calls)
        {
            Calls.Add((operation, jobId, token?.Reveal(), input));
        }
    }
}
