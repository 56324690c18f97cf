using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>A journal file. A lock file, which the system releases with the process, keeps other workers out.</summary>
/// <remarks>
/// Entries are appended. Entries that arrive while the disk is busy share one write and one flush. When the file has
/// grown enough, and after a failed write, the journal writes the unfinished jobs to a new file and renames it over the
/// old one.
/// </remarks>
internal sealed class WorkerJournal : IWorkerJournal, IDisposable
{
    private const long MinRewriteSize = 1 << 20;

    // EAGAIN on Linux and macOS; sharing and lock violations on Windows.
    private static readonly int[] s_lockErrors = { 11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021) };

    private readonly object _lock = new();
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly Func<Stream, Stream> _wrap;
    private readonly FileStream _lockFile;
    private readonly Dictionary<string, JournalEntry> _unfinished = new(StringComparer.Ordinal);
    private List<JournalLine> _pending = new();
    private Task _writing = Task.CompletedTask;
    private FileStream? _file;
    private Stream? _stream;
    private long _sizeAfterRewrite;
    private bool _needsRewrite;
    private bool _isWriting;
    private bool _isClosed;

    private WorkerJournal(string path, TimeProvider clock, Func<Stream, Stream> wrap, FileStream lockFile)
    {
        _path = path;
        _clock = clock;
        _wrap = wrap;
        _lockFile = lockFile;
    }

    public IReadOnlyList<JournalEntry> PendingEntries { get; private set; } = Array.Empty<JournalEntry>();

    /// <summary>Opens a journal. Creates the file and its folder if they do not exist.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="clock">Gives the times of entries.</param>
    /// <param name="wrap">Wraps the file's stream; lets tests make writes fail.</param>
    /// <exception cref="JournalException">The file is in use, damaged, or cannot be read or written.</exception>
    public static WorkerJournal Open(string path, TimeProvider clock, Func<Stream, Stream>? wrap = null)
    {
        string full = Path.GetFullPath(path);
        Check(full);
        FileStream lockFile = Lock(full);
        var journal = new WorkerJournal(full, clock, wrap ?? (stream => stream), lockFile);
        try
        {
            journal.PendingEntries = JournalReader.Read(full);
            foreach (JournalEntry entry in journal.PendingEntries)
            {
                journal._unfinished[entry.Job.JobId] = entry;
            }

            journal.Rewrite();
            return journal;
        }
        catch (Exception error)
        {
            journal.Dispose();
            if (FileErrors.IsIoError(error))
            {
                throw Unusable(full, error);
            }

            throw;
        }
    }

    /// <summary>Returns a function that opens a journal, for <see cref="WorkerOptions.OpenJournal"/>.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="clock">Gives the times of entries.</param>
    public static Func<Task<IWorkerJournal>> Opener(string path, TimeProvider clock) =>
        () => Task.FromResult<IWorkerJournal>(Open(path, clock));

    public Task ClaimingAsync(JobTicket job, string claimFingerprint) => WriteAsync(
        new JournalEntry(job, JournalStage.Claiming, _clock.GetUtcNow()) { ClaimFingerprint = claimFingerprint });

    public Task ClaimedAsync(JobTicket job, int runs) =>
        WriteAsync(new JournalEntry(job, JournalStage.Claimed, _clock.GetUtcNow()) { Runs = runs });

    public Task ResultAsync(JobTicket job, ThirdPartyJobOutcome result) =>
        WriteAsync(new JournalEntry(job, JournalStage.Result, _clock.GetUtcNow()) { Result = result });

    public Task CompleteAsync(JobTicket job, string outcome)
    {
        Add(new JournalLine(
            job.JobId, Entry: null, JournalFormat.Done(_clock.GetUtcNow(), job, outcome), Written: null));
        return Task.CompletedTask;
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_lock)
        {
            _isClosed = true;
            writing = _writing;
        }

        await writing.ConfigureAwait(false);
        try
        {
            if (_needsRewrite && _stream is not null)
            {
                Rewrite();
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            // The callers of the failed writes have already received the error.
        }

        Close();
        _lockFile.Dispose();
    }

    /// <summary>Checks the file before the lock file is created next to it.</summary>
    private static void Check(string path)
    {
        try
        {
            if (!JournalReader.MayReplace(path))
            {
                throw JournalReader.NotAJournal(path);
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw Unusable(path, error);
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            string? folder = Path.GetDirectoryName(path);
            if (folder is not null && !Directory.Exists(folder))
            {
                PrivateFiles.CreateFolder(folder);
            }

            if (Directory.Exists(path))
            {
                throw new IOException("It is a folder.");
            }

            return OpenLockFile(path + ".lock");
        }
        catch (IOException error) when (s_lockErrors.Contains(error.HResult))
        {
            string by = JournalReader.Holder(path) is string who ? $" ({who})" : string.Empty;
            throw new JournalException(
                JournalFault.InUse,
                path,
                $"The journal '{path}' is in use by another worker{by}.",
                "Give each worker its own journal, or stop the other worker first.",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unusable(path, error);
        }
    }

    /// <summary>Opens the lock file. Never writes to it, so an existing file keeps its content.</summary>
    private static FileStream OpenLockFile(string path)
    {
        if (OwnedFile.FaultOf(path) is string fault)
        {
            throw new IOException($"Its lock file '{path}' cannot be used: {fault}.");
        }

        if (!File.Exists(path))
        {
            try
            {
                return PrivateFiles.Open(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another worker created it first.
            }
        }

        return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
    }

    private static JournalException Unusable(string path, Exception error) => new(
        JournalFault.Unusable,
        path,
        $"The journal '{path}' cannot be used: {error.Message}",
        "Use a file that only you can write to, in a folder that the worker can write to.",
        error);

    private Task<bool> WriteAsync(JournalEntry entry)
    {
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(new JournalLine(entry.Job.JobId, entry, JournalFormat.Serialize(entry), written));
        return written.Task;
    }

    private void Add(JournalLine line)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                line.Written?.TrySetException(NotWritten(new ObjectDisposedException(nameof(WorkerJournal))));
                return;
            }

            _pending.Add(line);
            if (!_isWriting)
            {
                _isWriting = true;
                _writing = Task.Run(WriteAll);
            }
        }
    }

    private void WriteAll()
    {
        while (true)
        {
            List<JournalLine> batch;
            lock (_lock)
            {
                if (_pending.Count == 0)
                {
                    _isWriting = false;
                    return;
                }

                batch = _pending;
                _pending = new List<JournalLine>();
            }

            try
            {
                Write(batch);
                foreach (JournalLine line in batch)
                {
                    line.Written?.TrySetResult(true);
                }
            }
            catch (Exception error)
            {
                // The file may end in a truncated line, and its content after a failed flush is unknown.
                _needsRewrite = true;
                foreach (JournalLine line in batch)
                {
                    // The worker does not claim a job without its journal entry.
                    if (line.Entry is { Stage: JournalStage.Claiming })
                    {
                        _unfinished.Remove(line.JobId);
                    }

                    line.Written?.TrySetException(NotWritten(error));
                }
            }
        }
    }

    private void Write(List<JournalLine> batch)
    {
        foreach (JournalLine line in batch)
        {
            if (line.Entry is null)
            {
                _unfinished.Remove(line.JobId);
            }
            else
            {
                _unfinished[line.JobId] = line.Entry;
            }
        }

        if (_needsRewrite || _stream is null
            || (_file!.Length > MinRewriteSize && _file.Length > 4 * _sizeAfterRewrite))
        {
            Rewrite();
            return;
        }

        byte[] bytes = batch.SelectMany(line => line.Bytes).ToArray();
        _stream.Write(bytes, 0, bytes.Length);

        // A lost Done entry is harmless: the next worker sends the result again, and the service reports that the job
        // has ended.
        if (batch.Any(line => line.Written is not null))
        {
            _stream.Flush();
            _file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Writes the unfinished jobs to a new file. Replaces the old file when the new one is complete.</summary>
    private void Rewrite()
    {
        string path = _path + ".new";
        string? fault = OwnedFile.FaultOf(path)
            ?? (JournalReader.MayReplace(path) ? null : "it is not a worker's journal");
        if (fault is not null)
        {
            throw new IOException($"'{path}' is in the way: {fault}. Delete it or move it away.");
        }

        // Delete, then create: opening an existing path could follow a link that was put there since the check.
        File.Delete(path);
        FileStream fresh = PrivateFiles.Open(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        Stream stream = _wrap(fresh);
        try
        {
            WriteUnfinished(fresh, stream);
        }
        catch (Exception error)
        {
            stream.Dispose();
            fresh.Dispose();
            if (FileErrors.IsIoError(error))
            {
                // The disk may be full, so free the space of the incomplete file.
                TryDelete(path);
            }

            throw;
        }

        Close();
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            stream.Dispose();
            fresh.Dispose();
            Replace(path, _path);
            fresh = new FileStream(
                _path, FileMode.Open, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 1);
            fresh.Seek(0, SeekOrigin.End);
            stream = _wrap(fresh);
        }
        else
        {
            // Keeps the open stream: by now the path could lead to another file.
            Replace(path, _path);
        }

        DirectorySync.Flush(Path.GetDirectoryName(_path)!);
        _file = fresh;
        _stream = stream;
        _sizeAfterRewrite = _file.Length;
        _needsRewrite = false;
    }

    private void WriteUnfinished(FileStream file, Stream stream)
    {
        Append(JournalFormat.Opened(_clock.GetUtcNow(), ProcessId(), Environment.MachineName));
        foreach (JournalEntry entry in _unfinished.Values)
        {
            Append(JournalFormat.Serialize(entry));
        }

        stream.Flush();
        file.Flush(flushToDisk: true);

        void Append(byte[] line) => stream.Write(line, 0, line.Length);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            // The next rewrite deletes it.
        }
    }

    private void Close()
    {
        _stream?.Dispose();
        _file?.Dispose();
        _stream = null;
        _file = null;
    }

    private static void Replace(string from, string to)
    {
#if NET
        File.Move(from, to, overwrite: true);
#else
        if (File.Exists(to))
        {
            File.Replace(from, to, null);
        }
        else
        {
            File.Move(from, to);
        }
#endif
    }

    private static int ProcessId()
    {
#if NET
        return Environment.ProcessId;
#else
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetCurrentProcess();
        return process.Id;
#endif
    }

    private JournalException NotWritten(Exception error) => new(
        JournalFault.NotWritten,
        _path,
        $"The journal '{_path}' cannot be written: {error.Message}",
        "Free up space on the disk, or reconnect it.",
        error);

    /// <summary>A line that is to be written.</summary>
    private sealed record JournalLine(
        string JobId, JournalEntry? Entry, byte[] Bytes, TaskCompletionSource<bool>? Written);
}
