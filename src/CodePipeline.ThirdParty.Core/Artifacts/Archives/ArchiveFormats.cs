using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

internal enum ArchiveFormat
{
    /// <summary>A plain file.</summary>
    None,
    Zip,
    Tar,
    TarGzip,

    /// <summary>An archive, or a packed file, of a format that is not expanded here.</summary>
    Other,
}

/// <summary>Tells archives by what is in them, never by their names.</summary>
internal static class ArchiveFormats
{
    private const int ShortestEmptyTar = 1024;
    private const int LongestEmptyTar = 10240;

    // Header and trailer: what is shorter only begins like gzip.
    private const int ShortestGzip = 18;

    /// <summary>Reads the start, and of a zip the end, of a seekable stream, and puts it back where it was.</summary>
    /// <remarks>
    /// gzip of something that is no tar is a plain file. A zip may have something before it (a program).
    /// </remarks>
    public static ArchiveFormat Detect(Stream stream) => Detect(stream, out _);

    /// <inheritdoc cref="Detect(Stream)"/>
    /// <param name="stream">The file.</param>
    /// <param name="other">The name of a format that is not expanded here.</param>
    public static ArchiveFormat Detect(Stream stream, out string? other)
    {
        long position = stream.Position;
        other = null;
        try
        {
            stream.Position = 0;
            byte[] head = new byte[LongestEmptyTar + 1];
            int length = Streams.ReadAtLeast(stream, head, 0, head.Length);
            if (length >= 4 && LittleEndian.UInt32(head, 0)
                is ZipDirectory.LocalSignature or ZipDirectory.EndSignature or ZipDirectory.SplitSignature)
            {
                return ArchiveFormat.Zip;
            }

            // Before the end record is looked for: a tar may well have a stored zip as its last file.
            if (IsTar(head, length))
            {
                return ArchiveFormat.Tar;
            }

            if (GzipStreamReader.IsGzip(head, length))
            {
                stream.Position = 0;
                return HoldsTar(stream) ? ArchiveFormat.TarGzip : ArchiveFormat.None;
            }

            other = UnsupportedFormats.NameOf(head, length);
            return other is not null ? ArchiveFormat.Other
                : ZipDirectory.HasEndRecord(stream) ? ArchiveFormat.Zip
                : ArchiveFormat.None;
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
            using GzipStreamReader content = new(stream);
            byte[] head = new byte[LongestEmptyTar + 1];

            // The first block alone: a wrong checksum further on makes it a damaged archive, and no plain file.
            int length = Streams.ReadAtLeast(content, head, 0, TarHeader.Size);
            return IsTar(head, length)
                || (Array.TrueForAll(head, each => each == 0)
                    && IsTar(head, length + Streams.ReadAtLeast(content, head, length, head.Length - length)));
        }
        catch (Exception error) when (error is not OperationCanceledException
            && (error is EndOfStreamException || !FileErrors.IsIoError(error)))
        {
            // Whether it held a tar cannot be told any more; expanding it tells that it is damaged.
            return stream.Length >= ShortestGzip;
        }
    }
}
