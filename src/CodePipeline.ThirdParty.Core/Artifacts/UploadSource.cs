using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A file to upload, which must not change during the upload. Symbolic links are followed.</summary>
internal sealed class UploadSource
{
    private readonly string _path;
    private readonly (long Length, DateTime Written) _snapshot;

    private UploadSource(string path, (long Length, DateTime Written) snapshot) =>
        (_path, _snapshot) = (path, snapshot);

    /// <summary>The length in bytes.</summary>
    public long Length => _snapshot.Length;

    /// <summary>Records the length and the time of a file.</summary>
    /// <exception cref="ArtifactTransferException">
    /// The file does not exist, is unreadable, or is a pipe, a socket or a device.
    /// </exception>
    public static UploadSource Open(string path)
    {
        if (FileTypeProbe.Is(path))
        {
            throw ArtifactErrors.NotAFile(path, "it is a pipe, a socket or a device");
        }

        using FileStream file = OpenRead(path);
        UploadSource source = new(path, SnapshotOf(file));
        if (source.Length == 0 && Read(file) >= 0)
        {
            // The system generates such files when they are read, as in /proc.
            throw ArtifactErrors.NotAFile(path, "it has content but reports a length of 0");
        }

        return source;
    }

    /// <summary>Opens the file for an attempt.</summary>
    /// <exception cref="ArtifactTransferException">The file is unreadable or has changed.</exception>
    public FileStream OpenRead()
    {
        FileStream file = OpenRead(_path);
        if (SnapshotOf(file) != _snapshot)
        {
            file.Dispose();
            throw ArtifactErrors.SourceChanged(_path);
        }

        return file;
    }

    /// <summary>Verifies that the file has the same length and time as before.</summary>
    /// <exception cref="ArtifactTransferException">The file has changed.</exception>
    public void CheckUnchanged() => OpenRead().Dispose();

    private static FileStream OpenRead(string path)
    {
        const int BufferSize = 64 * 1024;
        try
        {
            return new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ArtifactErrors.SourceNotFound(path);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArtifactErrors.OfPath("Reading", path, error);
        }
    }

    // Uses the handle, because a path could yield the length and the time of a symbolic link.
    private static (long Length, DateTime Written) SnapshotOf(FileStream file)
    {
        try
        {
#if NET
            return (file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle));
#else
            return (file.Length, File.GetLastWriteTimeUtc(file.Name));
#endif
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArtifactErrors.OfPath("Reading", file.Name, error);
        }
    }

    private static int Read(FileStream file)
    {
        try
        {
            return file.ReadByte();
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArtifactErrors.OfPath("Reading", file.Name, error);
        }
    }
}
