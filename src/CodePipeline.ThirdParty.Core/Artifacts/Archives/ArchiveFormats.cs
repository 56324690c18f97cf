using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

internal enum ArchiveFormat
{
    /// <summary>Not an archive.</summary>
    None,
    Zip,
    Tar,
    TarGzip,

    /// <summary>An archive or compressed file of an unsupported format.</summary>
    Other,
}

/// <summary>Detects archive formats by content, never by name.</summary>
internal static class ArchiveFormats
{
    private const int ShortestEmptyTar = 1024;
    private const int LongestEmptyTar = 10240;

    // Header and trailer. A shorter file cannot be gzip.
    private const int ShortestGzip = 18;

    /// <summary>Detects the format of a seekable stream. Restores the position of the stream.</summary>
    /// <remarks>
    /// A gzip file that does not contain a tar is not an archive. A zip may follow other data, such as a program.
    /// </remarks>
    public static ArchiveFormat Detect(Stream stream) => Detect(stream, out _);

    /// <inheritdoc cref="Detect(Stream)"/>
    /// <param name="stream">The file.</param>
    /// <param name="other">The name of an unsupported format; <see langword="null"/> otherwise.</param>
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

            // Check for tar before the zip's end record, because a tar can end with a stored zip.
            if (IsTar(head, length))
            {
                return ArchiveFormat.Tar;
            }

            if (GzipStreamReader.IsGzip(head, length))
            {
                stream.Position = 0;
                return ContainsTar(stream) ? ArchiveFormat.TarGzip : ArchiveFormat.None;
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

    // An empty tar consists of 1,024 or 10,240 zeros. Any other file of zeros is not an archive.
    private static bool IsTar(byte[] head, int length) => length >= TarHeader.Size
        && (TarHeader.IsHeader(head)
            || (length is ShortestEmptyTar or LongestEmptyTar && Array.TrueForAll(head, each => each == 0)));

    private static bool ContainsTar(Stream stream)
    {
        try
        {
            using GzipStreamReader content = new(stream);
            byte[] head = new byte[LongestEmptyTar + 1];

            // Read only the first block. Damage after it means a damaged archive, not a plain file.
            int length = Streams.ReadAtLeast(content, head, 0, TarHeader.Size);
            return IsTar(head, length)
                || (Array.TrueForAll(head, each => each == 0)
                    && IsTar(head, length + Streams.ReadAtLeast(content, head, length, head.Length - length)));
        }
        catch (Exception error) when (error is not OperationCanceledException
            && (error is EndOfStreamException || !FileErrors.IsIoError(error)))
        {
            // Damaged, so the content is unknown. Treat it as a tar.gz, so that expanding it reports the damage.
            return stream.Length >= ShortestGzip;
        }
    }
}
