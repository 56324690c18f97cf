using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>A handler that runs a delegate.</summary>
internal class FakeHandler(Func<ThirdPartyJob, CancellationToken, Task<ThirdPartyJobOutcome?>> handle)
    : IJobHandler
{
    private int _runs;

    public FakeHandler()
        : this((_, _) => Task.FromResult<ThirdPartyJobOutcome?>(null))
    {
    }

    /// <summary>How often the handler was started.</summary>
    public int Runs => Volatile.Read(ref _runs);

    public Task<ThirdPartyJobOutcome?> HandleAsync(ThirdPartyJob job, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        return handle(job, cancellationToken);
    }
}

/// <summary>A handler that has processes to kill.</summary>
internal sealed class FakeProcessHandler(
    Func<ThirdPartyJob, CancellationToken, Task<ThirdPartyJobOutcome?>> handle, Action<string> kill)
    : FakeHandler(handle), IProcessHandler
{
    public void KillProcesses(string jobId) => kill(jobId);
}
