using System.IO;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Stream helpers that .NET Framework lacks.</summary>
internal static class Streams
{
    /// <summary>Reads until the count is reached or the stream ends. Returns the number of bytes read.</summary>
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

    /// <summary>Opens a file for shared, unbuffered reading.</summary>
    public static FileStream OpenRead(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
}
