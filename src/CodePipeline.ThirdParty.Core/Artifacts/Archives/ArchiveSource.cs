using System;
using System.IO;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>An archive to read: a file that is there, or one that is still coming.</summary>
/// <param name="Path">The file.</param>
internal sealed record ArchiveSource(string Path)
{
    /// <summary>What tells which bytes are there; <see langword="null"/> where all of them are.</summary>
    public DownloadedRanges? Arrivals { get; init; }

    /// <summary>Ends well once the file is whole and proven to be; nothing lands before.</summary>
    public Task Whole { get; init; } = Task.CompletedTask;

    /// <summary>Opens it, as soon as its length is known. Reading waits for what has not come yet.</summary>
    public Stream OpenRead()
    {
        if (Arrivals is null)
        {
            return Streams.OpenRead(Path);
        }

        Arrivals.WaitForStart();
        return new PartialFileStream(
            new FileStream(
                Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1),
            Arrivals);
    }

    /// <summary>A file of known length, of which nothing is read before it is there.</summary>
    private sealed class PartialFileStream(FileStream file, DownloadedRanges arrivals) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length { get; } = file.Length;

        public override long Position
        {
            get => file.Position;
            set => file.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            long at = file.Position;
            int wanted = (int)Math.Min(count, Length - at);
            if (wanted <= 0)
            {
                return 0;
            }

            arrivals.Wait(at, at + wanted);
            return file.Read(buffer, offset, wanted);
        }

        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
