using System.Collections.Generic;
using System.Net.Http.Headers;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>A response of the emulator as received by the client.</summary>
internal sealed record EmulatorResponse(int StatusCode, string Text, string? ContentType, HttpResponseHeaders Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Error =>
        Text.Length > 0 && Json.TryGetProperty("__type", out JsonElement type) ? type.GetString() : null;

    public string Message => Json.GetProperty("message").GetString()!;

    public string Status => Json.GetProperty("status").GetString()!;

    public JsonElement Details => Json.GetProperty("jobDetails");

    public string Nonce => Details.GetProperty("nonce").GetString()!;

    public List<string> JobIds
    {
        get
        {
            List<string> ids = [];
            foreach (JsonElement job in Json.GetProperty("jobs").EnumerateArray())
            {
                ids.Add(job.GetProperty("jobId").GetString()!);
            }

            return ids;
        }
    }
}
