using System;
using System.IO;
using System.Linq;
#if NET
using Microsoft.Win32.SafeHandles;
#endif
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// The file that an object is written to, part by part, in any order. It lies beside the destination under a name of
/// its own, only its owner may read it, and it is gone unless it was moved to where it belongs.
/// </summary>
/// <remarks>What a killed process left is swept by the next that writes into the same folder.</remarks>
internal sealed class PartFile : IDisposable
{
    private const string Prefix = ".cpthirdparty-";
    private const string Suffix = ".part";
    private const int IdLength = 32;

    // Time to make a file and lock it, of whoever has just begun.
    private static readonly TimeSpan s_oldEnough = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_oldWithoutLocks = TimeSpan.FromDays(1);

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
    /// <param name="clock">Tells the age of what others left there.</param>
    public PartFile(string destination, string folder, TimeProvider clock)
    {
        _destination = destination;
        Sweep(folder, clock);
        Path = System.IO.Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}{Suffix}");
        try
        {
            Directory.CreateDirectory(folder);
#if NET
            _handle = File.OpenHandle(
                Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
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
        catch (Exception error) when (FileErrors.IsOfSystem(error))
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
        catch (Exception error) when (FileErrors.IsOfSystem(error))
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

                // What expands it meanwhile reads it through another handle, and would find zeros.
                _stream.Flush();
            }
#endif
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            throw ArtifactErrors.OfPath("Writing", _destination, error);
        }
    }

    /// <summary>A stream that writes to the file from its beginning on.</summary>
    public Stream OpenWrite() => new Writer(this);

    /// <summary>Nothing more is written; the file stays until <see cref="Land"/> or the end.</summary>
    public void Close()
    {
        // Its lock is what tells others that somebody needs it. Windows takes it for use by another until it is closed.
        if (System.IO.Path.DirectorySeparatorChar == '\\')
        {
            End();
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
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            throw ArtifactErrors.OfPath("Writing", path, error);
        }
    }

    public void Dispose()
    {
        Close();
        TryDelete(Path);
        End();
    }

    private void End()
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

    /// <summary>Removes what dead processes left in a folder.</summary>
    private static void Sweep(string folder, TimeProvider clock)
    {
        try
        {
            foreach (string path in Directory.GetFiles(folder, Prefix + "*" + Suffix).Where(IsOurs))
            {
                SweepOne(path, clock.GetUtcNow());
            }
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            // The folder is not there yet, or somebody else's.
        }
    }

    private static void SweepOne(string path, DateTimeOffset now)
    {
        try
        {
            TimeSpan age = now - File.GetLastWriteTimeUtc(path);
            if (age < s_oldEnough || (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0)
            {
                return;
            }

            using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            if (age < s_oldWithoutLocks
                && (System.IO.Path.DirectorySeparatorChar == '\\' || !HeldFile.IsExclusive(path)))
            {
                return;
            }

            TryDelete(path);
            held.Dispose();
            TryDelete(path);
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
        {
            // Its owner lives, or it is not ours to remove.
        }
    }

    private static bool IsOurs(string path)
    {
        string name = System.IO.Path.GetFileName(path);
        return name.Length == Prefix.Length + IdLength + Suffix.Length
            && name.Skip(Prefix.Length).Take(IdLength).All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
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
        catch (Exception error) when (error is ArgumentException || FileErrors.IsOfSystem(error))
        {
            // A share of the network, for example: writing will tell.
            return null;
        }
    }

    private sealed class Writer(PartFile file) : WriteOnlyStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (offset != 0)
            {
                byte[] piece = new byte[count];
                Buffer.BlockCopy(buffer, offset, piece, 0, count);
                buffer = piece;
            }

            file.Write(buffer, count, Length);
            Advance(count);
        }
    }
}
