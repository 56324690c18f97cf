using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// The activities and metrics of a worker, for OpenTelemetry. Tags contain only ids and names, never secrets.
/// </summary>
internal static class WorkerTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "CodePipeline.ThirdParty.Worker";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);

    private static readonly Counter<long> s_jobs = s_meter.CreateCounter<long>(
        "codepipeline.worker.jobs", "{job}", "Finished jobs, by outcome.");

    private static readonly Histogram<double> s_durations = s_meter.CreateHistogram<double>(
        "codepipeline.worker.job.duration", "s", "Time from the claim until the worker was done with the job.");

    private static readonly UpDownCounter<long> s_running = s_meter.CreateUpDownCounter<long>(
        "codepipeline.worker.jobs.running", "{job}", "Claimed jobs that have no result yet.");

    private static readonly Counter<long> s_pollErrors = s_meter.CreateCounter<long>(
        "codepipeline.worker.poll.errors", "{poll}", "Failed polls.");

    private static readonly Counter<long> s_resultRetries = s_meter.CreateCounter<long>(
        "codepipeline.worker.result.retries", "{call}", "Failed attempts to deliver a result.");

    /// <summary>Starts the activity of a step.</summary>
    /// <param name="name">poll, job, claim, inputs, handler, outputs or result.</param>
    /// <param name="actionType">The action type, for a tag.</param>
    /// <param name="job">The job, for tags; <see langword="null"/> for a poll.</param>
    public static TelemetryStep Step(string name, ActionTypeId actionType, JobTicket? job = null)
    {
        Activity? activity = null;
        Try(() => activity = s_source.StartActivity(name));
        var step = new TelemetryStep(activity);
        if (activity is not null)
        {
            step.SetTag("codepipeline.action_type", actionType.ToString());
            if (job is not null)
            {
                step.SetTag("codepipeline.job_id", job.JobId);
                step.SetTag("codepipeline.client_id", job.ClientId);
            }
        }

        return step;
    }

    public static void Claimed(JobTicket job) => Running(1, job);

    public static void Worked(JobTicket job) => Running(-1, job);

    public static void Ended(JobReport result)
    {
        if (!s_jobs.Enabled && !s_durations.Enabled)
        {
            return;
        }

        KeyValuePair<string, object?> type = Type(result.ActionType!);
        var outcome = new KeyValuePair<string, object?>("codepipeline.outcome", result.Outcome);
        Try(() => s_jobs.Add(1, type, outcome));
        Try(() => s_durations.Record(result.Duration.TotalSeconds, type, outcome));
    }

    public static void PollFailed(ActionTypeId actionType, Exception error) =>
        Try(() => s_pollErrors.Add(1, Type(actionType), Kind(error)));

    public static void ResultDelayed(JobTicket job, Exception error) =>
        Try(() => s_resultRetries.Add(1, Type(job.ActionType), Kind(error)));

    /// <summary>Ignores exceptions of listeners, so that they never affect a job.</summary>
    internal static void Try(Action notify)
    {
        try
        {
            notify();
        }
        catch (Exception)
        {
            // There is no other place to report it.
        }
    }

    private static void Running(int change, JobTicket job)
    {
        if (s_running.Enabled)
        {
            Try(() => s_running.Add(change, Type(job.ActionType)));
        }
    }

    private static KeyValuePair<string, object?> Type(ActionTypeId actionType) =>
        new("codepipeline.action_type", actionType.ToString());

    private static KeyValuePair<string, object?> Kind(Exception error) => new("error.type", error.GetType().Name);
}

/// <summary>The activity of a step. Does nothing if no listener is registered.</summary>
internal readonly struct TelemetryStep(Activity? activity) : IDisposable
{
    public void SetTag(string name, object? value) => activity?.SetTag(name, value);

    /// <summary>Marks the step as failed.</summary>
    /// <param name="why">The type of the error or failure. Not its message, which may contain a secret.</param>
    public void Failed(string why)
    {
        activity?.SetStatus(ActivityStatusCode.Error);
        activity?.SetTag("error.type", why);
    }

    public void Dispose()
    {
        if (activity is Activity begun)
        {
            WorkerTelemetry.Try(begun.Dispose);
        }
    }
}
