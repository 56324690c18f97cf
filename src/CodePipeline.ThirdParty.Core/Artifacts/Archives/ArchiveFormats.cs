using System;
using System.IO;
using System.IO.Compression;

namespace CodePipeline.ThirdParty.Artifacts;

internal enum ArchiveFormat
{
    /// <summary>A plain file: not an archive, or of a kind that is not expanded.</summary>
    None,
    Zip,
    Tar,
    TarGzip,
}

/// <summary>Tells archives by what is in them, never by their names.</summary>
internal static class ArchiveFormats
{
    private const int ShortestEmptyTar = 1024;
    private const int LongestEmptyTar = 10240;

    /// <summary>Reads the start, and of a zip the end, of a seekable stream, and puts it back where it was.</summary>
    /// <remarks>
    /// gzip of something that is no tar is a plain file. A zip may have something before it (a program).
    /// </remarks>
    public static ArchiveFormat Detect(Stream stream)
    {
        long position = stream.Position;
        try
        {
            stream.Position = 0;
            byte[] head = new byte[LongestEmptyTar + 1];
            int length = Streams.ReadUpTo(stream, head, 0, head.Length);
            if (length >= 4 && LittleEndian.UInt32(head, 0) is ZipDirectory.LocalSignature or ZipDirectory.EndSignature)
            {
                return ArchiveFormat.Zip;
            }

            // Before the end record is looked for: a tar may well have a stored zip as its last file.
            if (IsTar(head, length))
            {
                return ArchiveFormat.Tar;
            }

            if (length >= 3 && head[0] == 0x1F && head[1] == 0x8B && head[2] == 8)
            {
                stream.Position = 0;
                return HoldsTar(stream) ? ArchiveFormat.TarGzip : ArchiveFormat.None;
            }

            return ZipDirectory.HasEndRecord(stream) ? ArchiveFormat.Zip : ArchiveFormat.None;
        }
        finally
        {
            stream.Position = position;
        }
    }

    // A tar of nothing is zeros, as many as its makers write at the least; any other file of zeros is just that.
    private static bool IsTar(byte[] head, int length) => length >= TarHeader.Size
        && (TarHeader.IsHeader(head)
            || (length is ShortestEmptyTar or LongestEmptyTar && Array.TrueForAll(head, each => each == 0)));

    private static bool HoldsTar(Stream stream)
    {
        try
        {
            using GZipStream content = new(stream, CompressionMode.Decompress, leaveOpen: true);
            byte[] head = new byte[LongestEmptyTar + 1];

            // The first block alone: a wrong checksum further on makes it a damaged archive, and no plain file.
            int length = Streams.ReadUpTo(content, head, 0, TarHeader.Size);
            return IsTar(head, length)
                || IsTar(head, length + Streams.ReadUpTo(content, head, length, head.Length - length));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
