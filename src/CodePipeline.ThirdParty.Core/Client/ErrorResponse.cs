using System;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Client;

/// <summary>The code and message of an error answer; both empty where the text is not the service's.</summary>
internal readonly record struct ErrorResponse(string Code, string Message)
{
    /// <summary>
    /// Reads <c>__type</c> (<c>prefix#Name</c>, <c>Name:http://…</c>) and <c>message</c> in either case.
    /// </summary>
    public static ErrorResponse Read(ReadOnlyMemory<byte> body, string? errorTypeHeader)
    {
        string? type = null;
        string? message = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty member in document.RootElement.EnumerateObject())
                {
                    Take(member, ref type, ref message);
                }
            }
        }
        catch (JsonException)
        {
            // An HTML page of a proxy or a load balancer: the status code is all there is to tell.
        }

        return new ErrorResponse(Name(type ?? errorTypeHeader), message ?? string.Empty);
    }

    private static void Take(JsonProperty member, ref string? type, ref string? message)
    {
        if (member.Value.ValueKind != JsonValueKind.String)
        {
            return;
        }

        try
        {
            switch (member.Name)
            {
                case "__type":
                    type = member.Value.GetString();
                    break;
                case "code" or "Code":
                    type ??= member.Value.GetString();
                    break;
                case "message" or "Message":
                    message = member.Value.GetString();
                    break;
            }
        }
        catch (Exception error) when (JsonErrors.Is(error))
        {
            // Half a character, or bytes that are no UTF-8: a message that is no text must not cost the error its name.
        }
    }

    private static string Name(string? type)
    {
        if (type is null)
        {
            return string.Empty;
        }

        int end = type.IndexOf(':');
        string name = end >= 0 ? type.Substring(0, end) : type;
        return name.Substring(name.LastIndexOf('#') + 1);
    }
}
