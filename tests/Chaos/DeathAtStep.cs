using System;
using System.Diagnostics;
using System.Threading;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>Kills this process, like <c>kill -9</c>, when a step of a job begins or ends.</summary>
internal sealed class DeathAtStep : IDisposable
{
    public const string Begin = "begin";
    public const string End = "end";

    private readonly ActivityListener _listener;

    /// <param name="when">
    /// The edge and the activity name of the step, for example <c>begin:claim</c> or <c>end:result</c>.
    /// </param>
    public DeathAtStep(string when)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkerTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = step => Look(Begin, step),
            ActivityStopped = step => Look(End, step),
        };
        ActivitySource.AddActivityListener(_listener);

        void Look(string edge, Activity step)
        {
            if ($"{edge}:{step.OperationName}" == when)
            {
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
            }
        }
    }

    public void Dispose() => _listener.Dispose();
}
