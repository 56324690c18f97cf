using System;
using System.Text.Json;

namespace CodePipeline.ThirdParty;

/// <summary>Tells what System.Text.Json throws for a text that is not JSON from what is a mistake of ours.</summary>
internal static class JsonErrors
{
    /// <summary>
    /// Whether a text was not JSON. Strings are decoded as they are asked for only: half a character in one, or bytes
    /// that are no UTF-8, are found then, and are an <see cref="InvalidOperationException"/>, as is a value of another
    /// type.
    /// </summary>
    public static bool Is(Exception error) => error is JsonException or InvalidOperationException;
}
