using System;
using System.Globalization;
using System.Text.Json;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>Parses the keys that metadata services and credential programs write.</summary>
internal static class CredentialJson
{
    // Versions of the AWS CLI differ in the form that they write.
    private static readonly string[] s_ends =
    {
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ss'UTC'",
    };

    /// <summary>Reads an object with AccessKeyId, SecretAccessKey, a token and Expiration.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="tokenMember">The name of the session token's member.</param>
    /// <exception cref="FormatException">The text is invalid. The message repeats no value.</exception>
    public static AwsKeys Read(string text, string tokenMember)
    {
        using JsonDocument document = Parse(text);
        return Read(document.RootElement, "AccessKeyId", "SecretAccessKey", tokenMember, "Expiration");
    }

    /// <summary>The same, with other member names.</summary>
    public static AwsKeys Read(JsonElement keys, string accessKey, string secretKey, string token, string ends)
    {
        if (keys.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("the text is not a JSON object");
        }

        string? session = TextOf(keys, token);
        return new AwsKeys(
            TextOf(keys, accessKey) ?? throw Missing(accessKey),
            new Secret(TextOf(keys, secretKey) ?? throw Missing(secretKey)),
            session is null ? null : new Secret(session),
            TextOf(keys, ends) is string end
                ? Time(end) ?? throw new FormatException($"{ends} is not a valid time")
                : null);
    }

    public static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            throw new FormatException("the text is not JSON");
        }
    }

    /// <summary>The text of a member; <see langword="null"/> if it is missing or empty.</summary>
    public static string? TextOf(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out JsonElement value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>Parses an ISO 8601 time, which is UTC if it has no offset; <see langword="null"/> if invalid.</summary>
    public static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(
            text, s_ends, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset exact)
            ? exact
        : DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time
        : null;

    private static FormatException Missing(string member) => new($"{member} is missing");
}
