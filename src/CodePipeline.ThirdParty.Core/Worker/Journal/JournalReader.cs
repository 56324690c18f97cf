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
    /// <summary>The jobs that need something yet, in the order in which they were taken.</summary>
    public static IReadOnlyList<JournalEntry> Read(string path)
    {
        if (!File.Exists(path))
        {
            return Array.Empty<JournalEntry>();
        }

        // A disk that lost its power may leave zeros behind the last line that got there.
        string text = Encoding.UTF8.GetString(ReadAll(path)).TrimEnd('\0');
        string[] lines = text.Split('\n');
        var open = new Dictionary<string, (int Order, JournalEntry Entry)>(StringComparer.Ordinal);
        if (lines.FirstOrDefault(line => line.Trim().Length > 0) is string first && !JournalText.IsEntry(first))
        {
            // A journal is written whole before it takes its place, so that its first line is never half a line.
            throw new JournalException(
                JournalFault.Damaged,
                path,
                $"The file '{path}' is not the journal of a worker, and is left as it was found.",
                "Name a file of its own for the journal: a new one, an empty one, or the journal of an earlier worker.");
        }

        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim().Length == 0)
            {
                continue;
            }

            try
            {
                if (JournalText.Read(lines[i]) is (string jobId, JournalEntry or null) line)
                {
                    Apply(open, jobId, line.Entry, i);
                }
            }
            catch (Exception error) when (JsonFault.Is(error) || error is FormatException)
            {
                // A worker that is killed while it writes leaves half a line. What stood in it had not been done yet.
                if (lines.Skip(i + 1).All(line => line.Trim().Length == 0))
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

    /// <summary>Who holds the journal, in words; <see langword="null"/> where it does not say.</summary>
    public static string? Holder(string path)
    {
        try
        {
            string text = Encoding.UTF8.GetString(ReadAll(path));
            return JournalText.Holder(text.Split('\n')[0]);
        }
        catch (Exception error) when (FileErrors.IsOfSystem(error))
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

    private static byte[] ReadAll(string path)
    {
        // The worker that holds it goes on writing meanwhile.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }
}
