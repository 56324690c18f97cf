using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>A queue in memory. Tests set the jobs to hand out and the behaviour of each call.</summary>
internal sealed class FakeQueue : IJobQueue
{
    private readonly object _lock = new();
    private readonly List<JobTicket> _waiting = new();

    public static ActionTypeId Type { get; } = new("Test", "ThirdParty", "Contoso", "1");

    /// <summary>The action type and batch size of each poll.</summary>
    public ConcurrentQueue<(ActionTypeId Type, int Count)> Polls { get; } = new();

    /// <summary>Every result that was sent, including failed attempts.</summary>
    public ConcurrentQueue<(string JobId, object Result)> Sent { get; } = new();

    public ConcurrentQueue<string> Claims { get; } = new();

    public Func<ActionTypeId, CancellationToken, Task>? OnPoll { get; set; }

    public Func<JobTicket, CancellationToken, Task>? OnOpen { get; set; }

    public Func<string, CancellationToken, Task<bool>>? OnClaim { get; set; }

    /// <summary>Called with the job, the result, and the number of results sent before, for all jobs.</summary>
    public Func<string, object, int, CancellationToken, Task>? OnResult { get; set; }

    /// <summary>Creates the job that GetDetails returns.</summary>
    public Func<JobTicket, FakeJob> Job { get; set; } = ticket => new FakeJob(ticket);

    public IEnumerable<SuccessResult> Successes => Sent.Select(sent => sent.Result).OfType<SuccessResult>();

    public IEnumerable<FailureResult> Failures => Sent.Select(sent => sent.Result).OfType<FailureResult>();

    public JobTicket Add(string jobId, ActionTypeId? type = null)
    {
        var ticket = new JobTicket(jobId, "client-1", type ?? Type);
        lock (_lock)
        {
            _waiting.Add(ticket);
        }

        return ticket;
    }

    public async Task<IReadOnlyList<JobTicket>> PollAsync(
        ActionTypeId actionType, int maxBatchSize, CancellationToken cancellationToken)
    {
        Polls.Enqueue((actionType, maxBatchSize));
        if (OnPoll is not null)
        {
            await OnPoll(actionType, cancellationToken);
        }

        lock (_lock)
        {
            JobTicket[] batch = _waiting.Where(job => job.ActionType.Equals(actionType)).Take(maxBatchSize).ToArray();
            _waiting.RemoveAll(job => batch.Contains(job));
            return batch;
        }
    }

    public async Task<IWorkerJob> GetDetailsAsync(JobTicket ticket, CancellationToken cancellationToken)
    {
        if (OnOpen is not null)
        {
            await OnOpen(ticket, cancellationToken);
        }

        return Job(ticket).WithClaim(stop => ClaimAsync(ticket.JobId, stop));
    }

    public Task SucceedAsync(JobTicket ticket, SuccessResult result, CancellationToken cancellationToken) =>
        SendAsync(ticket, result, cancellationToken);

    public Task FailAsync(JobTicket ticket, FailureResult result, CancellationToken cancellationToken) =>
        SendAsync(ticket, result, cancellationToken);

    private async Task<bool> ClaimAsync(string jobId, CancellationToken cancellationToken)
    {
        Claims.Enqueue(jobId);
        return OnClaim is null || await OnClaim(jobId, cancellationToken);
    }

    private async Task SendAsync(JobTicket ticket, object result, CancellationToken cancellationToken)
    {
        int before = Sent.Count;
        Sent.Enqueue((ticket.JobId, result));
        if (OnResult is not null)
        {
            await OnResult(ticket.JobId, result, before, cancellationToken);
        }
    }
}

/// <summary>A job of <see cref="FakeQueue"/>.</summary>
internal sealed class FakeJob(JobTicket ticket) : IWorkerJob
{
    private readonly JobConfiguration _configuration = JobConfiguration.Empty;
    private readonly JobArtifacts _artifacts = new();
    private readonly IReadOnlyCollection<Secret> _secrets = Array.Empty<Secret>();
    private Func<CancellationToken, Task<bool>>? _claim;

    public JobTicket Ticket => ticket;

    public JobConfiguration Configuration
    {
        get => Whole(_configuration);
        init => _configuration = value;
    }

    public JobArtifacts Artifacts
    {
        get => Whole(_artifacts);
        init => _artifacts = value;
    }

    public string ClaimFingerprint { get; init; } = "mark-1";

    public IReadOnlyCollection<Secret> Secrets
    {
        get => Whole(_secrets);
        init => _secrets = value;
    }

    public Task<bool> ClaimAsync(CancellationToken cancellationToken) => _claim!(cancellationToken);

    public FakeJob WithClaim(Func<CancellationToken, Task<bool>> claim)
    {
        _claim = claim;
        return this;
    }

    /// <summary>The name of a member that throws.</summary>
    public string? Broken { get; init; }

    public ThirdPartyJob ToHandlerJob(JobDirectory folders) => Whole(new ThirdPartyWorkerJob(
        new ThirdPartyJobDetail(
            new ThirdPartyJob(ticket.JobId, ticket.ClientId, null, null, ticket.ActionType, null),
            new JobDetailsResponse()),
        folders));

    private T Whole<T>(T value, [CallerMemberName] string name = "") => name == Broken
        ? throw new InvalidOperationException($"{name} is broken.")
        : value;
}
