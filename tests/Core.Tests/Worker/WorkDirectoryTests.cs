using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>The folders of jobs, and the transfer of their artifacts.</summary>
public sealed class WorkDirectoryTests : IDisposable
{
    private readonly WorkerFixture _worker = new();
    private readonly FakeMover _mover = new();
    private ThirdPartyWorkerJob? _seen;

    public WorkDirectoryTests()
    {
        _worker.Mover = _mover;

        // Most handlers here create no artifacts.
        _worker.Options = _worker.Options with { MaxJobs = 1, MissingArtifact = MissingArtifactAction.Ignore };
        _worker.Queue.Job = ticket => new FakeJob(ticket)
        {
            Artifacts = new JobArtifacts
            {
                JobId = ticket.JobId,
                Inputs = new[] { Artifact("App"), Artifact("../app") },
                Outputs = new[] { Artifact("Report"), Artifact("Logs") },
            },
        };
    }

    public void Dispose() => _worker.Dispose();

    [Fact]
    public async Task Run_WithArtifacts_MovesInputsAndOutputs()
    {
        await RunAsync(job =>
        {
            Assert.Equal("App's bytes", File.ReadAllText(job.InputPath["App"]));
            Assert.Equal("../app's bytes", File.ReadAllText(job.InputPath["../app"]));
            File.WriteAllText(job.OutputPath["Report"], "all well");
            return null;
        });

        Assert.Equal(new[] { ("Report", "all well") }, _mover.Published);
        Assert.Single(_worker.Queue.Successes);
        Assert.Contains(
            _worker.Observer.Of(WorkerEventKind.Note),
            note => note.Message.Contains("'Logs'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(MissingArtifactAction.Fail)]
    [InlineData(MissingArtifactAction.Warn)]
    [InlineData(MissingArtifactAction.Ignore)]
    public async Task Output_Missing_FollowsMissingArtifactOption(object action)
    {
        _worker.Options = _worker.Options with { MissingArtifact = (MissingArtifactAction)action };

        await RunAsync(job =>
        {
            File.WriteAllText(job.OutputPath["Report"], "all well");
            return null;
        });

        const string Message = "The handler did not create the output artifact 'Logs'.";
        bool fails = action is MissingArtifactAction.Fail;
        Assert.Equal(
            fails ? new[] { new FailureResult(FailureType.JobFailed, Message, null) } : [], _worker.Queue.Failures);
        Assert.Equal(fails ? 0 : 1, _worker.Queue.Successes.Count());

        // The worker does not publish a failed job's outputs.
        Assert.Equal(fails ? 0 : 1, _mover.Published.Count);
        Assert.Equal(
            action is MissingArtifactAction.Warn ? 1 : 0,
            _worker.Observer.Of(WorkerEventKind.Warning).Count(warning => warning.Message.Contains(Message)));
    }

    [Theory]
    [InlineData("Typo")]
    [InlineData("report")]
    [InlineData("Report.txt")]
    public async Task Output_Undeclared_FailsTheJob(string name)
    {
        await RunAsync(job =>
        {
            File.WriteAllText(job.OutputPath["Report"], "all well");
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(job.OutputPath["Report"])!, name), "lost");
            return null;
        });

        Assert.Equal(
            $"The handler created '{name}', which is not an output artifact of the action. "
                + "Its output artifacts: 'Report', 'Logs'.",
            Assert.Single(_worker.Queue.Failures).Message);
        Assert.Empty(_mover.Published);
    }

    [Fact]
    public async Task Output_ActionWithoutOutputs_FailsTheJob()
    {
        _worker.Queue.Job = ticket => new FakeJob(ticket);

        await RunAsync(job =>
        {
            Directory.CreateDirectory(Path.Combine(job.WorkDirectory, "out", "Report"));
            File.WriteAllText(Path.Combine(job.WorkDirectory, "notes"), "anything else may lie there");
            return null;
        });

        Assert.Equal(
            "The handler created 'Report', which is not an output artifact of the action. "
                + "The action has no output artifacts.",
            Assert.Single(_worker.Queue.Failures).Message);
    }

    [Theory]
    [InlineData(true, true, "output", "'Report', 'Logs'")]
    [InlineData(true, false, "output", "'Report', 'Logs'")]
    [InlineData(false, true, "input", "'App', '../app'")]
    public async Task Paths_UnknownNameLookedUp_FailsTheJob(
        bool isOutput, bool byIndex, string kind, string available)
    {
        // PowerShell turns the exception of an indexer, and a missing property, into $null.
        await RunAsync(job =>
        {
            IReadOnlyDictionary<string, string> paths = isOutput ? job.OutputPath : job.InputPath;
            Assert.False(paths.ContainsKey("Typo"));
            Assert.False(paths.TryGetValue("Typo", out _));
            if (byIndex)
            {
                Assert.Throws<KeyNotFoundException>(() => paths["Typo"]);
            }
            else
            {
                Assert.False(((System.Collections.IDictionary)paths).Contains("Typo"));
            }

            return null;
        });

        Assert.Equal(
            $"The handler asked for the {kind} artifact 'Typo', which the action does not have. "
                + $"Its {kind} artifacts: {available}.",
            Assert.Single(_worker.Queue.Failures).Message);
    }

    [Fact]
    public async Task Paths_KnownNamesAndMembers_DoNotFailTheJob()
    {
        await RunAsync(job =>
        {
            var paths = (System.Collections.IDictionary)job.OutputPath;
            Assert.True(paths.Contains("Report"));
            Assert.False(paths.Contains("keys"));
            Assert.Equal(job.OutputPath["Report"], paths["Report"]);
            Assert.Equal(2, paths.Keys.Count);
            Assert.Equal(new[] { "Report", "Logs" }, job.OutputPath.Select(each => each.Key));
            return null;
        });

        Assert.Single(_worker.Queue.Successes);
    }

    [Fact]
    public async Task Run_ArtifactWithoutName_FailsTheJob()
    {
        _worker.Queue.Job = ticket => new FakeJob(ticket)
        {
            Artifacts = new JobArtifacts { Outputs = new[] { Artifact(null) } },
        };

        await RunAsync(_ => null);

        Assert.Equal(FailureType.SystemUnavailable, Assert.Single(_worker.Queue.Failures).Type);
        Assert.Equal(0, _worker.Handler.Runs);
    }

    [Fact]
    public async Task Paths_ArtifactsNotMoved_LookupFailsTheJob()
    {
        _worker.Options = _worker.Options with
        {
            MoveArtifacts = false, MissingArtifact = MissingArtifactAction.Fail, MaxJobs = 2,
        };
        _worker.Queue.Add("job-0");

        await RunAsync(job =>
        {
            _ = job.JobId == "job-1" ? Record.Exception(() => job.OutputPath["Report"]) : null;
            return null;
        });

        Assert.Single(_worker.Queue.Successes);
        Assert.Equal(
            "The handler asked for the output artifact 'Report', but the worker moves no artifacts.",
            Assert.Single(_worker.Queue.Failures).Message);
    }

    [Fact]
    public async Task Failure_WithPathsOfTheJob_HidesTheMachinesPaths()
    {
        await RunAsync(job => throw new InvalidOperationException(
            $"No '{job.OutputPath["Report"]}' in '{job.WorkDirectory}'."));

        string report = Path.Combine("out", "Report");
        Assert.Equal($"No '{report}' in 'the job's folder'.", Assert.Single(_worker.Queue.Failures).Message);
    }

    [Fact]
    public async Task Folders_AreWithinWorkDirectoryAndDeletedAfterJob()
    {
        bool? wasThereAtTheEnd = null;
        _worker.Observer.Seen = each => wasThereAtTheEnd =
            each.Kind == WorkerEventKind.JobEnded ? Directory.Exists(_seen!.WorkDirectory) : wasThereAtTheEnd;
        await RunAsync(
            job =>
            {
                string root = job.WorkDirectory + Path.DirectorySeparatorChar;
                Assert.All(
                    job.InputPath.Values.Concat(job.OutputPath.Values),
                    path => Assert.StartsWith(root, Path.GetFullPath(path), StringComparison.Ordinal));
                Assert.StartsWith(_worker.WorkPath, root, StringComparison.Ordinal);
#if NET
                Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(job.WorkDirectory)
                    == (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
#endif
                return null;
            },
            "../../job/1");

        Assert.Single(_worker.Queue.Successes);
        Assert.False(wasThereAtTheEnd);
        Assert.Empty(Directory.GetFileSystemEntries(_worker.WorkPath));
    }

    [Theory]
    [InlineData(ArtifactFault.AccessDenied, FailureType.PermissionError)]
    [InlineData(ArtifactFault.Unavailable, FailureType.SystemUnavailable)]
    [InlineData(ArtifactFault.NotFound, FailureType.RevisionUnavailable)]
    public async Task Input_DownloadFails_FailsTheJobBeforeTheHandler(ArtifactFault fault, FailureType type)
    {
        _mover.OnSave = () => throw new ArtifactTransferException(fault, "The store says no.", "Ask it.");

        await RunAsync(_ => null);

        Assert.Equal(
            new FailureResult(type, "Input artifact: The store says no.", null), Assert.Single(_worker.Queue.Failures));
        Assert.Equal(0, _worker.Handler.Runs);
    }

    [Fact]
    public async Task Output_UploadFails_FailsTheJob()
    {
        _mover.OnPublish = () => throw new IOException("Broken pipe.");

        await RunAsync(job =>
        {
            File.WriteAllText(job.OutputPath["Report"], "lost");
            return null;
        });

        Assert.Equal(FailureType.SystemUnavailable, Assert.Single(_worker.Queue.Failures).Type);
        Assert.Empty(_worker.Queue.Successes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Output_ContinuedOrFailedJob_IsNotPublished(bool goesOn)
    {
        await RunAsync(job =>
        {
            File.WriteAllText(job.OutputPath["Report"], "half");
            return goesOn
                ? ThirdPartyJobOutcome.From(new SuccessResult { ContinuationToken = "on" })
                : throw new InvalidOperationException("No.");
        });

        Assert.Empty(_mover.Published);
    }

    [Fact]
    public async Task Stop_DuringADownload_FailsTheJob()
    {
        _mover.OnSave = () => new TaskCompletionSource<bool>().Task;
        _worker.Queue.Add("job-1");
        Task run = _worker.Start();
        await Until.TrueAsync(() => _mover.Saves > 0);
        _worker.Stop();
        await Until.TrueAsync(() => _worker.Clock.PendingTimers == 2);
        _worker.Clock.Advance(TimeLimitedTask.GracePeriod);
        await run.WaitAsync(Until.Patience);

        Assert.Equal(FailureType.SystemUnavailable, Assert.Single(_worker.Queue.Failures).Type);
    }

    [Fact]
    public async Task DeleteStale_DeletesOnlyFoldersOfDeadWorkers()
    {
        string dead = LeaveDead(Path.Combine(_worker.WorkPath, OwnedFolder.UserPrefix + UserFolderName.Value));
        using var living = new WorkDirectory(_worker.WorkPath, TimeProvider.System, _ => { });
        JobDirectory job = living.ForJob("job-0", null);
        Assert.True(Directory.Exists(job.WorkDirectory));

        await RunAsync(_ => null);

        Assert.False(Directory.Exists(dead));
        Assert.True(Directory.Exists(job.WorkDirectory));
    }

    [Fact]
    public async Task DeleteStale_OutsideTheUsersFolder_DeletesNothing()
    {
        string[] planted =
        {
            LeaveDead(_worker.WorkPath), LeaveDead(Path.Combine(_worker.WorkPath, OwnedFolder.UserPrefix + "another")),
        };

        await RunAsync(_ => null);

        Assert.All(planted, folder => Assert.True(Directory.Exists(folder)));
    }

    [Fact]
    public async Task Folder_Unused_IsNeverCreated()
    {
        _worker.Mover = null;
        string[] there = [];

        await RunAsync(_ =>
        {
            there = Directory.GetDirectories(_worker.WorkPath, "job-1*", SearchOption.AllDirectories);
            return null;
        });

        Assert.Empty(there);
        Assert.Single(_worker.Queue.Successes);

        // Reading the property after the job does not create the folder.
        Assert.False(Directory.Exists(_seen!.WorkDirectory));
    }

    [Fact]
    public async Task Folder_UsedByHandler_IsDeletedAfterTheJob()
    {
        _worker.Mover = null;

        await RunAsync(job =>
        {
            File.WriteAllText(Path.Combine(job.WorkDirectory, "notes"), "at work");
            return null;
        });

        Assert.Single(_worker.Queue.Successes);
        Assert.Empty(Directory.GetFileSystemEntries(_worker.WorkPath));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Folder_CannotBeCreated_FailsTheJob(bool hasArtifacts)
    {
        _worker.Observer.Seen = each =>
        {
            if (each.Kind == WorkerEventKind.Started)
            {
                Directory.Delete(_worker.WorkPath, recursive: true);
                File.WriteAllText(_worker.WorkPath, "a file where folders are to be");
            }
        };
        _worker.Mover = hasArtifacts ? _mover : null;

        await RunAsync(job =>
        {
            Assert.StartsWith(_worker.WorkPath, job.WorkDirectory, StringComparison.Ordinal);
            return null;
        });

        FailureResult failure = Assert.Single(_worker.Queue.Failures);
        Assert.Equal(FailureType.SystemUnavailable, failure.Type);
        Assert.Equal("The worker could not create a folder for the job.", failure.Message);
        Assert.Contains(
            _worker.Observer.Of(WorkerEventKind.Warning),
            warning => warning.Message.StartsWith("The worker could not create a folder", StringComparison.Ordinal)
                && warning.Error is not null);
        Assert.Equal(hasArtifacts ? 0 : 1, _worker.Handler.Runs);
    }

    [Fact]
    public async Task Folder_UsedAfterTheWorkerEnded_IsNotCreated()
    {
        _worker.Mover = null;
        _worker.Options = _worker.Options with { JobTimeout = TimeSpan.FromSeconds(1) };
        var asked = new TaskCompletionSource<bool>();
        _worker.Queue.Add("job-1");
        _worker.Handler = new FakeHandler(async (job, _) =>
        {
            _seen = (ThirdPartyWorkerJob)job;
            await asked.Task;
            return null;
        });

        Task run = _worker.Start();
        await Until.TrueAsync(() => _seen is not null);
        await _worker.EndAsync(run, TimeSpan.FromSeconds(5));

        Assert.False(Directory.Exists(_seen!.WorkDirectory));
        asked.SetResult(true);
    }

    [Fact]
    public async Task JobTimeout_DuringADownload_FailsTheJob()
    {
        _worker.Options = _worker.Options with { JobTimeout = TimeSpan.FromMinutes(5) };
        TaskCompletionSource<bool> saving = new();
        _mover.OnSave = () =>
        {
            saving.SetResult(true);
            return Task.Delay(Timeout.Infinite, _mover.Stop);
        };
        _worker.Queue.Add("job-1");
        Task run = _worker.Start();

        await saving.Task.WaitAsync(Until.Patience);
        await _worker.EndAsync(run, TimeSpan.FromMinutes(1));

        FailureResult failure = Assert.Single(_worker.Queue.Failures);
        Assert.Equal(FailureType.JobFailed, failure.Type);
        Assert.Equal(
            "Input artifact 'App' was not downloaded and expanded within the job's time limit of 00:05:00.",
            failure.Message);
        Assert.Equal(0, _worker.Handler.Runs);
    }

    [Fact]
    public async Task JobTimeout_AfterADownload_LeavesTheRestToTheHandler()
    {
        _worker.Options = _worker.Options with { JobTimeout = TimeSpan.FromMinutes(5) };
        _mover.OnSave = () =>
        {
            _worker.Clock.Advance(TimeSpan.FromMinutes(2));
            return Task.CompletedTask;
        };
        TaskCompletionSource<bool> begun = new();
        _worker.Queue.Add("job-1");
        _worker.Handler = new FakeHandler(async (_, stop) =>
        {
            begun.SetResult(true);
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        });
        Task run = _worker.Start();

        await begun.Task.WaitAsync(Until.Patience);
        await Until.TrueAsync(() => _worker.Clock.PendingTimers > 0);
        _worker.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(_worker.Queue.Failures);
        await _worker.EndAsync(run, TimeSpan.FromSeconds(1));

        Assert.Equal("The handler did not end within 00:05:00.", Assert.Single(_worker.Queue.Failures).Message);
    }

#if NET
    [Fact]
    public async Task Output_DanglingLink_FailsTheJob()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await RunAsync(job =>
        {
            File.CreateSymbolicLink(job.OutputPath["Report"], "nowhere");
            return null;
        });

        // The mover fails when it reads the link.
        Assert.Single(_worker.Queue.Failures);
    }
#endif

    [Theory]
    [InlineData("job-1", "job-1")]
    [InlineData("a.b_c-D", "a.b_c-D")]
    [InlineData("AZaz09", "AZaz09")]
    [InlineData(
        "0123456789012345678901234567890123456789012345678901234567890123",
        "0123456789012345678901234567890123456789012345678901234567890123")]
    public void SafeFileName_SafeName_IsUnchanged(string name, string expected) =>
        Assert.Equal(expected, SafeFileName.For(name));

    [Theory]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("C:")]
    [InlineData("NUL")]
    [InlineData("com1.txt")]
    [InlineData("dot.")]
    [InlineData("ä")]
    public void SafeFileName_UnsafeName_IsHashed(string name)
    {
        string safe = SafeFileName.For(name);

        Assert.Matches("^([A-Za-z0-9][A-Za-z0-9_.-]*-)?[0-9a-f]{20}$", safe);
        Assert.NotEqual(safe, SafeFileName.For(name + "x"));
    }

    [Fact]
    public void SafeFileName_LongName_KeepsAPrefix()
    {
        string safe = SafeFileName.For(new string('a', 65));

        Assert.StartsWith(new string('a', 24) + "-", safe, StringComparison.Ordinal);
        Assert.Equal(24 + 1 + 20, safe.Length);
    }

    [Fact]
    public async Task Paths_NamesDifferOnlyInCase_GetDistinctPaths()
    {
        _worker.Queue.Job = ticket => new FakeJob(ticket)
        {
            Artifacts = new JobArtifacts { JobId = ticket.JobId, Inputs = new[] { Artifact("app"), Artifact("APP") } },
        };

        await RunAsync(job =>
        {
            Assert.NotEqual(
                Path.GetFileName(job.InputPath["app"]),
                Path.GetFileName(job.InputPath["APP"]),
                StringComparer.OrdinalIgnoreCase);
            return null;
        });

        Assert.Single(_worker.Queue.Successes);
    }

    [Fact]
    public async Task Run_MoveArtifactsOff_MovesNothing()
    {
        _worker.Options = _worker.Options with { MoveArtifacts = false };

        await RunAsync(_ => null);

        Assert.Equal(1, _worker.Handler.Runs);
        Assert.Equal(0, _mover.Saves);
        Assert.Empty(_mover.Published);
    }

    private static string LeaveDead(string place)
    {
        string dead = Path.Combine(place, "worker-dead");
        Directory.CreateDirectory(Path.Combine(dead, "job-0", "in"));
        File.WriteAllText(Path.Combine(dead, ".lock"), "cpthirdparty\n");
        return dead;
    }

    private static JobArtifact Artifact(string? name) => new(name, null, "S3", "bucket", name);

    private Task RunAsync(Func<ThirdPartyWorkerJob, ThirdPartyJobOutcome?> handle, string jobId = "job-1")
    {
        _worker.Queue.Add(jobId);
        _worker.Handler = new FakeHandler((job, _) =>
        {
            _seen = (ThirdPartyWorkerJob)job;
            return Task.FromResult(handle(_seen));
        });
        return _worker.RunAsync();
    }

    private sealed class FakeMover : IArtifactMover
    {
        public List<(string Name, string Text)> Published { get; } = new();

        public Func<Task>? OnSave { get; set; }

        public Func<Task>? OnPublish { get; set; }

        public int Saves { get; private set; }

        public CancellationToken Stop { get; private set; }

        public async Task SaveAsync(
            JobArtifacts job,
            JobArtifact artifact,
            string destination,
            bool expand,
            IProgress<TransferProgress>? progress,
            CancellationToken cancellationToken)
        {
            Saves++;
            Stop = cancellationToken;
            await (OnSave?.Invoke() ?? Task.CompletedTask);
            File.WriteAllText(destination, $"{artifact.Name}'s bytes");
        }

        public async Task PublishAsync(
            JobArtifacts job,
            JobArtifact artifact,
            string path,
            IProgress<TransferProgress>? progress,
            CancellationToken cancellationToken)
        {
            await (OnPublish?.Invoke() ?? Task.CompletedTask);
            Published.Add((artifact.Name!, File.ReadAllText(path)));
        }
    }
}
