using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Worker.Journal;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>A journal file of an earlier worker, possibly damaged.</summary>
internal sealed class JournalTarget : FuzzTarget
{
    private const string Time = "\"2030-01-02T03:04:05Z\"";
    private const string Type = "\"Test/ThirdParty/P/1\"";

    private static readonly string[] s_lines =
    {
        """{"time":"2030-01-02T03:04:05Z","entry":"opened","version":1,"pid":7,"host":"h"}""",
        $$"""{"time":{{Time}},"entry":"claiming","job":"j-1","client":"c-1","type":{{Type}},"mark":"abc"}""",
        """{"time":"2030-01-02T03:04:05.123+01:00","entry":"claimed","job":"j-1","client":"c-1","type":"""
            + Type + ",\"runs\":1}",
        $$"""{"time":{{Time}},"entry":"result","job":"j-1","type":{{Type}},"outcome":"Failed","failureType":"""
            + "\"JobFailed\",\"message\":\"m\"}",
        $$"""{"time":{{Time}},"entry":"result","job":"j-2","type":{{Type}},"outcome":"Succeeded","summary":"s","""
            + "\"percentComplete\":7,\"revision\":"
            + """{"revision":"r","changeIdentifier":"c","created":"2030-01-02T03:04:05+00:00"}}""",
        """{"time":"2030-01-02T03:04:05Z","entry":"done","job":"j-1","outcome":"Succeeded"}""",
    };

    private readonly TempFolder _folder = new();

    public override string Name => "journal";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\n", "\0\0\0\0", "\"entry\":\"done\"", "\"version\":2", "\"job\":", "\\ud800", "[1]", "null", "\"revision\":7",
        "\"created\":\"x\"");

    public override byte[] Make(Draw draw)
    {
        using MemoryStream text = new();
        if (draw.Between(0, 9) > 0)
        {
            // Without this line the file is not read.
            text.Write(Encoding.UTF8.GetBytes(s_lines[0] + "\n"));
        }

        for (int lines = draw.Between(1, 8); lines > 0; lines--)
        {
            text.Write(JsonMaker.Like(draw, draw.Pick(s_lines), 0.02));
            text.WriteByte((byte)'\n');
        }

        return text.ToArray();
    }

    public override string Run(byte[] input)
    {
        string path = _folder.PathOf("journal");
        File.WriteAllBytes(path, input);
        _ = JournalReader.Holder(path);
        IReadOnlyList<JournalEntry> left;
        try
        {
            left = JournalReader.Read(path);
        }
        catch (JournalException error)
        {
            Hold(error.Fault == JournalFault.Damaged, $"A damaged journal is reported as {error.Fault}.");
            return Shape(error);
        }

        string outcome = string.Empty;
        foreach (JournalEntry entry in left)
        {
            CheckWritten(entry);
            outcome += entry.Stage.ToString()[0];
        }

        return outcome.Length > 6 ? outcome[..6] : outcome;
    }

    protected override void Release() => _folder.Dispose();

    /// <summary>Verifies that an entry round-trips.</summary>
    public static void CheckWritten(JournalEntry entry)
    {
        string line = Encoding.UTF8.GetString(JournalFormat.Serialize(entry));
        JournalEntry again = JournalFormat.Read(line)?.Entry
            ?? throw new FuzzException("A written entry cannot be read.");
        Hold(
            again.Job == entry.Job
                && again.Stage == entry.Stage
                && again.Time == entry.Time
                && again.ClaimFingerprint == entry.ClaimFingerprint
                && again.Runs == entry.Runs,
            "An entry does not round-trip.");
        Hold(Same(again.Result, entry.Result), "A result does not round-trip.");
    }

    private static bool Same(ThirdPartyJobOutcome? left, ThirdPartyJobOutcome? right) => left is null || right is null
        ? left is null && right is null
        : left.Failure == right.Failure && Members(left.Success) == Members(right.Success);

    private static (string?, string?, int?, string?, JobRevision?)? Members(SuccessResult? result) => result is null
        ? null
        : (result.Summary, result.ExternalExecutionId, result.PercentComplete, result.ContinuationToken,
            result.Revision);
}
