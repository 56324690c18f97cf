using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Checksums;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Expands a zip. Validates the whole directory, then writes the files with several threads.</summary>
internal sealed class ZipExpansion
{
    private const int BufferSize = 128 * 1024;
    private const int MaximumTargetBytes = 4096;
    private readonly ArchiveSource _source;
    private readonly string _archive;
    private readonly ArchiveEntryIndex _tree;
    private readonly DirectoryWriter _writer;
    private readonly ExtractionBudget _meter;
    private readonly ExtractionLimits _limits;
    private readonly int _threads;
    private readonly List<ZipEntry> _files = new();
    private int _next = -1;

    public ZipExpansion(
        ArchiveSource source,
        ArchiveEntryIndex tree,
        DirectoryWriter writer,
        ExtractionBudget meter,
        ExtractionLimits limits,
        int threads)
    {
        _source = source;
        _archive = source.Path;
        _tree = tree;
        _writer = writer;
        _meter = meter;
        _limits = limits;
        _threads = threads;
    }

    public void Run(CancellationToken cancellationToken)
    {
        using (FileSliceStream file = new(_source))
        {
            ZipDirectory directory = ZipDirectory.Read(_source, file, _limits);
            Plan(directory, file, cancellationToken);
            _meter.TotalBytes = directory.TotalSize;
            _meter.TotalEntries = _tree.Count;
        }

        WriteFiles(cancellationToken);
        _writer.Finish(_tree);
    }

    private void Plan(ZipDirectory directory, FileSliceStream file, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaximumTargetBytes + 1];
        List<ArchiveEntryNode> folders = new();
        _tree.Counted = _meter.CountEntry;
        _tree.FolderAdded = folders.Add;
        foreach (ZipEntry entry in directory.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ArchiveEntryNode node = _tree.Add(entry.Name, entry.Kind);
            entry.Node = node;
            switch (entry.Kind)
            {
                case NodeKind.Folder:
                    _writer.Describe(node, entry.Mode, entry.Modified);
                    break;
                case NodeKind.Link:
                    node.Target = ReadTarget(entry, file, buffer);
                    node.Modified = entry.Modified;
                    break;
                default:
                    _files.Add(entry);
                    break;
            }
        }

        // Reject an unsafe symbolic link before anything is written.
        _tree.CheckLinks();
        foreach (ArchiveEntryNode folder in folders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _writer.CreateFolder(folder);
            _meter.EndEntry();
        }
    }

    private string ReadTarget(ZipEntry entry, FileSliceStream file, byte[] buffer)
    {
        if (entry.Size > MaximumTargetBytes)
        {
            throw ArchiveErrors.Unsafe(
                _archive,
                entry.Name,
                $"it is a symbolic link with a target of more than {MaximumTargetBytes:N0} bytes");
        }

        using MemoryStream target = new();
        Copy(entry, file, target, buffer, CancellationToken.None);
        return StrictUtf8.Decode(target.ToArray()) ?? throw ArchiveErrors.Unsafe(
            _archive, entry.Name, "it is a symbolic link with a target that is not valid UTF-8");
    }

    private void WriteFiles(CancellationToken cancellationToken)
    {
        // Start the largest files first. One that starts last would leave the other threads idle.
        _files.Sort(static (left, right) =>
        {
            const long Giant = 32L << 20;
            bool leftFirst = left.PackedSize >= Giant, rightFirst = right.PackedSize >= Giant;
            return leftFirst != rightFirst ? (leftFirst ? -1 : 1)
                : leftFirst ? right.PackedSize.CompareTo(left.PackedSize)
                : left.HeaderOffset.CompareTo(right.HeaderOffset);
        });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? first = null;
        void Work()
        {
            try
            {
                WriteQueuedFiles(stop.Token);
            }
            catch (Exception error)
            {
                // The other threads end by cancellation, so keep only the first error.
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(error), null);
                stop.Cancel();
                _source.Ranges?.Abort();
            }
        }

        Task[] others = new Task[Math.Max(0, Math.Min(_threads, _files.Count) - 1)];
        for (int index = 0; index < others.Length; index++)
        {
            others[index] = Task.Factory.StartNew(
                Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        Work();
        Task.WaitAll(others, CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();
    }

    private void WriteQueuedFiles(CancellationToken cancellationToken)
    {
        using FileSliceStream file = new(_source);
        byte[] buffer = new byte[BufferSize];
        while (Interlocked.Increment(ref _next) is int index && index < _files.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteFile(_files[index], file, buffer, cancellationToken);
            _meter.EndEntry();
        }
    }

    private void WriteFile(ZipEntry entry, FileSliceStream file, byte[] buffer, CancellationToken cancellationToken)
    {
        using FileStream output = _writer.CreateFile(entry.Node!, entry.Mode);
        Copy(entry, file, output, buffer, cancellationToken);
        DirectoryWriter.Close(output, entry.Modified);
    }

    // Never writes more than the declared size, whose sum was checked against the limits.
    private void Copy(
        ZipEntry entry, FileSliceStream file, Stream output, byte[] buffer, CancellationToken cancellationToken)
    {
        long data = ZipDirectory.FindData(_archive, file, entry);
        file.Open(data, entry.PackedSize);
        using DeflateStream? inflating =
            entry.IsDeflated ? new DeflateStream(file, CompressionMode.Decompress, leaveOpen: true) : null;
        Stream source = inflating is not null ? inflating : file;
        long size = 0;
        uint crc = 0;
        long written = 0;
        void WriteChunk(byte[] piece, int count)
        {
            crc = (uint)Crc.Crc32.Append(crc, piece, 0, count);
            _meter.Count(written, count);
            Write(entry, output, piece, count);
            written += count;
        }

        using DoubleBufferedWriter? behind =
            entry.Size >= DoubleBufferedWriter.WorthIt ? new DoubleBufferedWriter(WriteChunk) : null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] piece = behind?.Buffer ?? buffer;
            int read = Read(entry, source, piece);
            if (read == 0)
            {
                break;
            }

            size += read;
            if (size > entry.Size)
            {
                throw ArchiveErrors.Damaged(_archive, "its data is longer than the directory declares", entry.Name);
            }

            if (behind is not null)
            {
                behind.Push(read);
            }
            else
            {
                WriteChunk(piece, read);
            }
        }

        behind?.Finish();
        if (size < entry.Size)
        {
            throw ArchiveErrors.Damaged(_archive, "its data is shorter than the directory declares", entry.Name);
        }

        if (crc != entry.Crc)
        {
            throw ArchiveErrors.Damaged(_archive, "its checksum (CRC-32) does not match its data", entry.Name);
        }
    }

    private int Read(ZipEntry entry, Stream source, byte[] buffer)
    {
        try
        {
            return Streams.ReadAtLeast(source, buffer, 0, buffer.Length);
        }
        catch (InvalidDataException error)
        {
            throw ArchiveErrors.Damaged(_archive, "its compressed data is altered", entry.Name, error);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Reading", _archive, error);
        }
    }

    private void Write(ZipEntry entry, Stream output, byte[] buffer, int count)
    {
        try
        {
            output.Write(buffer, 0, count);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw _writer.Failed(entry.Node!, error);
        }
    }
}
