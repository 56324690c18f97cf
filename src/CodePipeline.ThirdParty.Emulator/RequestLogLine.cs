using System;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Faults;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>Formats a line of --log: time, operation, job or object, and status. It contains no secrets.</summary>
internal static class RequestLogLine
{
    internal static void Write(RecordedRequest request) => Console.Error.WriteLine(Format(request));

    internal static string Format(RecordedRequest request)
    {
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{request.Time:yyyy-MM-ddTHH:mm:ss.fffZ} ");
        line.Append(request.Operation ?? "(unknown operation)");
        if (request.ObjectKey is not null)
        {
            line.Append(CultureInfo.InvariantCulture, $" s3://{request.BucketName}/{Printable(request.ObjectKey)}");
        }
        else if (JobId(request) is string jobId)
        {
            line.Append(CultureInfo.InvariantCulture, $" job {Printable(jobId)}");
        }

        line.Append(request.StatusCode == 0
            ? ": connection dropped"
            : string.Create(CultureInfo.InvariantCulture, $": {request.StatusCode}"));
        if (request.ErrorName is not null)
        {
            line.Append(' ').Append(request.ErrorName);
        }

        return request.Fault is FaultKind fault
            ? line.Append(CultureInfo.InvariantCulture, $" (injected: {fault})").ToString()
            : line.ToString();
    }

    private static string? JobId(RecordedRequest request)
    {
        try
        {
            using JsonDocument body = JsonDocument.Parse(request.RevealBody());
            return body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("jobId", out JsonElement id)
                && id.ValueKind == JsonValueKind.String
                    ? id.GetString()
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces control characters, so that a client cannot break a log line.</summary>
    private static string Printable(string text)
    {
        StringBuilder printable = new(text.Length);
        foreach (char letter in text)
        {
            printable.Append(char.IsControl(letter) ? '?' : letter);
        }

        return printable.ToString();
    }
}
