using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>Reads the journal of an earlier worker.</summary>
internal static class JournalReader
{
    // More than the longest first line.
    private const int MaxHeadLength = 4096;

    /// <summary>Returns the unfinished jobs, in the order in which they were claimed.</summary>
    /// <exception cref="JournalException">The file is not a journal, or it is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read, or does not belong to this user alone.</exception>
    public static IReadOnlyList<JournalEntry> Read(string path)
    {
        using FileStream? file = OwnedFile.OpenRead(path);
        if (file is null || file.Length == 0)
        {
            return Array.Empty<JournalEntry>();
        }

        if (!IsJournal(Head(file)))
        {
            throw NotAJournal(path);
        }

        file.Position = 0;

        // A power failure may leave zeros after the last complete line.
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
                // A worker that was killed while writing leaves a truncated last line. It had not yet acted on that
                // entry.
                if (i > 0 && i == lines.Length - 1)
                {
                    break;
                }

                throw new JournalException(
                    JournalFault.Damaged,
                    path,
                    $"The journal '{path}' is damaged in line {i + 1}: {error.Message}",
                    "Fix or delete the line, or move the file away. Jobs that it names may then hang until their time "
                    + "limit.",
                    error);
            }
        }

        return open.Values.OrderBy(each => each.Order).Select(each => each.Entry).ToArray();
    }

    /// <summary>Whether a file is missing, empty, or begins like a journal, so that a worker may replace it.</summary>
    /// <exception cref="IOException">The file cannot be read, or does not belong to this user alone.</exception>
    public static bool MayReplace(string path)
    {
        using FileStream? file = OwnedFile.OpenRead(path);
        return file is null || file.Length == 0 || IsJournal(Head(file));
    }

    /// <summary>The error for a file that is not a journal. The worker never changes such a file.</summary>
    public static JournalException NotAJournal(string path) => new(
        JournalFault.Damaged,
        path,
        $"The file '{path}' is not a worker's journal. The worker did not change it.",
        "Use a new file, an empty file, or the journal of an earlier worker.");

    /// <summary>
    /// Describes the process that opened the journal; <see langword="null"/> if the file does not name one.
    /// </summary>
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

    /// <summary>Checks the first line. A worker always writes it completely.</summary>
    private static bool IsJournal(string head)
    {
        int end = head.IndexOf('\n');
        return end > 0 && JournalFormat.IsOpened(head.Substring(0, end));
    }

    private static string Head(Stream file)
    {
        byte[] head = new byte[MaxHeadLength];
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
