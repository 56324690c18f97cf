using System;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Artifacts.Archives;
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
    private static readonly bool s_isWindows = System.IO.Path.DirectorySeparatorChar == '\\';

    private readonly string _destination;
    private readonly FileStream _stream;
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
            _stream = PrivateFiles.Open(
                Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
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
            RandomAccess.SetLength(_stream.SafeFileHandle, length);
#else
            _stream.SetLength(length);
#endif
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
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
            RandomAccess.Write(_stream.SafeFileHandle, buffer.AsSpan(0, count), offset);
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
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArtifactErrors.OfPath("Writing", _destination, error);
        }
    }

    /// <summary>A stream that writes to the file from its beginning on.</summary>
    public Stream OpenWrite() => new Writer(this);

    /// <summary>Nothing more is written; the file stays until <see cref="Commit"/> or the end.</summary>
    public void Close()
    {
        // Its lock is what tells others that somebody needs it. Windows takes it for use by another until it is closed.
        if (s_isWindows)
        {
            End();
        }
    }

    /// <summary>Moves the file to where it belongs.</summary>
    /// <param name="path">The place.</param>
    /// <param name="replace">Whether a file that is there is replaced.</param>
    public void Commit(string path, bool replace)
    {
        Close();
        try
        {
#if NET
            if (!OperatingSystem.IsWindows())
            {
                // Whole, it has the rights that the user gives to files.
                File.SetUnixFileMode(Path, PrivateFiles.UsualFileRights);
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
        catch (Exception error) when (FileErrors.IsIoError(error))
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
            _stream.Dispose();
        }
    }

    /// <summary>Removes what this user's dead processes left in a folder.</summary>
    private static void Sweep(string folder, TimeProvider clock)
    {
        using FolderHandle? place = FolderHandle.Open(folder);
        if (place is null)
        {
            return;
        }

        try
        {
            foreach (string name in place.Names.Where(IsOurs))
            {
                SweepOne(place, name, clock.GetUtcNow());
            }
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            // The folder is somebody else's.
        }
    }

    private static void SweepOne(FolderHandle place, string name, DateTimeOffset now)
    {
        using (FileLock? held = place.LockOwn(name))
        {
            TimeSpan age = held is null ? TimeSpan.Zero : now - held.Written;
            bool isDead = age >= s_oldWithoutLocks || (age >= s_oldEnough && held!.IsExclusive && !s_isWindows);

            // Windows deletes no open file: there the second try does it.
            if (!isDead || place.DeleteOne(name))
            {
                return;
            }
        }

        _ = place.DeleteOne(name);
    }

    private static bool IsOurs(string name) => name.Length == Prefix.Length + IdLength + Suffix.Length
            && name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
            && name.Skip(Prefix.Length).Take(IdLength).All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
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
        catch (Exception error) when (error is ArgumentException || FileErrors.IsIoError(error))
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
