using System;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.Worker;
using ErrorRecord = System.Management.Automation.ErrorRecord;

namespace CodePipeline.ThirdParty.Reporting;

/// <summary>A worker's log: one JSON object per line, flushed after each line. Thread-safe.</summary>
internal sealed class WorkerLog : IDisposable
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly object _gate = new();
    private readonly Stream _file;
    private readonly Action<Exception> _onError;
    private bool _isOver;

    /// <param name="file">The log file, opened for appending.</param>
    /// <param name="onError">
    /// Called once, when the log cannot be written. The worker then continues without a log.
    /// </param>
    public WorkerLog(Stream file, Action<Exception> onError)
    {
        _file = file;
        _onError = onError;
    }

    public void Write(WorkerEvent workerEvent, string level) => Write(json =>
    {
        Begin(json, workerEvent.Time, level, workerEvent.Kind.ToString());
        JobReport? result = workerEvent.Result;
        Text(json, "jobId", workerEvent.Job?.JobId ?? result?.JobId);
        Text(json, "clientId", workerEvent.Job?.ClientId ?? result?.ClientId);
        ActionTypeId? actionType = workerEvent.Job?.ActionType ?? workerEvent.ActionType ?? result?.ActionType;
        Text(json, "actionType", actionType?.ToString());
        Text(json, "message", workerEvent.Message);
        if (workerEvent.Kind == WorkerEventKind.Polled)
        {
            json.WriteNumber("count", workerEvent.Count);
        }

        if (result is not null)
        {
            Text(json, "outcome", result.Outcome);
            json.WriteNumber("duration", Math.Round(result.Duration.TotalSeconds, 3));
            Text(json, "failureType", result.FailureType?.ToString());
            Text(json, "result", result.Message);
            Text(json, "externalExecutionId", result.ExternalExecutionId);
        }
    });

    /// <summary>Logs a handler's record.</summary>
    public void Write(HandlerRecord record, DateTimeOffset time)
    {
        string level = record.Stream switch
        {
            HandlerStream.Error => "error",
            HandlerStream.Warning => "warning",
            HandlerStream.Debug or HandlerStream.Verbose => "debug",
            _ => "information",
        };
        Write(json =>
        {
            Begin(json, time, level, "Handler" + record.Stream);
            Text(json, "jobId", record.JobId);
            Text(json, "message", record.Text);
            if (record.Original is ErrorRecord { InvocationInfo: { ScriptLineNumber: > 0 } at })
            {
                Text(json, "script", at.ScriptName);
                json.WriteNumber("line", at.ScriptLineNumber);
            }
        });
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _file.Dispose();
        }
    }

    private static void Begin(Utf8JsonWriter json, DateTimeOffset time, string level, string name)
    {
        json.WriteString("time", time.UtcDateTime);
        json.WriteString("level", level);
        json.WriteString("event", name);
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    private void Write(Action<Utf8JsonWriter> members)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, s_json))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            try
            {
                _file.Write(line.GetBuffer(), 0, (int)line.Length);
                _file.Flush();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                _isOver = true;
                _onError(error);
            }
        }
    }
}
