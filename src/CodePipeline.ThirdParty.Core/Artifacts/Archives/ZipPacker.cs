using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>What a packing came to.</summary>
/// <param name="Entries">Files, links and empty folders.</param>
/// <param name="Bytes">The files together.</param>
/// <param name="ArchiveBytes">The zip.</param>
internal sealed record PackResult(long Entries, long Bytes, long ArchiveBytes);

/// <summary>Packs a folder or a file into a zip that is the same, byte for byte, wherever it is made.</summary>
/// <remarks>
/// Names in ordinal order, times all 1980-01-01, permissions 0644 or 0755, and a packing of our own. Everything in the
/// folder is taken; links that stay in it are kept as links. Files are cut into pieces that are packed on
/// all processors and written in order, so memory does not grow with them.
/// </remarks>
internal sealed class ZipPacker
{
    /// <summary>The bytes of a file that are packed in one go. The result depends on it.</summary>
    public const int PieceSize = 512 * 1024;

    private readonly ConcurrentBag<Worker> _workers = new();

    /// <summary>How many pieces are packed at a time; as many as there are processors, eight at most, unless set.</summary>
    /// <remarks>The zip does not depend on it.</remarks>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 8);

    /// <summary>Packs a folder or a single file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="output">Where the zip goes; need not be able to seek, and is left open.</param>
    /// <param name="progress">Told after every few MiB and at the end.</param>
    /// <param name="cancellationToken">Stops it; what is in the output by then is no zip.</param>
    /// <exception cref="ArchiveException">Something in it cannot be read, has changed meanwhile, or has no place in a zip.</exception>
    public async Task<PackResult> PackAsync(
        string path, Stream output, IProgress<ArchiveProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        List<PackItem> items = await Task.Run(
            () => FolderScan.Scan(Path.GetFullPath(path), cancellationToken), cancellationToken).ConfigureAwait(false);
        long total = 0;
        foreach (PackItem item in items)
        {
            total += item.Length;
        }

        PackProgress report = new(progress, total, items.Count);
        using ZipWriter writer = new(output);
        Queue<Task<PackedPiece>> ahead = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Some pieces in hand beyond those being packed, so that one slow piece does not stop the rest.
            int mostAhead = Threads * 3;
            foreach (PackPiece piece in Pieces(items))
            {
                if (ahead.Count >= mostAhead)
                {
                    await WriteAsync(ahead.Dequeue(), writer, report, cancellationToken).ConfigureAwait(false);
                }

                ahead.Enqueue(Task.Run(() => Pack(piece, stop.Token), stop.Token));
            }

            while (ahead.Count > 0)
            {
                await WriteAsync(ahead.Dequeue(), writer, report, cancellationToken).ConfigureAwait(false);
            }

            long length = await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
            report.End();
            return new PackResult(items.Count, total, length);
        }
        finally
        {
            stop.Cancel();
            await EndAsync(ahead).ConfigureAwait(false);
        }
    }

    private static IEnumerable<PackPiece> Pieces(List<PackItem> items)
    {
        foreach (PackItem item in items)
        {
            long start = 0;
            do
            {
                int length = (int)Math.Min(PieceSize, item.Length - start);
                yield return new PackPiece(item, start, length);
                start += length;
            }
            while (start < item.Length);
        }
    }

    private static async Task EndAsync(Queue<Task<PackedPiece>> ahead)
    {
        foreach (Task<PackedPiece> task in ahead)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ArchiveException)
            {
                // The first failure is the one that is told.
            }
        }
    }

    private async Task WriteAsync(
        Task<PackedPiece> packing, ZipWriter writer, PackProgress report, CancellationToken cancellationToken)
    {
        PackedPiece packed = await packing.ConfigureAwait(false);
        await writer.WriteAsync(packed, cancellationToken).ConfigureAwait(false);
        report.Add(packed.Piece);
        if (packed.Worker is not null)
        {
            _workers.Add(packed.Worker);
        }
    }

    private PackedPiece Pack(PackPiece piece, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (piece.Item.Kind == NodeKind.Folder)
        {
            return new PackedPiece(piece, null, [], 0, 0, isDeflated: false);
        }

        if (piece.Item.Kind == NodeKind.Link)
        {
            byte[] target = System.Text.Encoding.UTF8.GetBytes(piece.Item.Target!);
            return new PackedPiece(
                piece, null, target, target.Length, Crc32.Append(0, target, 0, target.Length), isDeflated: false);
        }

        Worker worker = _workers.TryTake(out Worker? idle) ? idle : new Worker();
        return worker.Pack(piece);
    }

    /// <summary>The buffers of one piece, used again for another when it is written.</summary>
    internal sealed class Worker
    {
        private readonly byte[] _input = new byte[Deflater.WindowSize + PieceSize + 1];
        private readonly byte[] _output = new byte[Deflater.MaxOutput(PieceSize)];
        private readonly Deflater _deflater = new();

        public PackedPiece Pack(PackPiece piece)
        {
            int window = (int)Math.Min(Deflater.WindowSize, piece.Start);
            Read(piece, window);
            uint crc = Crc32.Append(0, _input, window, piece.Length);
            int packed = _deflater.Deflate(_input, window, window + piece.Length, piece.IsLast, _output);

            // A file of one piece that gains nothing is stored; of more pieces that is not known in time.
            return piece.IsWhole && packed >= piece.Length
                ? new PackedPiece(piece, this, _input, piece.Length, crc, isDeflated: false)
                : new PackedPiece(piece, this, _output, packed, crc, isDeflated: true);
        }

        private void Read(PackPiece piece, int window)
        {
            PackItem item = piece.Item;
            int wanted = window + piece.Length;
            int read;
            bool isSame;
            try
            {
                using FileStream file = new(
                    item.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
                file.Position = piece.Start - window;

                // One byte more at the end of a file, to see that it is the end.
                read = Streams.ReadUpTo(file, _input, 0, piece.IsLast ? wanted + 1 : wanted);
                isSame = !piece.IsLast || File.GetLastWriteTimeUtc(item.Path) == item.Modified;
            }
            catch (Exception error) when (ArchiveErrors.IsStorage(error))
            {
                throw ArchiveErrors.Storage("Reading", item.Path, error);
            }

            if (read != wanted || !isSame)
            {
                throw ArchiveErrors.New(
                    ArchiveFault.Storage, $"The file '{ArchiveErrors.Shown(item.Path)}' changed while it was packed.",
                    "Pack it when nothing writes to it any more.", item.Path);
            }
        }
    }

    private sealed class PackProgress
    {
        private const long ReportEvery = 4L << 20;
        private readonly IProgress<ArchiveProgress>? _progress;
        private readonly long _totalBytes;
        private readonly long _totalEntries;
        private long _bytes;
        private long _entries;
        private long _reported;

        public PackProgress(IProgress<ArchiveProgress>? progress, long totalBytes, long totalEntries) =>
            (_progress, _totalBytes, _totalEntries) = (progress, totalBytes, totalEntries);

        public void Add(PackPiece piece)
        {
            _bytes += piece.Length;
            _entries += piece.IsLast ? 1 : 0;
            if (_bytes - _reported >= ReportEvery)
            {
                End();
            }
        }

        public void End()
        {
            _reported = _bytes;
            _progress?.Report(new ArchiveProgress(_bytes, _totalBytes, _entries, _totalEntries));
        }
    }
}
