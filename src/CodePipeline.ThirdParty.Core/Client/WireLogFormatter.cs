using System;
using System.IO;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Formats requests and responses for the debug stream. Masks secrets, nonces and configuration values.
/// </summary>
internal static class WireLogFormatter
{
    public static string Request(OperationRequest call, Uri endpoint) =>
        $"{call.Operation}, attempt {call.Attempts}, to {endpoint}: {Redact(call.Body)}";

    public static string Response(OperationRequest call, OperationResponse response) =>
        $"{call.Operation} returned HTTP {(int)response.HttpStatusCode}, request id "
        + $"{response.ResponseMetadata?.RequestId ?? "none"}: {Redact(response.Body)}";

    public static string Error(OperationRequest call, AmazonServiceException error) =>
        $"{call.Operation} returned HTTP {(int)error.StatusCode} {error.ErrorCode}, "
        + $"request id {error.RequestId ?? "none"}";

    public static string NoResponse(OperationRequest call, Exception error) =>
        $"{call.Operation} got no response: {error.GetType().Name}";

    /// <summary>Masks values by member name, at any depth. Replaces a body that is not JSON by its length.</summary>

    internal static string Redact(byte[] body)
    {
        if (body.Length == 0)
        {
            return "(empty)";
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            using var text = new MemoryStream();
            using (var writer = new Utf8JsonWriter(text))
            {
                Write(writer, document.RootElement, masked: false);
            }

            return Encoding.UTF8.GetString(text.ToArray());
        }
        catch (Exception error) when (JsonErrors.Is(error))
        {
            return $"({body.Length} bytes that are not JSON)";
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, bool masked)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, masked || IsSecret(member.Name));
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(writer, item, masked);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Null:
                writer.WriteNullValue();
                break;
            default:
                if (masked)
                {
                    writer.WriteStringValue(Secret.Mask);
                }
                else
                {
                    element.WriteTo(writer);
                }

                break;
        }
    }

    private static bool IsSecret(string member) => member
        is "clientToken" or "nonce" or "continuationToken" or "configuration" or "artifactCredentials"
        || SecretKeys.LooksSecret(member);
}
