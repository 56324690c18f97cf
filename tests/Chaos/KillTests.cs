using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>
/// Kills a worker at each step of a job. The next worker with the same journal must end the job.
/// </summary>
public sealed class KillTests
{
    private const string Sentinel = "SENTINEL";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Theory]
    // Not claimed: polls return the job after its lease, or the next worker completes the claim.
    [InlineData("begin:poll", JobStatus.Succeeded, 1)]
    [InlineData("end:poll", JobStatus.Succeeded, 1)]
    [InlineData("begin:job", JobStatus.Succeeded, 1)]
    [InlineData("begin:claim", JobStatus.Succeeded, 1)]
    [InlineData("end:claim", JobStatus.Succeeded, 1)]
    // Interrupted: the progress of the handler is unknown, so it must not run again.
    [InlineData("begin:inputs", JobStatus.Failed, 0)]
    [InlineData("end:inputs", JobStatus.Failed, 0)]
    [InlineData("begin:handler", JobStatus.Failed, 0)]
    [InlineData("end:handler", JobStatus.Failed, 1)]
    [InlineData("begin:outputs", JobStatus.Failed, 1)]
    [InlineData("end:outputs", JobStatus.Failed, 1)]
    // The journal contains the result.
    [InlineData("begin:result", JobStatus.Succeeded, 1)]
    [InlineData("end:result", JobStatus.Succeeded, 1)]
    [InlineData("end:job", JobStatus.Succeeded, 1)]
    public async Task Worker_KilledAtStep_NextWorkerEndsJob(string step, string status, int runs)
    {
        using var folder = new TempFolder();
        string work = folder.PathOf("worker");
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions
        {
            LeaseTime = EngineProcess.ClaimWindow + TimeSpan.FromSeconds(1),
        });
        string jobId = emulator.AddJob(new EmulatedJobRequest(WorkerProcess.ActionType)
        {
            ClientToken = new Secret(Sentinel + "-client-token"),
            InputContents = new Dictionary<string, EmulatedContent> { ["In"] = EmulatedContent.FromBytes([1, 2, 3]) },
            OutputArtifacts = ["Out"],
            Configuration = new Dictionary<string, string>
            {
                [WorkerHandler.Wish] = WorkerHandler.Succeed,
                ["ApiKey"] = Sentinel + "-api-key",
            },
        }).JobId;
        var worker = new WorkerProcess(emulator, folder.PathOf(string.Empty), "worker", WorkerKind.Engine);
        try
        {
            worker.Start(dieAt: step);
            using var patience = new CancellationTokenSource(s_patience);
            await worker.Process.WaitForExitAsync(patience.Token);
            Assert.NotEqual(0, worker.Process.ExitCode);
            AssertNoSecret(folder.PathOf(string.Empty), emulator.SecretAccessKey.Reveal());

            worker.Start();
            while (!ChaosResult.IsFinal(Job()))
            {
                Assert.False(worker.Process.HasExited);
                await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
            }
        }
        finally
        {
            worker.Stop();
        }

        // The second worker deletes the folder of the killed one, so only its own may exist.
        Assert.True(Directory.GetDirectories(work).Length <= 1);
        Assert.Equal(status, Job().Status);
        Assert.Equal(status == JobStatus.Failed ? nameof(FailureType.SystemUnavailable) : null, Job().FailureType);
        Assert.Equal(runs, Runs.Read(folder.PathOf(string.Empty)).CountOf(jobId));

        EmulatedJob Job() => emulator.GetJobs().Single(job => job.JobId == jobId);
    }

    /// <summary>Searches all files that a killed worker leaves.</summary>
    private static void AssertNoSecret(string folder, string secretAccessKey)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(path, Encoding.Latin1);
            Assert.DoesNotContain(Sentinel, text, StringComparison.Ordinal);
            Assert.DoesNotContain(secretAccessKey, text, StringComparison.Ordinal);
        }
    }
}
