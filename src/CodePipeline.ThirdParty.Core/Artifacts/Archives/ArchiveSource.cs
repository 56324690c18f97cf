using System;
using System.IO;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>An archive to read: a complete file, or one that is still being downloaded.</summary>
/// <param name="Path">The path of the file.</param>
internal sealed record ArchiveSource(string Path)
{
    /// <summary>The ranges downloaded so far; <see langword="null"/> if the file is complete.</summary>
    public DownloadedRanges? Ranges { get; init; }

    /// <summary>Completes when the download is complete and verified. Nothing is committed before.</summary>
    public Task Completion { get; init; } = Task.CompletedTask;

    /// <summary>Waits until the length is known and opens the file. Reads wait for the download.</summary>
    public Stream OpenRead()
    {
        if (Ranges is null)
        {
            return Streams.OpenRead(Path);
        }

        Ranges.WaitForStart();
        return new PartialFileStream(
            new FileStream(
                Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1),
            Ranges);
    }

    /// <summary>A stream over a partial file. Reads wait until their range is downloaded.</summary>
    private sealed class PartialFileStream(FileStream file, DownloadedRanges ranges) : Stream
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

            ranges.Wait(at, at + wanted);
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
