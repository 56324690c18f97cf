using System.IO;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Reading until there is enough, which not every framework's streams can.</summary>
internal static class Streams
{
    /// <summary>Reads until the count is there or the stream ends; gives what was read.</summary>
    public static int ReadAtLeast(Stream stream, byte[] buffer, int offset, int count)
    {
        int done = 0;
        while (done < count)
        {
            int read = stream.Read(buffer, offset + done, count - done);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    /// <summary>Opens a file for reading by whoever may, with no buffer of its own.</summary>
    public static FileStream OpenRead(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
}
