using System;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>JSON as ConvertFrom-Json makes objects of it.</summary>
internal static class ShellObject
{
    public static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new PSObject(
            [
                .. element.EnumerateObject()
                    .Where(member => member.Name.Length > 0)
                    .Select(member => (member.Name, Of(member.Value))),
            ]),
        JsonValueKind.Array => element.EnumerateArray().Select(Of).ToArray(),
        JsonValueKind.String => element.TryGetDateTime(out DateTime time) ? time : element.GetString(),
        JsonValueKind.Number => Number(element),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>Whether ConvertFrom-Json refuses the text, so that nothing of ours gets to see it.</summary>
    public static bool IsRefusal(Exception error) => error is JsonException or InvalidOperationException;

    private static object Number(JsonElement element) =>
        element.TryGetInt64(out long whole) ? whole
        : System.Numerics.BigInteger.TryParse(element.GetRawText(), out System.Numerics.BigInteger big) ? big
        : element.GetDouble();
}
