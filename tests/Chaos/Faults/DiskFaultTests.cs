using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;
using Xunit;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>Tests a worker whose journal or folders are on a full or read-only disk.</summary>
public sealed class DiskFaultTests
{
    [Fact]
    public async Task Journal_PathBelowFile_StopsWorkerBeforeClaim()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Write("file", "text"), "journal");

        await AssertNoJobIsTakenAsync(path);
    }

    [SmallDiskFact]
    public async Task Journal_FullDisk_StopsWorkerBeforeClaim()
    {
        using var disk = new SmallDisk(1);
        disk.Fill();

        await AssertNoJobIsTakenAsync(disk.PathOf("journal"));

        // A partial journal must not remain: it would use more space.
        Assert.Equal(["filler", "journal.lock", "old"], disk.Left);
    }

    [SmallDiskFact]
    public async Task Journal_ReadOnlyDisk_StopsWorkerBeforeClaim()
    {
        using var disk = new SmallDisk(1);
        disk.MakeReadOnly();

        await AssertNoJobIsTakenAsync(disk.PathOf("journal"));
    }

    [SmallDiskFact]
    public async Task Journal_DiskFillsUp_KeepsResultsAndPausesClaims()
    {
        using var disk = new SmallDisk(1);
        int skipped = 0;
        bool isFull = false;
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Wishes = [FaultyHandler.SayMuch, FaultyHandler.Fail, FaultyHandler.Succeed],
            JournalPath = disk.PathOf("journal"),
            AtHandlersEnd = () =>
            {
                if (!isFull)
                {
                    isFull = true;
                    disk.Fill();
                }
            },
            Seen = happened =>
            {
                if (happened.Kind == WorkerEventKind.JobSkipped && ++skipped == 3)
                {
                    File.Delete(disk.PathOf("filler"));
                }
            },
        });

        Assert.Empty(await run.FindWrongAsync());
        Assert.Contains(
            run.Events,
            each => each.Kind == WorkerEventKind.Warning && each.Message.Contains("without its journal entry"));
        Assert.Equal(3, skipped);
        Assert.Equal(3, run.Runs);
        Assert.Equal(["journal", "journal.lock", "old"], disk.Left);
    }

    [Fact]
    public async Task WorkFolder_PathBelowFile_StopsWorkerBeforeClaim()
    {
        using var folder = new TempFolder();

        await AssertNoJobIsTakenInAsync(Path.Combine(folder.Write("file", "text"), "work"));
    }

    [SmallDiskFact]
    public async Task WorkFolder_ReadOnlyDisk_StopsWorkerBeforeClaim()
    {
        using var disk = new SmallDisk(1);
        disk.MakeReadOnly();

        await AssertNoJobIsTakenInAsync(disk.Root);
    }

    [SmallDiskFact]
    public async Task WorkFolder_FullDisk_StopsWorkerBeforeClaim()
    {
        using var disk = new SmallDisk(1);
        disk.Fill();

        await AssertNoJobIsTakenInAsync(disk.Root);
    }

    [Fact]
    public async Task WorkFolder_Missing_IsCreated()
    {
        using var folder = new TempFolder();
        string path = folder.PathOf("a/b/work");
        using var run = new FaultyRun(
            new FaultyRunOptions { Worker = options => options with { WorkDirectory = path } });

        Assert.Empty(await run.FindWrongAsync());
        Assert.Equal(JobStatus.Succeeded, run.Job.Status);
    }

    /// <summary>Uses a separate process, because the folder for temporary files is a process-wide setting.</summary>
    [SmallDiskFact]
    public async Task TemporaryFolder_FullDisk_StopsWorkerBeforeClaim()
    {
        using var disk = new SmallDisk(1);
        disk.Fill();

        EmulatedJob job = await RunProcessAsync(disk.Root);

        Assert.Equal(JobStatus.Queued, job.Status);
    }

    [Fact]
    public async Task TemporaryFolder_Missing_IsCreated()
    {
        using var folder = new TempFolder();

        EmulatedJob job = await RunProcessAsync(folder.PathOf("nowhere"));

        Assert.Equal(JobStatus.Succeeded, job.Status);
    }

    private static async Task AssertNoJobIsTakenAsync(string journal)
    {
        using var run = new FaultyRun(new FaultyRunOptions
        {
            JournalPath = journal,
        });

        JournalException error = await Assert.ThrowsAsync<JournalException>(run.RunAsync);

        Assert.Equal(JournalFault.Unusable, error.Fault);
        Assert.Contains(journal, error.Message);
        Assert.Empty(run.Emulator.GetRequests());
        Assert.Equal(JobStatus.Queued, run.Job.Status);
    }

    private static async Task AssertNoJobIsTakenInAsync(string work)
    {
        using var run = new FaultyRun(new FaultyRunOptions
        {
            Worker = options => options with { WorkDirectory = work },
        });

        WorkDirectoryException error = await Assert.ThrowsAsync<WorkDirectoryException>(run.RunAsync);

        Assert.Equal(work, error.Path);
        Assert.Empty(run.Emulator.GetRequests());
        Assert.Equal(JobStatus.Queued, run.Job.Status);
    }

    private static async Task<EmulatedJob> RunProcessAsync(string temporary)
    {
        using var folder = new TempFolder();
        using ThirdPartyEmulator emulator = ThirdPartyEmulator.Start(new EmulatorOptions());
        emulator.AddJob(new EmulatedJobRequest(WorkerProcess.ActionType)
        {
            InputContents =
                new Dictionary<string, EmulatedContent> { ["In"] = EmulatedContent.FromBytes(new byte[100_000]) },
            OutputArtifacts = ["Out"],
            Configuration = new Dictionary<string, string> { [WorkerHandler.Wish] = WorkerHandler.Succeed },
        });
        var worker = new WorkerProcess(emulator, folder.PathOf(string.Empty), "worker", WorkerKind.Engine);
        try
        {
            worker.Start(temporary: temporary);
            await Until.TrueAsync(() => worker.Process.HasExited || ChaosResult.IsFinal(emulator.GetJobs()[0]));
        }
        finally
        {
            worker.Stop();
        }

        return emulator.GetJobs()[0];
    }
}
