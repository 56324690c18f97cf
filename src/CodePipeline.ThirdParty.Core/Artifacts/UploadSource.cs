using System;
using System.IO;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A file that is published, as it was at the beginning. Of a link it is the file that the link leads to.</summary>
internal sealed class UploadSource
{
    private readonly string _path;
    private readonly (long Length, DateTime Written) _facts;

    private UploadSource(string path, (long Length, DateTime Written) facts) => (_path, _facts) = (path, facts);

    /// <summary>How many bytes it has.</summary>
    public long Length => _facts.Length;

    /// <summary>Looks at a file, which has to be there and readable.</summary>
    /// <exception cref="ArtifactTransferException">
    /// There is none, it cannot be read, or it is a pipe, a socket or a device.
    /// </exception>
    public static UploadSource Open(string path)
    {
        if (FileTypeProbe.Is(path))
        {
            throw ArtifactErrors.NotAFile(path, "it is a pipe, a socket or a device");
        }

        using FileStream file = OpenRead(path);
        UploadSource source = new(path, FactsOf(file));
        if (source.Length == 0 && Read(file) >= 0)
        {
            // Files that the system makes up as they are read, such as those of /proc.
            throw ArtifactErrors.NotAFile(path, "it has content, and no length that tells how much");
        }

        return source;
    }

    /// <summary>Opens it for one reading.</summary>
    /// <exception cref="ArtifactTransferException">It cannot be read, or is not as it was.</exception>
    public FileStream OpenRead()
    {
        FileStream file = OpenRead(_path);
        if (FactsOf(file) != _facts)
        {
            file.Dispose();
            throw ArtifactErrors.SourceChanged(_path);
        }

        return file;
    }

    /// <summary>Makes sure that it is as it was.</summary>
    /// <exception cref="ArtifactTransferException">It is not.</exception>
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

    // Of what is open: the path may be that of a link, whose length and time are those of the link.
    private static (long Length, DateTime Written) FactsOf(FileStream file)
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
