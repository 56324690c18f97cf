using System;
using System.IO;
#if NET
using Microsoft.Win32.SafeHandles;
#endif

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// The file that an object is written to, part by part, in any order. It lies beside the destination under a name of its
/// own, only its owner may read it, and it is gone unless it was moved to where it belongs.
/// </summary>
internal sealed class PartFile : IDisposable
{
    private readonly string _destination;
#if NET
    private readonly SafeFileHandle _handle;
    private readonly UnixFileMode _mode;
#else
    private readonly FileStream _stream;
#endif
    private bool _closed;

    /// <summary>Creates the file, and the folder that it lies in.</summary>
    /// <param name="destination">Where it belongs, or what messages are to call it.</param>
    /// <param name="folder">Where it lies until then: on the same disk.</param>
    public PartFile(string destination, string folder)
    {
        _destination = destination;
        Path = System.IO.Path.Combine(folder, $".cpthirdparty-{Guid.NewGuid():N}.part");
        try
        {
            Directory.CreateDirectory(folder);
#if NET
            _handle = File.OpenHandle(Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            if (!OperatingSystem.IsWindows())
            {
                // The user's own mode comes back when the file is whole.
                _mode = File.GetUnixFileMode(_handle);
                File.SetUnixFileMode(_handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
#else
            _stream = new FileStream(Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
#endif
        }
        catch (Exception error) when (ArtifactErrors.IsOfPath(error))
        {
            throw ArtifactErrors.OfPath("Writing", destination, error);
        }
    }

    /// <summary>Where it lies now.</summary>
    public string Path { get; }

    /// <summary>Sets how long it is going to be, and refuses what the disk has no room for.</summary>
    public void SetLength(long length)
    {
        if (Room() is long free && free < length)
        {
            throw ArtifactErrors.NoRoom(_destination, length, free);
        }

        try
        {
#if NET
            RandomAccess.SetLength(_handle, length);
#else
            _stream.SetLength(length);
#endif
        }
        catch (Exception error) when (ArtifactErrors.IsOfPath(error))
        {
            throw ArtifactErrors.OfPath("Writing", _destination, error);
        }
    }

    /// <summary>Writes from any thread.</summary>
    public void Write(byte[] buffer, int count, long offset)
    {
        try
        {
#if NET
            RandomAccess.Write(_handle, buffer.AsSpan(0, count), offset);
#else
            lock (_stream)
            {
                _stream.Position = offset;
                _stream.Write(buffer, 0, count);
            }
#endif
        }
        catch (Exception error) when (ArtifactErrors.IsOfPath(error))
        {
            throw ArtifactErrors.OfPath("Writing", _destination, error);
        }
    }

    /// <summary>Nothing more is written; the file stays until <see cref="Land"/> or the end.</summary>
    public void Close()
    {
        if (!_closed)
        {
            _closed = true;
#if NET
            _handle.Dispose();
#else
            _stream.Dispose();
#endif
        }
    }

    /// <summary>Moves the file to where it belongs.</summary>
    /// <param name="path">The place.</param>
    /// <param name="replace">Whether a file that is there is replaced.</param>
    public void Land(string path, bool replace)
    {
        Close();
        try
        {
#if NET
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path, _mode);
            }

            File.Move(Path, path, replace);
#else
            if (replace && File.Exists(path))
            {
                File.Replace(Path, path, null);
            }
            else
            {
                File.Move(Path, path);
            }
#endif
        }
        catch (IOException) when (!replace && File.Exists(path))
        {
            throw ArtifactErrors.Exists(path);
        }
        catch (Exception error) when (ArtifactErrors.IsOfPath(error))
        {
            throw ArtifactErrors.OfPath("Writing", path, error);
        }
    }

    public void Dispose()
    {
        Close();
        try
        {
            File.Delete(Path);
        }
        catch (Exception error) when (ArtifactErrors.IsOfPath(error))
        {
            // Somebody else holds it; there is nothing more to be done about it.
        }
    }

    private long? Room()
    {
        try
        {
            return new DriveInfo(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!).AvailableFreeSpace;
        }
        catch (Exception error) when (error is ArgumentException || ArtifactErrors.IsOfPath(error))
        {
            // A share of the network, for example: writing will tell.
            return null;
        }
    }
}
