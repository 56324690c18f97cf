using System;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Client;

/// <summary>The code and message of an error response. Both are empty if the body is not from the service.</summary>
internal readonly record struct ErrorResponse(string Code, string Message)
{
    /// <summary>
    /// Reads the code from <c>__type</c> (<c>prefix#Name</c>, <c>Name:http://…</c>), <c>code</c> or the header, and the
    /// message from <c>message</c>. <c>Code</c> and <c>Message</c> count too.
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
                    ReadMember(member, ref type, ref message);
                }
            }
        }
        catch (JsonException)
        {
            // An HTML page from a proxy or a load balancer: only its status code is of use.
        }

        return new ErrorResponse(Name(type ?? errorTypeHeader), message ?? string.Empty);
    }

    private static void ReadMember(JsonProperty member, ref string? type, ref string? message)
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
            // Half a surrogate pair, or invalid UTF-8: an unreadable message must not hide the error's code.
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
