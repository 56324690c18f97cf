using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation.Jobs;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>The statistics and errors of a chaos run.</summary>
internal sealed class ChaosResult
{
    private readonly IReadOnlyList<EmulatedJob> _jobs;

    public ChaosResult(
        IReadOnlyList<EmulatedJob> jobs, Runs runs, int kills, TimeSpan duration, IEnumerable<string> unexpectedEnds)
    {
        _jobs = jobs;
        Kills = kills;
        Duration = duration;
        Wrong = jobs.SelectMany(job => WrongWith(job, runs)).Concat(unexpectedEnds).ToArray();
        CutOff = jobs.Count(
            job => job.Status == JobStatus.Failed && job.FailureType == FailureType.SystemUnavailable.ToString());
    }

    public IReadOnlyList<string> Wrong { get; }

    public int Kills { get; }

    public TimeSpan Duration { get; }

    /// <summary>The number of jobs that failed because their worker was killed.</summary>
    public int CutOff { get; }

    public static bool IsFinal(EmulatedJob job) =>
        job.Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.TimedOut;

    public override string ToString() =>
        $"{_jobs.Count} jobs in {Duration.TotalSeconds:0} s, {Kills} workers killed: "
        + $"{_jobs.Count(job => job.Status == JobStatus.Succeeded)} succeeded, "
        + $"{_jobs.Count(job => job.Status == JobStatus.Failed)} failed ({CutOff} of them interrupted), "
        + $"{Wrong.Count} errors";

    private static IEnumerable<string> WrongWith(EmulatedJob job, Runs runs)
    {
        int times = runs.CountOf(job.JobId);
        if (!IsFinal(job))
        {
            yield return $"Job {job.JobId} has not ended: its status is {job.Status}.";
        }

        if (job.Status == JobStatus.TimedOut)
        {
            yield return $"Job {job.JobId} timed out.";
        }

        // The worker sends a result again after a lost response, so count only accepted results.
        if (IsFinal(job) && job.AcceptedResultCount != 1)
        {
            yield return $"Job {job.JobId} is {job.Status} with {job.AcceptedResultCount} results.";
        }

        if (times > 1)
        {
            yield return $"Job {job.JobId} ran {times} times, in {string.Join(", ", runs.WorkersOf(job.JobId))}.";
        }

        if (job.Status == JobStatus.Succeeded && !runs.HasEnded(job.JobId))
        {
            yield return $"Job {job.JobId} succeeded, but its handler did not finish.";
        }

        bool wanted = job.Configuration[WorkerHandler.Wish] == WorkerHandler.Fail
            ? job.Status == JobStatus.Failed
            : job.Status == JobStatus.Succeeded;
        if (IsFinal(job) && !wanted && job.FailureType != FailureType.SystemUnavailable.ToString())
        {
            yield return $"Job {job.JobId} should {job.Configuration[WorkerHandler.Wish]}, but is {job.Status}: "
                + $"{job.FailureMessage}";
        }
    }
}
