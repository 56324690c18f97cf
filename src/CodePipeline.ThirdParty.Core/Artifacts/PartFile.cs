using System;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>
/// A temporary file that receives the parts of an object in any order. Only its owner can read it. It is deleted on
/// disposal unless <see cref="Commit"/> moved it to its destination.
/// </summary>
/// <remarks>Creating one also deletes the files that killed processes left in the same folder.</remarks>
internal sealed class PartFile : IDisposable
{
    private const string Prefix = ".cpthirdparty-";
    private const string Suffix = ".part";
    private const int IdLength = 32;

    // Gives another process time to lock the file that it has just created.
    private static readonly TimeSpan s_lockGracePeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_maximumAge = TimeSpan.FromDays(1);
    private static readonly bool s_isWindows = System.IO.Path.DirectorySeparatorChar == '\\';

    private readonly string _destination;
    private readonly FileStream _stream;
    private bool _closed;

    /// <summary>Creates the file, and its folder if necessary.</summary>
    /// <param name="destination">The path that error messages show.</param>
    /// <param name="folder">The folder of the temporary file, on the volume of the destination.</param>
    /// <param name="clock">Determines the age of leftover files.</param>
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

    /// <summary>The path of the temporary file.</summary>
    public string Path { get; }

    /// <summary>Sets the length in bytes. Fails if the disk has not enough free space.</summary>
    public void SetLength(long length)
    {
        if (AvailableSpace() is long free && free < length)
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

    /// <summary>Writes at an offset. Safe to call from several threads.</summary>
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

                // The extractor reads through another handle and would see zeros.
                _stream.Flush();
            }
#endif
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ArtifactErrors.OfPath("Writing", _destination, error);
        }
    }

    /// <summary>Opens a stream that writes from the start of the file.</summary>
    public Stream OpenWrite() => new Writer(this);

    /// <summary>Ends the writing. The file stays until <see cref="Commit"/> or disposal.</summary>
    public void Close()
    {
        // On Unix, keep the lock, which protects the file from other processes' sweeps.
        // On Windows, others cannot open or move the file while it is open for writing.
        if (s_isWindows)
        {
            CloseStream();
        }
    }

    /// <summary>Moves the file to its destination.</summary>
    /// <param name="path">The destination.</param>
    /// <param name="replace">Whether an existing file is replaced.</param>
    public void Commit(string path, bool replace)
    {
        Close();
        try
        {
#if NET
            if (!OperatingSystem.IsWindows())
            {
                // The finished file gets the permissions of the user's umask.
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
        CloseStream();
    }

    private void CloseStream()
    {
        if (!_closed)
        {
            _closed = true;
            _stream.Dispose();
        }
    }

    /// <summary>Deletes the files that this user's dead processes left in a folder.</summary>
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
            // Another user owns the folder.
        }
    }

    private static void SweepOne(FolderHandle place, string name, DateTimeOffset now)
    {
        using (FileLock? held = place.LockOwn(name))
        {
            TimeSpan age = held is null ? TimeSpan.Zero : now - held.Written;
            bool isDead = age >= s_maximumAge || (age >= s_lockGracePeriod && held!.IsExclusive && !s_isWindows);

            // Windows cannot delete an open file; the call after the lock is released does.
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
            // Another process has it open. A later sweep deletes it.
        }
    }

    private long? AvailableSpace()
    {
        try
        {
            return new DriveInfo(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!).AvailableFreeSpace;
        }
        catch (Exception error) when (error is ArgumentException || FileErrors.IsIoError(error))
        {
            // Unknown, as for a network share. The write itself reports a full disk.
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
