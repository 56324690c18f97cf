using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Expands a tar or tar.gz sequentially.</summary>
/// <remarks>
/// Does not use System.Formats.Tar, which is missing on .NET Framework, does not verify header checksums in the
/// supported versions, and reads extended headers of any size into memory.
/// </remarks>
internal sealed class TarExpansion
{
    private const int BufferSize = 128 * 1024;
    private const int MaximumExtensionSize = 1 << 20;
    private const int MaximumExtensions = 64;
    private readonly ArchiveSource _source;
    private readonly string _archive;
    private readonly ArchiveEntryIndex _tree;
    private readonly DirectoryWriter _writer;
    private readonly ExtractionBudget _meter;
    private readonly TarAttributes _attributes = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _block = new byte[TarHeader.Size];
    private Stream _content = Stream.Null;
    private long _bytesRead;
    private long _claimedSize;
    private CancellationToken _cancellation;

    public TarExpansion(ArchiveSource source, ArchiveEntryIndex tree, DirectoryWriter writer, ExtractionBudget meter)
    {
        _source = source;
        _archive = source.Path;
        _tree = tree;
        _writer = writer;
        _meter = meter;
    }

    /// <summary>Warnings about an archive that was expanded successfully.</summary>
    public List<string> Notes { get; } = new();

    public void Run(ArchiveFormat format, CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken;
        _tree.Counted = _meter.CountEntry;
        _tree.FolderAdded = _writer.CreateFolder;
        _tree.Replaced = _writer.Remove;
        using FileSliceStream file = new(_source);
        using GzipStreamReader? gzip = format == ArchiveFormat.TarGzip ? new GzipStreamReader(file) : null;
        _content = gzip is not null ? gzip : file;
        int extensions = 0;
        while (NextHeader() is TarHeader header)
        {
            if (ReadExtension(header))
            {
                // Each is small, but an endless sequence would never reach an entry.
                if (++extensions > MaximumExtensions)
                {
                    throw ArchiveErrors.Damaged(
                        _archive, $"it has more than {MaximumExtensions} extended headers before an entry");
                }

                continue;
            }

            extensions = 0;
            ReadEntry(header);
            _attributes.Clear();
            _meter.EndEntry();
        }

        if (_attributes.AreForNext)
        {
            throw ArchiveErrors.Damaged(_archive, "no entry follows an extended header");
        }

        SkipToEnd();
        _writer.Finish(_tree);
    }

    private static long Padding(long size) => (TarHeader.Size - (size % TarHeader.Size)) % TarHeader.Size;

    private TarHeader? NextHeader()
    {
        _cancellation.ThrowIfCancellationRequested();
        int read = ReadContent(_block, TarHeader.Size);
        if (_claimedSize > 0 && read == TarHeader.Size && !IsZero(read) && !TarHeader.IsHeader(_block))
        {
            // The previous entry had a body although its type has none. Skip the body.
            Skip(_claimedSize + Padding(_claimedSize) - TarHeader.Size);
            read = ReadContent(_block, TarHeader.Size);
        }

        _claimedSize = 0;
        if (read == 0 && _content is not GzipStreamReader)
        {
            Notes.Add(
                $"The archive '{ArchiveErrors.Shown(_archive)}' has no end-of-archive blocks and may be truncated. "
                + "Check that no entry is missing.");
        }

        if (IsZero(read))
        {
            return null;
        }

        if (read < TarHeader.Size)
        {
            throw ArchiveErrors.Damaged(_archive, "it is truncated within a header");
        }

        if (!TarHeader.IsHeader(_block))
        {
            throw ArchiveErrors.Damaged(_archive, "the checksum of a header does not match");
        }

        return TarHeader.Read(_block) ?? throw ArchiveErrors.Damaged(_archive, "a header has no valid size");
    }

    private bool IsZero(int length)
    {
        for (int index = 0; index < length; index++)
        {
            if (_block[index] != 0)
            {
                return false;
            }
        }

        return true;
    }

    // Zeros pad a tar to a multiple of its record size. Reading a tar.gz to the end verifies its checksum.
    private void SkipToEnd()
    {
        int read;
        do
        {
            _cancellation.ThrowIfCancellationRequested();
            read = ReadContent(_block, TarHeader.Size);
        }
        while (read == TarHeader.Size && IsZero(read));
        if (read == TarHeader.Size && TarHeader.IsHeader(_block))
        {
            Notes.Add(
                $"The archive '{ArchiveErrors.Shown(_archive)}' has more entries after its end, as if two tars were "
                + "concatenated. They were not expanded; tar programs ignore them too.");
        }

        while (_content is GzipStreamReader && read > 0)
        {
            _cancellation.ThrowIfCancellationRequested();
            read = ReadContent(_buffer, _buffer.Length);
        }
    }

    /// <summary>Consumes an extension record for the next header. Returns whether the header was one.</summary>
    private bool ReadExtension(TarHeader header)
    {
        switch (header.Type)
        {
            case 'L':
                _attributes.SetLongName(ReadExtensionData(header));
                return true;
            case 'K':
                _attributes.SetLongLink(ReadExtensionData(header));
                return true;
            case 'x' or 'X' or 'g':
                if (!_attributes.TryRead(ReadExtensionData(header), isGlobal: header.Type == 'g'))
                {
                    throw ArchiveErrors.Damaged(_archive, "an extended header (PAX) is malformed");
                }

                return true;
            case 'V':
                Skip(header.ContentSize + Padding(header.ContentSize));
                return true;
            default:
                return false;
        }
    }

    private byte[] ReadExtensionData(TarHeader header)
    {
        if (header.ContentSize > MaximumExtensionSize)
        {
            throw ArchiveErrors.Damaged(
                _archive,
                $"an extended header is {header.ContentSize:N0} bytes long; the limit is {MaximumExtensionSize:N0}");
        }

        byte[] data = new byte[header.ContentSize];
        if (ReadContent(data, data.Length) < data.Length)
        {
            throw ArchiveErrors.Damaged(_archive, "it is truncated within an extended header");
        }

        Skip(Padding(data.Length));
        return data;
    }

    private void ReadEntry(TarHeader header)
    {
        string rawName = _attributes.Sparse?.Name ?? _attributes.Path ?? header.Name;
        string name = TarText.Readable(rawName);
        string link = _attributes.LinkPath ?? header.Link;
        DateTime? modified = _attributes.Modified ?? TarAttributes.Time(header.Modified);
        long size = SizeOf(header, name);
        if (_attributes.OtherSparse is string maker)
        {
            throw NotSupported(name, $"it is a sparse file in the format of {maker}");
        }

        switch (header.Type)
        {
            case '0' when name.EndsWith("/", StringComparison.Ordinal):
            case '5':
                _writer.Describe(_tree.Add(rawName, NodeKind.Folder), header.Mode, modified);
                _claimedSize = size;
                break;
            case 'D':
                // A folder of a GNU tar incremental backup. Its body lists the names in the folder; skip it.
                _writer.Describe(_tree.Add(rawName, NodeKind.Folder), header.Mode, modified);
                Skip(size + Padding(size));
                break;
            case '0' or '7' when _attributes.Sparse is not null:
                ReadSparseFile(rawName, header.Mode, size, modified);
                break;
            case '0' or '7':
                ReadFile(_tree.Add(rawName, NodeKind.File), header.Mode, size, modified);
                break;
            case '1':
                ReadHardLink(rawName, link, header.Mode, modified);
                _claimedSize = size;
                break;
            case '2':
                ArchiveEntryNode node = _tree.Add(rawName, NodeKind.Link);
                (node.Target, node.Modified) = (TarText.Readable(link), modified);
                _claimedSize = size;
                break;
            case '3' or '4' or '6':
                throw ArchiveErrors.Unsafe(_archive, name, "it is a device or a pipe");
            case 'S' when TarHeader.IsOfStar(_block):
                throw NotSupported(name, "it is a sparse file in the format of star");
            case 'S':
                SparseMap map = SparseMap.FromHeader(_block, ReadContent) ?? throw InvalidSparseMap(name);
                ReadSparseContent(_tree.Add(rawName, NodeKind.File), header.Mode, map, size, modified);
                Skip(Padding(size));
                break;
            default:
                throw NotSupported(
                    name, $"its type ('{ArchiveErrors.Shown(header.Type.ToString())}') is not supported");
        }
    }

    private void ReadSparseFile(string rawName, int mode, long size, DateTime? modified)
    {
        SparseAttributes sparse = _attributes.Sparse!;
        string name = TarText.Readable(rawName);
        if (!sparse.IsKnown)
        {
            throw NotSupported(name, "it is a sparse file in an unsupported version of the format");
        }

        long before = _bytesRead;
        SparseMap map = (sparse.IsMapInData ? SparseMap.FromData(sparse.Size, size, ReadContent) : sparse.Map)
            ?? throw InvalidSparseMap(name);
        ReadSparseContent(_tree.Add(rawName, NodeKind.File), mode, map, size - (_bytesRead - before), modified);
        Skip(Padding(size));
    }

    private ArchiveException InvalidSparseMap(string name) =>
        ArchiveErrors.Damaged(_archive, "its sparse map is invalid", name);

    private void ReadSparseContent(ArchiveEntryNode node, int mode, SparseMap map, long stored, DateTime? modified)
    {
        if (map.Stored != stored)
        {
            throw InvalidSparseMap(node.Path);
        }

        // Count the holes too, because readers of the file get their zeros.
        _meter.Count(0, map.Size);
        using FileStream output = _writer.CreateFile(node, mode);
        Write(node, () => output.SetLength(map.Size));
        foreach ((long offset, long length) in map.Pieces)
        {
            output.Position = offset;
            for (long left = length; left > 0;)
            {
                _cancellation.ThrowIfCancellationRequested();
                int wanted = (int)Math.Min(left, _buffer.Length);
                int read = ReadContent(_buffer, wanted);
                Write(node, () => output.Write(_buffer, 0, read));
                left -= read;
                if (read < wanted)
                {
                    throw ArchiveErrors.Damaged(_archive, "the archive is truncated within it", node.Path);
                }
            }
        }

        DirectoryWriter.Close(output, modified);
    }

    private ArchiveException NotSupported(string name, string what) => ArchiveErrors.Unsupported(
        _archive, name, what, "Create the archive again with GNU tar or bsdtar, without special entries.");

    private long SizeOf(TarHeader header, string name)
    {
        if (_attributes.Size is not string text)
        {
            return header.ContentSize;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            && size <= long.MaxValue - TarHeader.Size
            ? size
            : throw ArchiveErrors.Damaged(_archive, "its size is not a valid number", name);
    }

    private void ReadFile(ArchiveEntryNode node, int mode, long size, DateTime? modified)
    {
        using FileStream output = _writer.CreateFile(node, mode);
        using DoubleBufferedWriter? behind = size >= DoubleBufferedWriter.WorthIt
            ? new DoubleBufferedWriter((piece, count) => Write(node, () => output.Write(piece, 0, count))) : null;
        long left = size;
        while (left > 0)
        {
            _cancellation.ThrowIfCancellationRequested();
            byte[] piece = behind?.Buffer ?? _buffer;
            int wanted = (int)Math.Min(left, piece.Length);
            int read = ReadContent(piece, wanted);
            _meter.Count(size - left, read);
            if (behind is not null)
            {
                behind.Push(read);
            }
            else
            {
                Write(node, () => output.Write(piece, 0, read));
            }

            left -= read;
            if (read < wanted)
            {
                throw ArchiveErrors.Damaged(_archive, "the archive is truncated within it", node.Path);
            }
        }

        behind?.Finish();
        DirectoryWriter.Close(output, modified);
        Skip(Padding(size));
    }

    // Copies the file: every system supports that, and a later write then changes only one of them.
    private void ReadHardLink(string rawName, string link, int mode, DateTime? modified)
    {
        ArchiveEntryNode? original = _tree.Find(link, out string? fault);
        if (original?.Kind != NodeKind.File)
        {
            string what = fault ?? (original is null ? "no earlier entry has that name" : "that entry is not a file");
            throw ArchiveErrors.Unsafe(
                _archive, TarText.Readable(rawName),
                $"it is a hard link to '{ArchiveErrors.Shown(TarText.Readable(link))}', and {what}");
        }

        if (_tree.Find(rawName, out _) == original)
        {
            // A hard link to itself. Some tar programs write it when a file is listed twice.
            return;
        }

        ArchiveEntryNode node = _tree.Add(rawName, NodeKind.File);
        using FileStream input = Streams.OpenRead(_writer.PathOf(original));
        using FileStream output = _writer.CreateFile(node, mode);
        int read;
        for (long size = 0; (read = input.Read(_buffer, 0, _buffer.Length)) > 0; size += read)
        {
            _cancellation.ThrowIfCancellationRequested();
            _meter.Count(size, read);
            Write(node, () => output.Write(_buffer, 0, read));
        }

        DirectoryWriter.Close(output, modified);
    }

    private void Write(ArchiveEntryNode node, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw _writer.Failed(node, error);
        }
    }

    private void Skip(long count)
    {
        while (count > 0)
        {
            _cancellation.ThrowIfCancellationRequested();
            int wanted = (int)Math.Min(count, _buffer.Length);
            if (ReadContent(_buffer, wanted) < wanted)
            {
                throw ArchiveErrors.Damaged(_archive, "it is truncated");
            }

            count -= wanted;
        }
    }

    /// <summary>Reads up to a number of bytes, and checks the expanded size so far against the ratio limit.</summary>
    private int ReadContent(byte[] buffer, int count)
    {
        int read;
        try
        {
            read = Streams.ReadAtLeast(_content, buffer, 0, count);
        }
        catch (Exception error) when (_content is GzipStreamReader && error is not OperationCanceledException
            && (error is EndOfStreamException || !FileErrors.IsIoError(error)))
        {
            // Not only SharpZipBaseException: some altered data make the library index past the end of its tables.
            throw ArchiveErrors.Damaged(_archive, "its gzip data is truncated or altered", cause: error);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArchiveErrors.Storage("Reading", _archive, error);
        }

        _bytesRead += read;
        _meter.CheckRatio(_bytesRead);
        return read;
    }
}
