using System;
using System.Text.Json;

namespace CodePipeline.ThirdParty;

/// <summary>Recognises the exceptions that System.Text.Json throws for invalid JSON.</summary>
internal static class JsonErrors
{
    /// <summary>
    /// Whether an exception means invalid JSON. The library decodes a string only when it is read. Half a surrogate
    /// pair, invalid UTF-8 and a value of another type then cause an <see cref="InvalidOperationException"/>.
    /// </summary>
    public static bool Is(Exception error) => error is JsonException or InvalidOperationException;
}
