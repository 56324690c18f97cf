using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>The journal on disk. One worker has it at a time, by a lock that ends with its process.</summary>
/// <remarks>
/// Entries are appended; those that come while the disk is busy go with one write and one flush. Now and then, and
/// after a write that failed, the file is written anew with what is still needed, and takes the old one's place by a
/// rename.
/// </remarks>
internal sealed class WorkerJournal : IWorkerJournal, IDisposable
{
    private const long LeastRewriteSize = 1 << 20;

    // Linux, macOS; a sharing and a lock violation on Windows.
    private static readonly int[] s_heldErrors = { 11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021) };

    private readonly object _lock = new();
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly Func<Stream, Stream> _wrap;
    private readonly FileStream _held;
    private readonly Dictionary<string, JournalEntry> _open = new(StringComparer.Ordinal);
    private List<JournalLine> _pending = new();
    private Task _writing = Task.CompletedTask;
    private FileStream? _file;
    private Stream? _stream;
    private long _sizeWhenNew;
    private bool _isBroken;
    private bool _isWriting;
    private bool _isClosed;

    private WorkerJournal(string path, TimeProvider clock, Func<Stream, Stream> wrap, FileStream held)
    {
        _path = path;
        _clock = clock;
        _wrap = wrap;
        _held = held;
    }

    public IReadOnlyList<JournalEntry> PendingEntries { get; private set; } = Array.Empty<JournalEntry>();

    /// <summary>Opens a journal, or begins one. Its folder is made where it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clock">Gives the times of entries.</param>
    /// <param name="wrap">Stands between the journal and its file, so that tests can let writes fail.</param>
    /// <exception cref="JournalException">It is in use, damaged, or cannot be read or written.</exception>
    public static WorkerJournal Open(string path, TimeProvider clock, Func<Stream, Stream>? wrap = null)
    {
        string full = Path.GetFullPath(path);
        Check(full);
        FileStream held = Hold(full);
        var journal = new WorkerJournal(full, clock, wrap ?? (stream => stream), held);
        try
        {
            journal.PendingEntries = JournalReader.Read(full);
            foreach (JournalEntry entry in journal.PendingEntries)
            {
                journal._open[entry.Job.JobId] = entry;
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

    /// <summary>Makes the function that opens a journal for a worker.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clock">Gives the times of entries.</param>
    public static Func<Task<IWorkerJournal>> Opener(string path, TimeProvider clock) =>
        () => Task.FromResult<IWorkerJournal>(Open(path, clock));

    public Task ClaimingAsync(JobTicket job, string mark) =>
        WriteAsync(new JournalEntry(job, JournalStage.Claiming, _clock.GetUtcNow()) { ClaimFingerprint = mark });

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
            if (_isBroken && _stream is not null)
            {
                Rewrite();
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            // Those whose entries are missing were told.
        }

        Close();
        _held.Dispose();
    }

    /// <summary>Before anything is made beside it.</summary>
    private static void Check(string path)
    {
        try
        {
            if (!JournalReader.IsBeginning(path))
            {
                throw JournalReader.NoJournal(path);
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw Unusable(path, error);
        }
    }

    private static FileStream Hold(string path)
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
                throw new IOException("There is a folder of this name.");
            }

            return HoldLock(path + ".lock");
        }
        catch (IOException error) when (s_heldErrors.Contains(error.HResult))
        {
            string by = JournalReader.Holder(path) is string who ? $" ({who})" : string.Empty;
            throw new JournalException(
                JournalFault.InUse,
                path,
                $"The journal '{path}' is in use by another worker{by}.",
                "Give each worker a journal of its own, or end the other one first.",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unusable(path, error);
        }
    }

    /// <summary>Nothing is ever written to it, so that a file that is there already stays as it is.</summary>
    private static FileStream HoldLock(string path)
    {
        if (OwnedFile.FaultOf(path) is string fault)
        {
            throw new IOException($"Of its lock '{path}': {fault}.");
        }

        if (!File.Exists(path))
        {
            try
            {
                return PrivateFiles.Open(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another worker was quicker.
            }
        }

        return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
    }

    private static JournalException Unusable(string path, Exception error) => new(
        JournalFault.Unusable,
        path,
        $"The journal '{path}' cannot be used: {error.Message}",
        "Name a file of your own, which nobody else may write to, in a folder where the worker may write.",
        error);

    private Task<bool> WriteAsync(JournalEntry entry)
    {
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(new JournalLine(entry.Job.JobId, entry, JournalFormat.Serialize(entry), written));
        return written.Task;
    }

    private void Add(JournalLine note)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                note.Written?.TrySetException(NotWritten(new ObjectDisposedException(nameof(WorkerJournal))));
                return;
            }

            _pending.Add(note);
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
                foreach (JournalLine note in batch)
                {
                    note.Written?.TrySetResult(true);
                }
            }
            catch (Exception error)
            {
                // The file may end in half a line, and what a failed flush left on the disk nobody knows: it is written
                // anew.
                _isBroken = true;
                foreach (JournalLine note in batch)
                {
                    // A job that could not be written down is not going to be claimed.
                    if (note.Entry is { Stage: JournalStage.Claiming })
                    {
                        _open.Remove(note.JobId);
                    }

                    note.Written?.TrySetException(NotWritten(error));
                }
            }
        }
    }

    private void Write(List<JournalLine> batch)
    {
        foreach (JournalLine note in batch)
        {
            if (note.Entry is null)
            {
                _open.Remove(note.JobId);
            }
            else
            {
                _open[note.JobId] = note.Entry;
            }
        }

        if (_isBroken || _stream is null || (_file!.Length > LeastRewriteSize && _file.Length > 4 * _sizeWhenNew))
        {
            Rewrite();
            return;
        }

        byte[] lines = batch.SelectMany(note => note.Line).ToArray();
        _stream.Write(lines, 0, lines.Length);

        // That a job is done may get lost: its result is sent again then, and found to be there.
        if (batch.Any(note => note.Written is not null))
        {
            _stream.Flush();
            _file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Writes a new file with what is needed yet; the old one stays until the new one is whole.</summary>
    private void Rewrite()
    {
        string path = _path + ".new";
        string? fault = OwnedFile.FaultOf(path)
            ?? (JournalReader.IsBeginning(path) ? null : "it is not the journal of a worker");
        if (fault is not null)
        {
            throw new IOException($"'{path}' is in the way, and is left alone: {fault}.");
        }

        // A name that is taken is never written to, whatever takes it: it may be a link.
        File.Delete(path);
        FileStream fresh = PrivateFiles.Open(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        Stream stream = _wrap(fresh);
        try
        {
            WriteWhole(fresh, stream);
        }
        catch (Exception error)
        {
            stream.Dispose();
            fresh.Dispose();
            if (FileErrors.IsIoError(error))
            {
                // Half of it is no use to anybody, and takes up room where there may be none.
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
            // The file that was written, whatever is at its path by now.
            Replace(path, _path);
        }

        DirectorySync.Flush(Path.GetDirectoryName(_path)!);
        _file = fresh;
        _stream = stream;
        _sizeWhenNew = _file.Length;
        _isBroken = false;
    }

    private void WriteWhole(FileStream file, Stream stream)
    {
        Put(JournalFormat.Opened(_clock.GetUtcNow(), ProcessId(), Environment.MachineName));
        foreach (JournalEntry entry in _open.Values)
        {
            Put(JournalFormat.Serialize(entry));
        }

        stream.Flush();
        file.Flush(flushToDisk: true);

        void Put(byte[] line) => stream.Write(line, 0, line.Length);
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
        "Make room on its disk, or bring the disk back.",
        error);

    /// <summary>A line on its way to the disk.</summary>
    private sealed record JournalLine(string JobId, JournalEntry? Entry, byte[] Line, TaskCompletionSource<bool>? Written);
}
