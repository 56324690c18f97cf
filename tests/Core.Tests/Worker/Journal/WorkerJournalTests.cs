using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker.Journal;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker.Journal;

/// <summary>The journal file: its entries, its lock, and damaged lines and full disks.</summary>
public sealed class WorkerJournalTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly JobTicket _job = new("job-1", "client-1", FakeQueue.Type);

    public void Dispose() => _folder.Dispose();

    private string FilePath => _folder.PathOf("deep/er/journal.jsonl");

    [Fact]
    public async Task Read_CopyOfALiveJournal_ReturnsLastEntries()
    {
        using WorkerJournal journal = Open();
        await journal.ClaimingAsync(_job, "mark-1");
        Assert.Equal(
            (JournalStage.Claiming, "mark-1", _job),
            (Copied().Single().Stage, Copied().Single().ClaimFingerprint!, Copied().Single().Job));
        await journal.ClaimedAsync(_job, 2);
        Assert.Equal((JournalStage.Claimed, 2), (Copied().Single().Stage, Copied().Single().Runs));
        var result = new SuccessResult
        {
            Summary = "zwei „Wörter“",
            ContinuationToken = "token",
            ExternalExecutionId = "run",
            PercentComplete = 7,
            Revision = new JobRevision("r", "c", _clock.GetUtcNow(), "s"),
        };
        await journal.ResultAsync(_job, ThirdPartyJobOutcome.From(result));
        SuccessResult read = Copied().Single().Result!.Success!;
        Assert.Equal(
            (result.Summary, result.ContinuationToken, result.ExternalExecutionId, result.PercentComplete,
                result.Revision),
            (read.Summary, read.ContinuationToken, read.ExternalExecutionId, read.PercentComplete, read.Revision));
        await journal.ResultAsync(_job, Failure());
        Assert.Equal(Failure().Failure, Copied().Single().Result!.Failure);
        await journal.CompleteAsync(_job, "Failed");
        await journal.ClaimingAsync(_job with { JobId = "job-2" }, "mark-2");
        Assert.Equal("job-2", Copied().Single().Job.JobId);
    }

    [Fact]
    public void Open_InUse_NamesTheOtherProcess()
    {
        using WorkerJournal journal = Open();

        JournalException error = Assert.Throws<JournalException>(Open);

        Assert.Equal(JournalFault.InUse, error.Fault);
#if NET
        int id = Environment.ProcessId;
#else
        int id = System.Diagnostics.Process.GetCurrentProcess().Id;
#endif
        Assert.Contains($"process {id} on {Environment.MachineName}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AfterDispose_Succeeds()
    {
        Open().Dispose();
        Open().Dispose();
    }

    [Fact]
    public async Task Open_TruncatedLastLine_IgnoresTheLine()
    {
        using (WorkerJournal journal = Open())
        {
            await journal.ClaimingAsync(_job, "mark-1");
        }

        File.AppendAllText(FilePath, "{\"time\":\"2030-01-02T03:04:05Z\",\"entry\":\"clai");

        using WorkerJournal again = Open();
        Assert.Equal("job-1", again.PendingEntries.Single().Job.JobId);
    }

    [Theory]
    [InlineData("nonsense", "line 2")]
    [InlineData("{\"time\":\"2030-01-02T03:04:05Z\",\"entry\":\"dreamt\",\"job\":\"a\"}", "dreamt")]
    public async Task Open_DamagedLine_NamesTheLine(string line, string named)
    {
        using (WorkerJournal journal = Open())
        {
            await journal.ClaimingAsync(_job, "mark-1");
        }

        string[] lines = File.ReadAllLines(FilePath);
        File.WriteAllLines(FilePath, new[] { lines[0], line }.Concat(lines.Skip(1)));

        JournalException error = Assert.Throws<JournalException>(Open);

        Assert.Equal(JournalFault.Damaged, error.Fault);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("param($Job) 'x'")]
    [InlineData("one line\n")]
    [InlineData("{\"client-1\":\"token\"}")]
    [InlineData("{\"client-1\":\"token\"}\n")]
    [InlineData("{\"entry\":\"opened\",\"version\":1}")]
    [InlineData("{\"entry\":\"claimed\",\"job\":\"a\",\"version\":1}\n")]
    [InlineData("[1]\n")]
    [InlineData("\"opened\"\n")]
    [InlineData("\n{\"entry\":\"opened\",\"version\":1}\n")]
    [InlineData("\0\0\0\0")]
    [InlineData(" ")]
    [InlineData("PK\u0003\u0004\n\0\0")]
    public void Open_OtherFile_ThrowsAndKeepsTheFile(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, content);

        JournalException error = Assert.Throws<JournalException>(Open);

        Assert.Equal(JournalFault.Damaged, error.Fault);
        Assert.StartsWith(
            $"The file '{FilePath}' is not a worker's journal", error.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(FilePath));
        Assert.Equal(new[] { FilePath }, Directory.GetFiles(Path.GetDirectoryName(FilePath)!));
    }

    [Fact]
    public void Open_EmptyFile_WritesAJournal()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, string.Empty);

        Open().Dispose();

        Assert.Contains("\"opened\"", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"entry\":\"opened\",\"version\":99}\n", "later version")]
    [InlineData("{\"entry\":\"opened\",\"version\":1}\n{\"entry\":\"cla\n", "line 2")]
    [InlineData("{\"entry\":\"opened\",\"version\":1}\nsomebody's note\n", "line 2")]
    public void Open_InvalidCompleteLastLine_Throws(string content, string named)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, content);

        JournalException error = Assert.Throws<JournalException>(Open);

        Assert.Equal(JournalFault.Damaged, error.Fault);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    [Fact]
    public void Rewrite_ExistingNewFile_ReplacesOnlyAJournal()
    {
        Open().Dispose();
        string fresh = FilePath + ".new";
        File.WriteAllText(fresh, File.ReadAllText(FilePath) + "{\"time");
        Open().Dispose();
        Assert.False(File.Exists(fresh));
        File.WriteAllText(fresh, "my notes");

        JournalException error = Assert.Throws<JournalException>(Open);

        Assert.Equal(JournalFault.Unusable, error.Fault);
        Assert.Contains("'" + fresh + "' is in the way", error.Message, StringComparison.Ordinal);
        Assert.Equal("my notes", File.ReadAllText(fresh));
    }

#if NET
    [Theory]
    [InlineData("")]
    [InlineData(".new")]
    [InlineData(".lock")]
    public void Open_Link_IsUnusable(string suffix)
    {
        string theirs = _folder.Write("theirs", suffix.Length == 0 ? string.Empty : "theirs");
        DateTime written = File.GetLastWriteTimeUtc(theirs);
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.CreateSymbolicLink(FilePath + suffix, theirs);
        UnixFileMode? mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(theirs);

        JournalException error = Assert.Throws<JournalException>(Open);

        Assert.Equal(JournalFault.Unusable, error.Fault);
        Assert.Contains("it is a symbolic link", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            (written, suffix.Length == 0 ? 0 : 6), (File.GetLastWriteTimeUtc(theirs), new FileInfo(theirs).Length));
        Assert.Equal(mode, OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(theirs));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Open_WritableByOthers_IsUnusable(UnixFileMode right)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Open().Dispose();
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | right);

        JournalException error = Assert.Throws<JournalException>(Open);

        Assert.Equal(JournalFault.Unusable, error.Fault);
        Assert.Contains("Other users may write to it.", error.Message, StringComparison.Ordinal);

        // An empty file is accepted: it has no content that others could have written.
        File.WriteAllText(FilePath, string.Empty);
        Open().Dispose();
    }

    [Fact]
    public void Open_ExistingLockFile_KeepsContentAndMode()
    {
        string lockFile = FilePath + ".lock";
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(lockFile, "GEM\n");
        UnixFileMode? mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(lockFile);

        Open().Dispose();

        Assert.Equal("GEM\n", File.ReadAllText(lockFile));
        Assert.Equal(mode, OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(lockFile));
    }
#endif

    [Fact]
    public void Open_Folder_IsUnusable()
    {
        Directory.CreateDirectory(FilePath);

        Assert.Equal(JournalFault.Unusable, Assert.Throws<JournalException>(Open).Fault);
    }

    [Fact]
    public async Task Write_DiskFullForAWhile_KeepsWrittenEntries()
    {
        bool full = false;
        using WorkerJournal journal = WorkerJournal.Open(FilePath, _clock, inner => new FullDisk(inner, () => full));
        await journal.ClaimingAsync(_job, "mark-1");
        full = true;
        JournalException error = await Assert.ThrowsAsync<JournalException>(
            () => journal.ClaimingAsync(_job with { JobId = "job-2" }, "mark-2"));
        Assert.Equal(JournalFault.NotWritten, error.Fault);
        await Assert.ThrowsAsync<JournalException>(
            () => journal.ClaimingAsync(_job with { JobId = "job-3" }, "mark-3"));
        Assert.Equal("job-1", Copied().Single().Job.JobId);

        // An incomplete new journal would waste disk space.
        Assert.False(File.Exists(FilePath + ".new"));
        full = false;
        await journal.ClaimedAsync(_job, 1);

        Assert.Equal((JournalStage.Claimed, "job-1"), (Copied().Single().Stage, Copied().Single().Job.JobId));
    }

    [Fact]
    public async Task Dispose_DiskHasSpaceAgain_WritesFailedEntries()
    {
        bool full = false;
        using (WorkerJournal journal =
            WorkerJournal.Open(FilePath, _clock, inner => new FullDisk(inner, () => full)))
        {
            await journal.ClaimingAsync(_job, "mark-1");
            full = true;
            await Assert.ThrowsAsync<JournalException>(() => journal.ClaimedAsync(_job, 1));
            full = false;
        }

        Assert.Equal(JournalStage.Claimed, Assert.Single(JournalReader.Read(FilePath)).Stage);
    }

    [Fact]
    public async Task Write_ManyFinishedJobs_KeepsTheFileSmall()
    {
        using WorkerJournal journal = Open();
        await journal.ClaimingAsync(_job, "mark-1");
        string text = new('x', 5000);
        for (int i = 0; i < 400; i++)
        {
            JobTicket job = _job with { JobId = $"passing-{i}" };
            await journal.ResultAsync(
                job, ThirdPartyJobOutcome.From(new FailureResult(FailureType.JobFailed, text, null)));
            await journal.CompleteAsync(job, "Failed");
        }

        await journal.ClaimedAsync(_job, 1);
        Assert.True(new FileInfo(FilePath).Length < 1_200_000);
        Assert.Equal("job-1", Copied().Single().Job.JobId);
    }

    [Fact]
    public async Task Write_ManyEntriesAtOnce_SharesFlushes()
    {
        int writes = 0;
        int writing = 0;
        int atOnce = 0;
        using var isOpen = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using WorkerJournal journal = WorkerJournal.Open(FilePath, _clock, inner => new FullDisk(inner, () =>
        {
            if (isOpen.IsSet)
            {
                writes++;
                atOnce = Math.Max(atOnce, Interlocked.Increment(ref writing));
                goOn.Wait();
                Interlocked.Decrement(ref writing);
            }

            return false;
        }));
        isOpen.Set();

        // All other entries arrive during the first write.
        Task[] all = Enumerable.Range(0, 500)
            .Select(i => journal.ClaimingAsync(_job with { JobId = $"job-{i}" }, "mark")).ToArray();
        goOn.Set();
        await Task.WhenAll(all);

        Assert.Equal(500, Copied().Count);
        Assert.True(writes < 10, $"{writes} writes");
        Assert.Equal(1, atOnce);
    }

#if NET
    [Fact]
    public async Task Open_OnUnix_CreatesFilesForTheOwnerOnly()
    {
        using WorkerJournal journal = Open();
        await journal.ClaimingAsync(_job, "mark-1");

        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(FilePath)!))
        {
            Assert.True(
                OperatingSystem.IsWindows()
                || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }
#endif

    private static ThirdPartyJobOutcome Failure() =>
        ThirdPartyJobOutcome.From(new FailureResult(FailureType.PermissionError, "No\nentry.", "run"));

    private WorkerJournal Open() => WorkerJournal.Open(FilePath, _clock);

    /// <summary>Reads a copy of the file, as the next worker would if this one were killed now.</summary>
    private System.Collections.Generic.IReadOnlyList<JournalEntry> Copied()
    {
        string copy = _folder.PathOf("copy.jsonl");
        using (var from = new FileStream(
            FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        using (FileStream to = File.Create(copy))
        {
            from.CopyTo(to);
        }

        return JournalReader.Read(copy);
    }

    /// <summary>A disk that is full after half of a write.</summary>
    private sealed class FullDisk(Stream inner, Func<bool> isFull) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (isFull())
            {
                inner.Write(buffer, offset, count / 2);
                throw new IOException("There is not enough space on the disk.");
            }

            inner.Write(buffer, offset, count);
        }
    }
}
