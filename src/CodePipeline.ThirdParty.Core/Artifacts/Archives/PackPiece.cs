namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A part of a file that is packed in one go.</summary>
internal sealed class PackPiece
{
    public PackPiece(PackItem item, long start, int length) => (Item, Start, Length) = (item, start, length);

    public PackItem Item { get; }

    public long Start { get; }

    public int Length { get; }

    public bool IsFirst => Start == 0;

    public bool IsLast => Start + Length == Item.Length;

    public bool IsWhole => IsFirst && IsLast;
}

/// <summary>A piece as it goes into the zip.</summary>
internal sealed class PackedPiece
{
    public PackedPiece(
        PackPiece piece, ZipPacker.Worker? worker, byte[] data, int length, uint crc, bool isDeflated)
    {
        Piece = piece;
        Worker = worker;
        Data = data;
        Length = length;
        Crc = crc;
        IsDeflated = isDeflated;
    }

    public PackPiece Piece { get; }

    /// <summary>Whose buffers it lies in.</summary>
    public ZipPacker.Worker? Worker { get; }

    /// <summary>It begins with the first byte: a stored piece is a whole file, which has no window before it.</summary>
    public byte[] Data { get; }

    public int Length { get; }

    /// <summary>Of the bytes before they were packed.</summary>
    public uint Crc { get; }

    public bool IsDeflated { get; }
}
