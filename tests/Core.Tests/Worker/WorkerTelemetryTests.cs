using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>The activities and metrics of a worker: they cover every step and contain no secret.</summary>
public sealed class WorkerTelemetryTests : IDisposable
{
    private const string Sentinel = "SENTINEL-9f31";

    // Workers of other tests report at the same time, so this test uses its own action type.
    private static readonly ActionTypeId s_type = new("Test", ActionTypeId.ThirdPartyOwner, "Telemetry", "1");

    private readonly WorkerFixture _worker = new();
    private readonly ConcurrentQueue<Activity> _steps = new();
    private readonly ConcurrentQueue<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> _figures =
        new();
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();

    public WorkerTelemetryTests()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkerTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = step =>
            {
                if (step.GetTagItem("codepipeline.action_type") as string == s_type.ToString())
                {
                    _steps.Enqueue(step);
                }
            },
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == WorkerTelemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => Keep(instrument.Name, value, tags.ToArray()));
        _meters.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => Keep(instrument.Name, value, tags.ToArray()));
        _meters.Start();

        _worker.Options = _worker.Options with { ActionTypes = new[] { s_type }, MaxJobs = 2, ThrottleLimit = 1 };
        _worker.Queue.Job = ticket => new FakeJob(ticket)
        {
            Secrets = new[] { new Secret(Sentinel) },
            Configuration = new JobConfiguration(new Dictionary<string, string> { ["ApiKey"] = Sentinel }),
        };
        _worker.Queue.Add("job-1", s_type);
        _worker.Queue.Add("job-2", s_type);
    }

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
        _worker.Dispose();
    }

    [Fact]
    public async Task Run_EachStep_IsAnActivityWithinTheJob()
    {
        await _worker.RunAsync();

        Activity[] job = _steps.Where(step => step.GetTagItem("codepipeline.job_id") as string == "job-1").ToArray();
        Assert.Equal(new[] { "claim", "handler", "result", "job" }, job.Select(step => step.OperationName));
        Assert.All(job[..3], step => Assert.Equal(job[3].SpanId, step.ParentSpanId));
        Assert.All(job, step => Assert.Equal("client-1", step.GetTagItem("codepipeline.client_id")));
        Assert.Equal("Ours", job[0].GetTagItem("codepipeline.claim"));
        Assert.Contains(_steps, step => step.OperationName == "poll");
        Assert.Equal(2, Sum("codepipeline.worker.jobs"));
        Assert.Equal(0, Sum("codepipeline.worker.jobs.running"));
        Assert.Equal(2, _figures.Count(figure => figure.Name == "codepipeline.worker.job.duration"));
    }

    [Fact]
    public async Task Run_ErrorsWithSecrets_TagsContainNoSecret()
    {
        int polls = 0;
        _worker.Queue.OnPoll = (_, _) => ++polls == 2
            ? throw new InvalidOperationException($"The poll fails with {Sentinel}.")
            : Task.CompletedTask;
        _worker.Queue.OnResult = (_, _, before, _) =>
            before == 0 ? throw new TimeoutException($"No response for {Sentinel}") : Task.CompletedTask;
        _worker.Handler = new FakeHandler((_, _) => throw new InvalidOperationException($"It fails with {Sentinel}."));

        await _worker.EndAsync(_worker.Start());

        Assert.Contains(
            _steps,
            step => step is { OperationName: "handler", Status: ActivityStatusCode.Error }
                && step.GetTagItem("error.type") is string { Length: > 0 });
        Assert.Equal(1, Sum("codepipeline.worker.poll.errors"));
        Assert.Equal(1, Sum("codepipeline.worker.result.retries"));
        string all = string.Join(
            "\n", _steps.Select(Text).Concat(_figures.Select(figure => string.Join(",", figure.Tags))));
        Assert.Contains("codepipeline.job_id=job-1", all, StringComparison.Ordinal);
        Assert.DoesNotContain("SENTINEL", all, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "SENTINEL", string.Join("\n", _worker.Observer.Results.Select(result => result.Message)),
            StringComparison.Ordinal);
    }

    private static string Text(Activity step) => string.Join(
        " ",
        step.TagObjects.Select(tag => $"{tag.Key}={tag.Value}")
            .Concat(step.Events.Select(happened => happened.Name + string.Join(",", happened.Tags)))
            .Concat(step.Baggage.Select(item => item.ToString()))
            .Append(step.DisplayName)
            .Append(step.StatusDescription ?? string.Empty));

    private void Keep(string name, double value, KeyValuePair<string, object?>[] tags)
    {
        if (tags.Any(tag => tag.Value as string == s_type.ToString()))
        {
            _figures.Enqueue((name, value, tags));
        }
    }

    private double Sum(string name) => _figures.Where(figure => figure.Name == name).Sum(figure => figure.Value);
}
