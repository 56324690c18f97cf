using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Writes the records of a zip to a stream that need not seek, in as few and as large writes as it can.</summary>
internal sealed class ZipWriter : IDisposable
{
    private const int BufferSize = 256 * 1024;
    private const int LocalSize = 30;
    private const int CentralSize = 46;
    private const int EndSize = 22;
    private const int Zip64EndSize = 56;
    private const int LocatorSize = 20;
    private const int MadeOnUnix = 3 << 8;
    private const int Version = 20;
    private const int Zip64Version = 45;
    private const int Utf8Flag = 0x0800;
    private const int DescriptorFlag = 0x0008;
    private const int FirstOfJanuary1980 = 0x0021;
    private const uint DescriptorSignature = 0x08074b50;
    private readonly Stream _output;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly MemoryStream _central = new();
    private int _buffered;
    private long _written;
    private long _entries;

    // The entry that is being written.
    private byte[] _name = [];
    private long _headerOffset;
    private long _packed;
    private uint _crc;

    public ZipWriter(Stream output) => _output = output;

    private long Position => _written + _buffered;

    public async Task WriteAsync(PackedPiece packed, CancellationToken cancellationToken)
    {
        PackPiece piece = packed.Piece;
        if (piece.IsFirst)
        {
            await BeginAsync(packed, cancellationToken).ConfigureAwait(false);
        }

        _crc = piece.IsFirst ? packed.Crc : Crc32.Combine(_crc, packed.Crc, piece.Length);
        _packed += packed.Length;
        await PutAsync(packed.Data, packed.Length, cancellationToken).ConfigureAwait(false);
        if (piece.IsLast)
        {
            await EndAsync(packed, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the directory; gives the length of the zip.</summary>
    public async Task<long> FinishAsync(CancellationToken cancellationToken)
    {
        long start = Position;
        long size = _central.Length;
        await PutAsync(_central.GetBuffer(), (int)size, cancellationToken).ConfigureAwait(false);
        if (_entries >= ushort.MaxValue || size >= uint.MaxValue || start >= uint.MaxValue)
        {
            await PutAsync(Zip64End(start, size), Zip64EndSize + LocatorSize, cancellationToken).ConfigureAwait(false);
        }

        byte[] end = new byte[EndSize];
        LittleEndian.Put(end, 0, ZipDirectory.EndSignature, 4);
        LittleEndian.Put(end, 8, (ulong)Math.Min(_entries, ushort.MaxValue), 2);
        LittleEndian.Put(end, 10, (ulong)Math.Min(_entries, ushort.MaxValue), 2);
        LittleEndian.Put(end, 12, (ulong)Math.Min(size, uint.MaxValue), 4);
        LittleEndian.Put(end, 16, (ulong)Math.Min(start, uint.MaxValue), 4);
        await PutAsync(end, EndSize, cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return _written;
    }

    // By the length of the file alone, so that it is known before the file is packed.
    private static bool NeedsZip64(PackItem item) =>
        item.Length + (item.Length / 1024) + Deflater.MaxOutput(0) >= uint.MaxValue;

    private Task BeginAsync(PackedPiece packed, CancellationToken cancellationToken)
    {
        PackItem item = packed.Piece.Item;
        _name = Encoding.UTF8.GetBytes(item.Name);
        if (_name.Length > ushort.MaxValue)
        {
            throw ArchiveErrors.CannotPack(item.Path, item.Name, "its path is longer than a zip can hold");
        }

        _headerOffset = Position;
        _packed = 0;
        bool isWide = NeedsZip64(item);
        int extra = isWide ? 20 : 0;
        byte[] header = new byte[LocalSize + _name.Length + extra];
        LittleEndian.Put(header, 0, ZipDirectory.LocalSignature, 4);
        PutCommon(header, 4, packed, isWide);
        LittleEndian.Put(header, 26, (ulong)_name.Length, 2);
        LittleEndian.Put(header, 28, (ulong)extra, 2);
        Buffer.BlockCopy(_name, 0, header, LocalSize, _name.Length);
        if (packed.Piece.IsWhole)
        {
            LittleEndian.Put(header, 14, packed.Crc, 4);
            LittleEndian.Put(header, 18, (ulong)packed.Length, 4);
            LittleEndian.Put(header, 22, (ulong)SizeOf(packed), 4);
        }
        else if (isWide)
        {
            // Both sizes are in the descriptor behind the data; this says that they have eight bytes there.
            LittleEndian.Put(header, 18, uint.MaxValue, 4);
            LittleEndian.Put(header, 22, uint.MaxValue, 4);
            LittleEndian.Put(header, LocalSize + _name.Length, 1, 2);
            LittleEndian.Put(header, LocalSize + _name.Length + 2, 16, 2);
        }

        return PutAsync(header, header.Length, cancellationToken);
    }

    public void Dispose() => _central.Dispose();

    private static long SizeOf(PackedPiece packed) =>
        packed.Piece.Item.Kind == NodeKind.File ? packed.Piece.Item.Length : packed.Length;

    // What stands in the local header and in the directory alike: from the version on to the date.
    private static void PutCommon(byte[] header, int offset, PackedPiece packed, bool isWide)
    {
        bool isWhole = packed.Piece.IsWhole;
        LittleEndian.Put(header, offset, isWide ? Zip64Version : (ulong)Version, 2);
        LittleEndian.Put(header, offset + 2, Utf8Flag | (isWhole ? 0ul : DescriptorFlag), 2);
        LittleEndian.Put(header, offset + 4, packed.IsDeflated ? 8ul : 0ul, 2);
        LittleEndian.Put(header, offset + 8, FirstOfJanuary1980, 2);
    }

    private async Task EndAsync(PackedPiece packed, CancellationToken cancellationToken)
    {
        PackItem item = packed.Piece.Item;
        bool isWide = NeedsZip64(item);
        long size = SizeOf(packed);
        if (!packed.Piece.IsWhole)
        {
            int width = isWide ? 8 : 4;
            byte[] descriptor = new byte[8 + (2 * width)];
            LittleEndian.Put(descriptor, 0, DescriptorSignature, 4);
            LittleEndian.Put(descriptor, 4, _crc, 4);
            LittleEndian.Put(descriptor, 8, (ulong)_packed, width);
            LittleEndian.Put(descriptor, 8 + width, (ulong)size, width);
            await PutAsync(descriptor, descriptor.Length, cancellationToken).ConfigureAwait(false);
        }

        AddToDirectory(packed, size, isWide);
        _entries++;
    }

    private void AddToDirectory(PackedPiece packed, long size, bool isWide)
    {
        byte[] extra = Zip64Extra(size);
        byte[] header = new byte[CentralSize];
        LittleEndian.Put(header, 0, 0x02014b50, 4);
        LittleEndian.Put(header, 4, MadeOnUnix | Zip64Version, 2);
        PutCommon(header, 6, packed, isWide || extra.Length > 0);
        LittleEndian.Put(header, 16, _crc, 4);
        LittleEndian.Put(header, 20, (ulong)Math.Min(_packed, uint.MaxValue), 4);
        LittleEndian.Put(header, 24, (ulong)Math.Min(size, uint.MaxValue), 4);
        LittleEndian.Put(header, 28, (ulong)_name.Length, 2);
        LittleEndian.Put(header, 30, (ulong)extra.Length, 2);
        LittleEndian.Put(header, 38, AttributesOf(packed.Piece.Item), 4);
        LittleEndian.Put(header, 42, (ulong)Math.Min(_headerOffset, uint.MaxValue), 4);
        _central.Write(header, 0, header.Length);
        _central.Write(_name, 0, _name.Length);
        _central.Write(extra, 0, extra.Length);
    }

    private byte[] Zip64Extra(long size)
    {
        byte[] extra = new byte[28];
        int length = 4;
        foreach (long value in new[] { size, _packed, _headerOffset })
        {
            if (value >= uint.MaxValue)
            {
                LittleEndian.Put(extra, length, (ulong)value, 8);
                length += 8;
            }
        }

        if (length == 4)
        {
            return [];
        }

        LittleEndian.Put(extra, 0, 1, 2);
        LittleEndian.Put(extra, 2, (ulong)(length - 4), 2);
        Array.Resize(ref extra, length);
        return extra;
    }

    private byte[] Zip64End(long start, long size)
    {
        byte[] end = new byte[Zip64EndSize + LocatorSize];
        LittleEndian.Put(end, 0, 0x06064b50, 4);
        LittleEndian.Put(end, 4, Zip64EndSize - 12, 8);
        LittleEndian.Put(end, 12, MadeOnUnix | Zip64Version, 2);
        LittleEndian.Put(end, 14, Zip64Version, 2);
        LittleEndian.Put(end, 24, (ulong)_entries, 8);
        LittleEndian.Put(end, 32, (ulong)_entries, 8);
        LittleEndian.Put(end, 40, (ulong)size, 8);
        LittleEndian.Put(end, 48, (ulong)start, 8);
        LittleEndian.Put(end, Zip64EndSize, 0x07064b50, 4);
        LittleEndian.Put(end, Zip64EndSize + 8, (ulong)(start + size), 8);
        LittleEndian.Put(end, Zip64EndSize + 16, 1, 4);
        return end;
    }

    // The upper half is what Unix has: kind and permissions. The lowest bits are for DOS.
    private static uint AttributesOf(PackItem item) => item.Kind switch
    {
        NodeKind.Folder => (0x41EDu << 16) | 0x10,
        NodeKind.Link => 0xA1FFu << 16,
        _ => (item.IsExecutable ? 0x81EDu : 0x81A4u) << 16,
    };

    private async Task PutAsync(byte[] data, int count, CancellationToken cancellationToken)
    {
        if (count > BufferSize - _buffered)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        if (count > BufferSize)
        {
            await _output.WriteAsync(data, 0, count, cancellationToken).ConfigureAwait(false);
            _written += count;
            return;
        }

        Buffer.BlockCopy(data, 0, _buffer, _buffered, count);
        _buffered += count;
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_buffered > 0)
        {
            await _output.WriteAsync(_buffer, 0, _buffered, cancellationToken).ConfigureAwait(false);
            _written += _buffered;
            _buffered = 0;
        }
    }
}
