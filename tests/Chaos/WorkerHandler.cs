using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>Logs when it begins and ends, and ends as the job's configuration specifies.</summary>
internal sealed class WorkerHandler(string runs, string name) : IJobHandler
{
    public const string Wish = "Wish";
    public const string Succeed = "succeed";
    public const string Fail = "fail";
    public const string Continue = "continue";

    private readonly object _gate = new();

    public async Task<ThirdPartyJobOutcome?> HandleAsync(ThirdPartyJob job, CancellationToken cancellationToken)
    {
        Note(Runs.BeginLine(job.JobId, name));
        await Task.Delay(Random.Shared.Next(50), cancellationToken).ConfigureAwait(false);
        var detail = (ThirdPartyWorkerJob)job;
        foreach (string path in detail.OutputPath.Values)
        {
            Directory.CreateDirectory(path);
            await File.WriteAllTextAsync(
                Path.Combine(path, "made.txt"), "made", cancellationToken).ConfigureAwait(false);
        }

        Note(Runs.EndLine(job.JobId, name));
        return detail.ContinuationToken is not null ? null : detail.Configuration[Wish] switch
        {
            Fail => ThirdPartyJobOutcome.From(new FailureResult(FailureType.JobFailed, "As wished", null)),
            Continue => ThirdPartyJobOutcome.From(new SuccessResult { ContinuationToken = "go on" }),
            _ => null,
        };
    }

    // Write each line at once, so that a killed process leaves no partial line.
    private void Note(string line)
    {
        lock (_gate)
        {
            using var stream = new FileStream(
                runs, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1);
            stream.Write(Encoding.ASCII.GetBytes(line));
        }
    }
}
