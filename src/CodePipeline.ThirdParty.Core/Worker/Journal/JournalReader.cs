using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>Reads what an earlier worker left.</summary>
internal static class JournalReader
{
    // More than its first line ever has.
    private const int MostOfAHead = 4096;

    /// <summary>The jobs that need something yet, in the order in which they were taken.</summary>
    /// <exception cref="JournalException">It is no journal, or is damaged.</exception>
    /// <exception cref="IOException">It cannot be read, or is not this user's own.</exception>
    public static IReadOnlyList<JournalEntry> Read(string path)
    {
        using FileStream? file = OwnedFile.OpenRead(path);
        if (file is null || file.Length == 0)
        {
            return Array.Empty<JournalEntry>();
        }

        if (!IsJournal(Head(file)))
        {
            throw NoJournal(path);
        }

        file.Position = 0;

        // A disk that lost its power may leave zeros behind the last line that got there.
        string[] lines = Encoding.UTF8.GetString(ReadAll(file)).TrimEnd('\0').Split('\n');
        var open = new Dictionary<string, (int Order, JournalEntry Entry)>(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim().Length == 0)
            {
                continue;
            }

            try
            {
                if (JournalFormat.Read(lines[i]) is (string jobId, JournalEntry or null) line)
                {
                    Apply(open, jobId, line.Entry, i);
                }
            }
            catch (Exception error) when (JsonErrors.Is(error) || error is FormatException)
            {
                // A worker that is killed while it writes leaves half a line, without its end. What stood in it had not
                // been done yet.
                if (i > 0 && i == lines.Length - 1)
                {
                    break;
                }

                throw new JournalException(
                    JournalFault.Damaged,
                    path,
                    $"The journal '{path}' is damaged in line {i + 1}: {error.Message}",
                    "Fix or delete the line, or move the file away: jobs that it names may then hang until their "
                    + "time limit.",
                    error);
            }
        }

        return open.Values.OrderBy(each => each.Order).Select(each => each.Entry).ToArray();
    }

    /// <summary>
    /// What a worker left that was ended while it wrote a whole journal: the beginning of one, or nothing at all.
    /// </summary>
    /// <exception cref="IOException">It cannot be read, or is not this user's own.</exception>
    public static bool IsBeginning(string path)
    {
        using FileStream? file = OwnedFile.OpenRead(path);
        return file is null || file.Length == 0 || IsJournal(Head(file));
    }

    /// <summary>A file that no worker has written is somebody's, and is left as it is.</summary>
    public static JournalException NoJournal(string path) => new(
        JournalFault.Damaged,
        path,
        $"The file '{path}' is not the journal of a worker, and is left as it was found.",
        "Name a file of its own for the journal: a new one, an empty one, or the journal of an earlier worker.");

    /// <summary>Who holds the journal, in words; <see langword="null"/> where it does not say.</summary>
    public static string? Holder(string path)
    {
        try
        {
            using FileStream? file = OwnedFile.OpenRead(path);
            return file is null ? null : JournalFormat.Holder(Head(file).Split('\n')[0]);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            return null;
        }
    }

    private static void Apply(
        Dictionary<string, (int Order, JournalEntry Entry)> open, string jobId, JournalEntry? entry, int order)
    {
        if (entry is null)
        {
            open.Remove(jobId);
        }
        else
        {
            bool isKnown = open.TryGetValue(jobId, out (int Order, JournalEntry Entry) known);
            open[jobId] = (isKnown ? known.Order : order, entry);
        }
    }

    /// <summary>By its first line, which is always written whole.</summary>
    private static bool IsJournal(string head)
    {
        int end = head.IndexOf('\n');
        return end > 0 && JournalFormat.IsOpened(head.Substring(0, end));
    }

    private static string Head(Stream file)
    {
        byte[] head = new byte[MostOfAHead];
        int length = 0;
        while (length < head.Length && file.Read(head, length, head.Length - length) is > 0 and int read)
        {
            length += read;
        }

        return Encoding.UTF8.GetString(head, 0, length);
    }

    private static byte[] ReadAll(Stream file)
    {
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }
}
