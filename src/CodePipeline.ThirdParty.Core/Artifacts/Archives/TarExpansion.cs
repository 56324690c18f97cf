using System;
using System.Globalization;
using System.IO;
using System.Threading;
using CodePipeline.ThirdParty.Files;
using ICSharpCode.SharpZipLib.GZip;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Expands a tar or tar.gz, entry by entry as they come.</summary>
/// <remarks>
/// Ours and not System.Formats.Tar's: that is missing on .NET Framework, does not check the checksums of headers in the
/// versions in use, and takes extended headers of any size into memory.
/// </remarks>
internal sealed class TarExpansion
{
    private const int BufferSize = 128 * 1024;
    private const int LargestExtension = 1 << 20;
    private const int MostExtensions = 64;
    private readonly ArchiveSource _source;
    private readonly string _archive;
    private readonly EntryTree _tree;
    private readonly TreeWriter _writer;
    private readonly ExtractionMeter _meter;
    private readonly TarAttributes _attributes = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _block = new byte[TarHeader.Size];
    private Stream _content = Stream.Null;
    private long _taken;
    private CancellationToken _cancellation;

    public TarExpansion(ArchiveSource source, EntryTree tree, TreeWriter writer, ExtractionMeter meter)
    {
        _source = source;
        _archive = source.Path;
        _tree = tree;
        _writer = writer;
        _meter = meter;
    }

    public void Run(ArchiveFormat format, CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken;
        _tree.FolderAdded = _writer.CreateFolder;
        using FileWindow file = new(_source);
        using GZipInputStream? gzip = format == ArchiveFormat.TarGzip ? new GZipInputStream(file) : null;
        _content = gzip is not null ? gzip : file;
        int extensions = 0;
        while (NextHeader() is TarHeader header)
        {
            if (TakeExtension(header))
            {
                // Each is small; an endless row of them would never come to an entry.
                if (++extensions > MostExtensions)
                {
                    throw ArchiveErrors.Damaged(_archive, "it has extended headers without end");
                }

                continue;
            }

            extensions = 0;
            TakeEntry(header);
            _attributes.Clear();
            _meter.CountEntry();
        }

        // To the end, where gzip has its checksum.
        while (gzip is not null && Take(_buffer, _buffer.Length) > 0)
        {
        }

        _writer.Finish(_tree);
    }

    private static long Padding(long size) => (TarHeader.Size - (size % TarHeader.Size)) % TarHeader.Size;

    private TarHeader? NextHeader()
    {
        _cancellation.ThrowIfCancellationRequested();
        int read = Take(_block, TarHeader.Size);
        if (read == TarHeader.Size && IsZero())
        {
            return null;
        }

        if (read < TarHeader.Size)
        {
            throw ArchiveErrors.Damaged(_archive, "it is cut off: the blocks that end a tar are missing");
        }

        if (!TarHeader.IsHeader(_block))
        {
            throw ArchiveErrors.Damaged(_archive, "the checksum of a header does not match");
        }

        return TarHeader.Read(_block) ?? throw ArchiveErrors.Damaged(_archive, "a header has no size");
    }

    private bool IsZero() => Array.TrueForAll(_block, static each => each == 0);

    /// <summary>Reads what belongs to the next header; gives whether it was such.</summary>
    private bool TakeExtension(TarHeader header)
    {
        switch (header.Type)
        {
            case 'L':
                _attributes.SetLongName(TakeExtensionData(header));
                return true;
            case 'K':
                _attributes.SetLongLink(TakeExtensionData(header));
                return true;
            case 'x' or 'X' or 'g':
                if (!_attributes.TryRead(TakeExtensionData(header), isGlobal: header.Type == 'g'))
                {
                    throw ArchiveErrors.Damaged(_archive, "an extended header (PAX) is not as it should be");
                }

                return true;
            case 'V':
                Skip(header.ContentSize + Padding(header.ContentSize));
                return true;
            default:
                return false;
        }
    }

    private byte[] TakeExtensionData(TarHeader header)
    {
        if (header.ContentSize > LargestExtension)
        {
            throw ArchiveErrors.Damaged(
                _archive, $"an extended header is {header.ContentSize:N0} bytes long, which no name needs");
        }

        byte[] data = new byte[header.ContentSize];
        if (Take(data, data.Length) < data.Length)
        {
            throw ArchiveErrors.Damaged(_archive, "it is cut off within an extended header");
        }

        Skip(Padding(data.Length));
        return data;
    }

    private void TakeEntry(TarHeader header)
    {
        string name = _attributes.Path ?? header.Name;
        string link = _attributes.LinkPath ?? header.Link;
        DateTime? modified = _attributes.Modified ?? TarAttributes.Time(header.Modified);
        long size = SizeOf(header, name);
        if (_attributes.IsSparse)
        {
            throw NotSupported(name, "it is a sparse file of GNU tar");
        }

        switch (header.Type)
        {
            case '0' when name.EndsWith("/", StringComparison.Ordinal):
            case '5':
                _writer.Describe(_tree.Add(name, NodeKind.Folder), header.Mode, modified);
                Skip(size + Padding(size));
                break;
            case '0' or '7':
                TakeFile(_tree.Add(name, NodeKind.File), header.Mode, size, modified);
                break;
            case '1':
                TakeHardLink(name, link, header.Mode, modified);
                Skip(size + Padding(size));
                break;
            case '2':
                _tree.Add(name, NodeKind.Link).Target = link;
                Skip(size + Padding(size));
                break;
            case '3' or '4' or '6':
                throw ArchiveErrors.Unsafe(_archive, name, "it is a device or a pipe");
            case 'S':
                throw NotSupported(name, "it is a sparse file of GNU tar");
            default:
                throw NotSupported(
                    name, $"its type ('{ArchiveErrors.Shown(header.Type.ToString())}') is not known here");
        }
    }

    private ArchiveException NotSupported(string name, string what) => ArchiveErrors.Unsupported(
        _archive, name, what, "Have the archive made with plain entries (tar --format=pax, without --sparse).");

    private long SizeOf(TarHeader header, string name)
    {
        if (_attributes.Size is not string text)
        {
            return header.ContentSize;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            && size <= long.MaxValue - TarHeader.Size
            ? size
            : throw ArchiveErrors.Damaged(_archive, "its size is no number", name);
    }

    private void TakeFile(EntryNode node, int mode, long size, DateTime? modified)
    {
        using FileStream output = _writer.CreateFile(node, mode);
        using WriteBehind? behind = size >= WriteBehind.WorthIt
            ? new WriteBehind((piece, count) => Write(node, output, piece, count)) : null;
        long left = size;
        while (left > 0)
        {
            _cancellation.ThrowIfCancellationRequested();
            byte[] piece = behind?.Buffer ?? _buffer;
            int wanted = (int)Math.Min(left, piece.Length);
            int read = Take(piece, wanted);
            _meter.Count(read);
            if (behind is not null)
            {
                behind.Push(read);
            }
            else
            {
                Write(node, output, piece, read);
            }

            left -= read;
            if (read < wanted)
            {
                throw ArchiveErrors.Damaged(_archive, "the archive is cut off within it", node.Path);
            }
        }

        behind?.Finish();
        TreeWriter.Close(output, modified);
        Skip(Padding(size));
    }

    // A copy, which every system can make, and of which no later write changes two files. Its bytes count.
    private void TakeHardLink(string name, string link, int mode, DateTime? modified)
    {
        EntryNode? original;
        try
        {
            original = _tree.Find(link);
        }
        catch (ArchiveException error)
        {
            throw ArchiveErrors.Unsafe(
                _archive, name, $"it is a hard link to '{ArchiveErrors.Shown(link)}': {error.Message}");
        }

        if (original?.Kind != NodeKind.File)
        {
            string what = original is null ? "which is not in the archive before it" : "which is no file";
            throw ArchiveErrors.Unsafe(_archive, name, $"it is a hard link to '{ArchiveErrors.Shown(link)}', {what}");
        }

        EntryNode node = _tree.Add(name, NodeKind.File);
        using FileStream input = Streams.OpenRead(_writer.PathOf(original));
        using FileStream output = _writer.CreateFile(node, mode);
        int read;
        while ((read = input.Read(_buffer, 0, _buffer.Length)) > 0)
        {
            _cancellation.ThrowIfCancellationRequested();
            _meter.Count(read);
            Write(node, output, _buffer, read);
        }

        TreeWriter.Close(output, modified);
    }

    private void Write(EntryNode node, FileStream output, byte[] piece, int count)
    {
        try
        {
            output.Write(piece, 0, count);
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
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
            if (Take(_buffer, wanted) < wanted)
            {
                throw ArchiveErrors.Damaged(_archive, "it is cut off");
            }

            count -= wanted;
        }
    }

    /// <summary>Reads as much as there is, and holds all that came out so far against the archive's size.</summary>
    private int Take(byte[] buffer, int count)
    {
        int read;
        try
        {
            read = Streams.ReadUpTo(_content, buffer, 0, count);
        }
        catch (Exception error) when (_content is GZipInputStream && error is not OperationCanceledException
            && (error is EndOfStreamException || !FileErrors.IsOfSystem(error)))
        {
            // Not SharpZipBaseException alone: on some altered data the library runs past the end of its own tables.
            throw ArchiveErrors.Damaged(_archive, "its gzip data are cut off or altered", cause: error);
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            throw ArchiveErrors.Storage("Reading", _archive, error);
        }

        _taken += read;
        _meter.CheckRatio(_taken);
        return read;
    }
}
