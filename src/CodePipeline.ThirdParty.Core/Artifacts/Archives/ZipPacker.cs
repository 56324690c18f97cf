using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Checksums;
using CodePipeline.ThirdParty.Files;
using ICSharpCode.SharpZipLib.Core;
using ICSharpCode.SharpZipLib.Zip;
using ICSharpCode.SharpZipLib.Zip.Compression;
using LibraryEntry = ICSharpCode.SharpZipLib.Zip.ZipEntry;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>The result of packing.</summary>
/// <param name="Entries">The number of files, symbolic links and empty folders.</param>
/// <param name="Bytes">The total size of the files in bytes.</param>
/// <param name="ArchiveBytes">The size of the zip in bytes.</param>
internal sealed record PackResult(long Entries, long Bytes, long ArchiveBytes);

/// <summary>Packs a folder or a file into a reproducible zip, identical on every machine.</summary>
/// <remarks>
/// Names are in ordinal order, all times are 1980-01-01, and permissions are 0644 or 0755. SharpZipLib compresses,
/// because its Deflate is managed code; the output of .NET's zlib depends on its version and the processor. Small files
/// are compressed in parallel in memory, large files while they are written, so that memory use stays bounded.
/// </remarks>
internal sealed class ZipPacker
{
    /// <summary>The largest file, in bytes, that is compressed in memory. Changing it changes the zip.</summary>
    public const int SmallFile = 1 << 20;

    private const int BufferSize = 256 * 1024;
    private const int MadeOnUnix = 3;
    private static readonly DateTime s_time = new(1980, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    private readonly ConcurrentBag<Worker> _workers = new();

    /// <summary>
    /// The number of small files that are compressed in parallel; by default the number of processors, at most 8.
    /// </summary>
    /// <remarks>It does not affect the zip.</remarks>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 8);

    /// <summary>Packs a folder or a single file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="output">The stream to write to. It need not support seeking and is left open.</param>
    /// <param name="progress">Receives progress every few MiB and at the end.</param>
    /// <param name="cancellationToken">Cancels the operation and leaves an incomplete zip in the output.</param>
    /// <exception cref="ArchiveException">
    /// An entry is unreadable, changed during packing, or cannot be stored in a zip.
    /// </exception>
    public Task<PackResult> PackAsync(
        string path, Stream output, IProgress<ArchiveProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Pack(
                DirectoryScan.Scan(Path.GetFullPath(path), cancellationToken), output, progress, cancellationToken),
            cancellationToken);

    /// <summary>Packs the items that <see cref="DirectoryScan"/> listed.</summary>
    /// <inheritdoc cref="PackAsync(string, Stream, IProgress{ArchiveProgress}?, CancellationToken)"/>
    public Task<PackResult> PackAsync(
        List<PackItem> items, Stream output, IProgress<ArchiveProgress>? progress,
        CancellationToken cancellationToken) =>
        Task.Run(() => Pack(items, output, progress, cancellationToken), cancellationToken);

    private PackResult Pack(
        List<PackItem> items, Stream output, IProgress<ArchiveProgress>? progress, CancellationToken cancellationToken)
    {
        long total = 0;
        foreach (PackItem item in items)
        {
            total += item.Length;
        }

        PackProgress report = new(progress, total, items.Count);
        EagerGarbageCollection garbage = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        PackOutput counted = new(output, cancellationToken);
        Queue<(PackItem Item, Task<Worker>? Packed)> ahead = new();
        byte[] buffer = new byte[BufferSize];
        try
        {
            // Not disposed after a failure: Dispose would write to the output, which may have caused the failure.
            ZipOutputStream zip = new(counted, BufferSize)
            {
                IsStreamOwner = false,
                UseZip64 = UseZip64.Dynamic,
                NameTransform = new UnchangedEntryNames(),
            };
            int mostAhead = Threads * 3;
            long mostBytesAhead = (Threads + 1L) * SmallFile;
            long bytesAhead = 0;
            foreach (PackItem item in items)
            {
                bool isSmall = IsSmall(item);
                while (ahead.Count >= mostAhead || (isSmall && bytesAhead + item.Length > mostBytesAhead))
                {
                    (PackItem Item, Task<Worker>? Packed) next = ahead.Dequeue();
                    Write(next, zip, buffer, report, garbage, cancellationToken);
                    bytesAhead -= IsSmall(next.Item) ? next.Item.Length : 0;
                }

                bytesAhead += isSmall ? item.Length : 0;
                ahead.Enqueue((item, isSmall ? Task.Run(() => PackSmall(item, stop.Token), stop.Token) : null));
            }

            while (ahead.Count > 0)
            {
                Write(ahead.Dequeue(), zip, buffer, report, garbage, cancellationToken);
            }

            zip.Dispose();
            counted.Flush();
            report.End();
            return new PackResult(items.Count, total, counted.Length);
        }
        finally
        {
            stop.Cancel();
            foreach ((PackItem _, Task<Worker>? packed) in ahead)
            {
                // Observe the other failures; only the first one is reported.
                packed?.ContinueWith(static task => task.Exception, TaskScheduler.Default).Wait(CancellationToken.None);
            }
        }
    }

    private static bool IsSmall(PackItem item) => item.Kind == NodeKind.File && item.Length <= SmallFile;

    private void Write(
        (PackItem Item, Task<Worker>? Packed) next, ZipOutputStream zip, byte[] buffer, PackProgress report,
        EagerGarbageCollection garbage, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PackItem item = next.Item;
        if (next.Packed is not null)
        {
            Worker worker = next.Packed.GetAwaiter().GetResult();
            worker.WriteTo(zip, EntryOf(item));
            _workers.Add(worker);
            report.Add(item.Length);
        }
        else if (item.Kind == NodeKind.File)
        {
            WriteLarge(item, zip, buffer, report, garbage, cancellationToken);
        }
        else
        {
            byte[] content = item.Kind == NodeKind.Link ? Encoding.UTF8.GetBytes(item.Target!) : [];
            Store(zip, EntryOf(item), content, content.Length, Crc.Crc32.Append(0, content, 0, content.Length));
        }

        garbage.Sweep();
        report.EndEntry();
    }

    private static LibraryEntry EntryOf(PackItem item)
    {
        if (Encoding.UTF8.GetByteCount(item.Name) > ushort.MaxValue)
        {
            throw ArchiveErrors.CannotPack(item.Path, item.Name, "its path is too long for a zip");
        }

        return new LibraryEntry(item.Name)
        {
            IsUnicodeText = true,
            DateTime = s_time,
            HostSystem = MadeOnUnix,
            ExternalFileAttributes = (int)AttributesOf(item),
        };
    }

    // The upper 16 bits are the Unix type and permissions. The lowest bits are DOS attributes.
    private static uint AttributesOf(PackItem item) => item.Kind switch
    {
        NodeKind.Folder => (0x41EDu << 16) | 0x10,
        NodeKind.Link => 0xA1FFu << 16,
        _ => (item.IsExecutable ? 0x81EDu : 0x81A4u) << 16,
    };

    private static void Store(ZipOutputStream zip, LibraryEntry entry, byte[] content, int count, ulong crc)
    {
        entry.CompressionMethod = CompressionMethod.Stored;
        (entry.Size, entry.CompressedSize, entry.Crc) = (count, count, (long)crc);
        zip.PutNextEntry(entry);
        zip.Write(content, 0, count);
        zip.CloseEntry();
    }

    private static void WriteLarge(
        PackItem item, ZipOutputStream zip, byte[] buffer, PackProgress report, EagerGarbageCollection garbage,
        CancellationToken cancellationToken)
    {
        LibraryEntry entry = EntryOf(item);
        entry.CompressionMethod = CompressionMethod.Deflated;
        entry.Size = item.Length;
        zip.PutNextEntry(entry);
        using FileStream file = Open(item);
        for (long left = item.Length; left > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Read(item, file, buffer, (int)Math.Min(buffer.Length, left));
            if (count == 0)
            {
                throw Changed(item);
            }

            zip.Write(buffer, 0, count);
            left -= count;
            garbage.Sweep();
            report.Add(count);
        }

        CheckUnchanged(item, file);
        zip.CloseEntry();
    }

    private Worker PackSmall(PackItem item, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Worker worker = _workers.TryTake(out Worker? idle) ? idle : new Worker();
        worker.Pack(item);
        return worker;
    }

    private static FileStream Open(PackItem item)
    {
        try
        {
            return new FileStream(
                item.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Reading", item.Path, error);
        }
    }

    private static int Read(PackItem item, FileStream file, byte[] buffer, int count)
    {
        try
        {
            return Streams.ReadAtLeast(file, buffer, 0, count);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Reading", item.Path, error);
        }
    }

    // Called at the listed length: verifies that the file still ends there and was not modified.
    private static void CheckUnchanged(PackItem item, FileStream file)
    {
        if (Read(item, file, new byte[1], 1) != 0 || File.GetLastWriteTimeUtc(item.Path) != item.Modified)
        {
            throw Changed(item);
        }
    }

    private static ArchiveException Changed(PackItem item) => ArchiveErrors.New(
        ArchiveFault.Storage, $"The file '{ArchiveErrors.Shown(item.Path)}' changed while it was being packed.",
        "Pack it after all programs have finished writing to it.", item.Path);

    /// <summary>Compresses one small file at a time. Its buffers are reused after the file is written.</summary>
    private sealed class Worker
    {
        private const int SmallestRoom = 64 * 1024;

        // Each buffer has the size of the largest file so far. A file that does not compress is stored instead.
        private byte[] _content = [];
        private byte[] _packed = [];
        private readonly Deflater _deflater = new(Deflater.DEFAULT_COMPRESSION, noZlibHeaderOrFooter: true);
        private int _length;
        private int _packedLength;
        private ulong _crc;

        public void Pack(PackItem item)
        {
            MakeRoom((int)item.Length);
            using FileStream file = Open(item);
            _length = Read(item, file, _content, (int)item.Length);
            if (_length < item.Length)
            {
                throw Changed(item);
            }

            CheckUnchanged(item, file);
            _crc = Crc.Crc32.Append(0, _content, 0, _length);
            _deflater.Reset();
            _deflater.SetInput(_content, 0, _length);
            _deflater.Finish();
            _packedLength = 0;
            while (!_deflater.IsFinished && _packedLength < _length)
            {
                _packedLength += _deflater.Deflate(_packed, _packedLength, _length - _packedLength);
            }
        }

        private void MakeRoom(int length)
        {
            if (_content.Length >= length)
            {
                return;
            }

            int room = SmallestRoom;
            while (room < length)
            {
                room *= 2;
            }

            _content = new byte[room];
            _packed = new byte[room];
        }

        public void WriteTo(ZipOutputStream zip, LibraryEntry entry)
        {
            if (!_deflater.IsFinished || _packedLength >= _length)
            {
                Store(zip, entry, _content, _length, _crc);
                return;
            }

            entry.CompressionMethod = CompressionMethod.Deflated;
            (entry.Size, entry.CompressedSize, entry.Crc) = (_length, _packedLength, (long)_crc);
            zip.PutNextPassthroughEntry(entry);
            zip.Write(_packed, 0, _packedLength);
            zip.CloseEntry();
        }
    }

    /// <summary>
    /// Leaves names unchanged. The library's default would rewrite names that look like paths of another system.
    /// </summary>
    private sealed class UnchangedEntryNames : INameTransform
    {
        public string TransformFile(string name) => name;

        public string TransformDirectory(string name) => name;
    }

    private sealed class PackProgress(IProgress<ArchiveProgress>? progress, long totalBytes, long totalEntries)
    {
        private const long ReportEvery = 4L << 20;
        private long _bytes;
        private long _entries;
        private long _reported;

        public void Add(long bytes)
        {
            _bytes += bytes;
            if (_bytes - _reported >= ReportEvery)
            {
                End();
            }
        }

        public void EndEntry() => _entries++;

        public void End()
        {
            _reported = _bytes;
            progress?.Report(new ArchiveProgress(_bytes, totalBytes, _entries, totalEntries));
        }
    }
}
