using System;
using System.Globalization;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>Serializes journal entries: one JSON object per line.</summary>
/// <remarks>
/// An entry contains no secrets. It has the ids of the job and the client, the action type, a hash of the nonce, and
/// the result with masked texts. It includes the continuation token, which the next worker has to send and which is not
/// a secret.
/// </remarks>
internal static class JournalFormat
{
    public const int Version = 1;

    // Keeps quotes and non-ASCII letters readable. Safe, because the lines are never embedded in HTML.
    private static readonly JsonWriterOptions s_writing =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Opened(DateTimeOffset now, int processId, string host) => Line("opened", now, writer =>
    {
        writer.WriteNumber("version", Version);
        writer.WriteNumber("pid", processId);
        writer.WriteString("host", host);
    });

    public static byte[] Serialize(JournalEntry entry) => Line(NameOf(entry.Stage), entry.Time, writer =>
    {
        Write(writer, entry.Job);
        if (entry.ClaimFingerprint is not null)
        {
            writer.WriteString("mark", entry.ClaimFingerprint);
        }

        if (entry.Runs > 0)
        {
            writer.WriteNumber("runs", entry.Runs);
        }

        if (entry.Result is ThirdPartyJobOutcome result)
        {
            writer.WriteString("outcome", result.Outcome);
            if (result.Failure is FailureResult failure)
            {
                Write(writer, failure);
            }
            else
            {
                Write(writer, result.Success!);
            }
        }
    });

    public static byte[] Done(DateTimeOffset now, JobTicket job, string outcome) => Line("done", now, writer =>
    {
        writer.WriteString("job", job.JobId);
        writer.WriteString("outcome", outcome);
    });

    /// <summary>Parses one line.</summary>
    /// <returns>
    /// The job's id and its entry. The entry is <see langword="null"/> if the job is finished. The result is
    /// <see langword="null"/> for the first line of a journal.
    /// </returns>
    /// <exception cref="FormatException">
    /// A member is missing or invalid. Errors of <see cref="JsonErrors"/> pass through.
    /// </exception>
    public static (string JobId, JournalEntry? Entry)? Read(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        string kind = Text(root, "entry") ?? throw new FormatException("The member 'entry' is missing.");
        if (kind == "opened")
        {
            return Number(root, "version") is int and <= Version
                ? null
                : throw new FormatException("A later version of this module wrote it.");
        }

        string jobId = Text(root, "job") ?? throw new FormatException("The member 'job' is missing.");
        if (kind == "done")
        {
            return (jobId, null);
        }

        JournalStage stage = kind switch
        {
            "claiming" => JournalStage.Claiming,
            "claimed" => JournalStage.Claimed,
            "result" => JournalStage.Result,
            _ => throw new FormatException($"The entry kind '{kind}' is unknown."),
        };
        var ticket = new JobTicket(jobId, Text(root, "client"), Type(Text(root, "type")));
        return (jobId, new JournalEntry(ticket, stage, Time(root))
        {
            ClaimFingerprint = Text(root, "mark"),
            Runs = Number(root, "runs") is not int runs ? 0
                : runs >= 0 ? runs
                : throw new FormatException($"The member 'runs' is {runs}, which is less than 0."),
            Result = stage == JournalStage.Result ? Result(root) : null,
        });
    }

    /// <summary>Whether a line is the first line of a journal of any version.</summary>
    public static bool IsOpened(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return Text(document.RootElement, "entry") == "opened"
                && document.RootElement.TryGetProperty("version", out _);
        }
        catch (Exception error) when (JsonErrors.Is(error))
        {
            return false;
        }
    }

    /// <summary>
    /// Describes the process that opened the journal: "process 42 on build-7". Returns <see langword="null"/> if the
    /// line does not name one.
    /// </summary>
    public static string? Holder(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return Text(document.RootElement, "host") is string host && Number(document.RootElement, "pid") is int pid
                ? $"process {pid.ToString(CultureInfo.InvariantCulture)} on {host}"
                : null;
        }
        catch (Exception error) when (JsonErrors.Is(error))
        {
            return null;
        }
    }

    private static string NameOf(JournalStage stage) => stage switch
    {
        JournalStage.Claiming => "claiming",
        JournalStage.Claimed => "claimed",
        _ => "result",
    };

    private static byte[] Line(string kind, DateTimeOffset time, Action<Utf8JsonWriter> members)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, s_writing))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time.UtcDateTime);
            writer.WriteString("entry", kind);
            members(writer);
            writer.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JobTicket job)
    {
        writer.WriteString("job", job.JobId);
        if (job.ClientId is not null)
        {
            writer.WriteString("client", job.ClientId);
        }

        ActionTypeId type = job.ActionType;
        writer.WriteString("type", $"{type.Category}/{type.Owner}/{type.Provider}/{type.Version}");
    }

    private static void Write(Utf8JsonWriter writer, FailureResult failure)
    {
        writer.WriteString("failureType", failure.Type.ToString());
        writer.WriteString("message", failure.Message);
        WriteText(writer, "externalExecutionId", failure.ExternalExecutionId);
    }

    private static void Write(Utf8JsonWriter writer, SuccessResult success)
    {
        WriteText(writer, "summary", success.Summary);
        WriteText(writer, "externalExecutionId", success.ExternalExecutionId);
        WriteText(writer, "continuationToken", success.ContinuationToken);
        if (success.PercentComplete is int percent)
        {
            writer.WriteNumber("percentComplete", percent);
        }

        if (success.Revision is JobRevision revision)
        {
            writer.WriteStartObject("revision");
            writer.WriteString("revision", revision.Revision);
            writer.WriteString("changeIdentifier", revision.ChangeIdentifier);
            WriteText(writer, "summary", revision.Summary);
            if (revision.Created is DateTimeOffset created)
            {
                writer.WriteString("created", created);
            }

            writer.WriteEndObject();
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static ThirdPartyJobOutcome Result(JsonElement root)
    {
        if (Text(root, "failureType") is string type)
        {
            return ThirdPartyJobOutcome.From(new FailureResult(
                Enum.TryParse(type, out FailureType known) ? known : FailureType.JobFailed,
                Text(root, "message") ?? throw new FormatException("The member 'message' is missing."),
                Text(root, "externalExecutionId")));
        }

        return ThirdPartyJobOutcome.From(new SuccessResult
        {
            Summary = Text(root, "summary"),
            ExternalExecutionId = Text(root, "externalExecutionId"),
            ContinuationToken = Text(root, "continuationToken"),
            PercentComplete = Number(root, "percentComplete"),
            Revision = root.TryGetProperty("revision", out JsonElement revision) ? Revision(revision) : null,
        });
    }

    private static JobRevision Revision(JsonElement revision) => new(
        Text(revision, "revision") ?? string.Empty,
        Text(revision, "changeIdentifier") ?? string.Empty,
        revision.TryGetProperty("created", out JsonElement created) ? created.GetDateTimeOffset() : null,
        Text(revision, "summary"));

    private static ActionTypeId Type(string? text) => text?.Split('/') is { Length: 4 } parts
        ? new ActionTypeId(parts[0], parts[1], parts[2], parts[3])
        : throw new FormatException($"The member 'type' is '{text}', which is not Category/Owner/Provider/Version.");

    private static DateTimeOffset Time(JsonElement root) =>
        root.TryGetProperty("time", out JsonElement time) && time.TryGetDateTimeOffset(out DateTimeOffset value)
            ? value
            : throw new FormatException("The member 'time' is missing or is not a time.");

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number) ? number : null;
}
