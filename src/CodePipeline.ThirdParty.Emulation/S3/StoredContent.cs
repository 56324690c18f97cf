using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>A file with the contents of an object or a part.</summary>
internal sealed class StoredFile
{
    internal StoredFile(string path, long length)
    {
        Path = path;
        Length = length;
    }

    internal string Path { get; }

    internal long Length { get; }

    internal FileStream Open() => new(
        Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);

    internal void Delete() => TemporaryFolder.TryDelete(Path);
}

/// <summary>
/// The contents of an object: the concatenation of its files. The last <see cref="Release"/> deletes the files.
/// </summary>
internal sealed class StoredContent
{
    private int _users = 1;

    internal StoredContent(IReadOnlyList<StoredFile> files)
    {
        Files = files;
        Length = files.Sum(file => file.Length);
    }

    internal IReadOnlyList<StoredFile> Files { get; }

    internal long Length { get; }

    /// <summary>
    /// Keeps the files until the matching <see cref="Release"/>. Call this only while the files are still in use.
    /// </summary>
    internal StoredContent Use()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            foreach (StoredFile file in Files)
            {
                file.Delete();
            }
        }
    }
}
