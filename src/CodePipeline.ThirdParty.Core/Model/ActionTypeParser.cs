using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace CodePipeline.ThirdParty;

/// <summary>
/// Parses the forms in which users write action types: <c>Test/Contoso/1</c>, the AWS CLI's shorthand, JSON, or
/// members.
/// </summary>
internal static class ActionTypeParser
{
    public const string Examples = "'Test/Contoso/1', 'category=Test,owner=ThirdParty,provider=Contoso,version=1', "
        + "a hashtable or JSON with these members";

    public static ActionTypeId Parse(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.StartsWith("{", StringComparison.Ordinal))
        {
            return FromJson(trimmed);
        }

        return trimmed.IndexOf('=') >= 0 ? FromShorthand(trimmed) : FromPath(trimmed);
    }

    /// <summary>Creates an action type from named members. The owner is optional.</summary>
    public static ActionTypeId FromMembers(IReadOnlyDictionary<string, string?> members)
    {
        string[] known = { "category", "owner", "provider", "version" };
        string? unknown = members.Keys.FirstOrDefault(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase));
        if (unknown is not null)
        {
            throw Wrong($"has an unknown member '{unknown}'");
        }

        return FromMembers(Get("category"), Get("owner"), Get("provider"), Get("version"));

        string? Get(string name) =>
            members.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
    }

    /// <summary>Creates an action type from its four members. The owner is optional.</summary>
    public static ActionTypeId FromMembers(string? category, string? owner, string? provider, string? version) => new(
        StringEnum.Check(ServiceLimits.Categories, category ?? throw Wrong("has no category"), "Category"),
        StringEnum.Check(ServiceLimits.Owners, owner ?? ActionTypeId.ThirdPartyOwner, "Owner"),
        ServiceLimits.Provider.Check(provider ?? throw Wrong("has no provider"), "Provider"),
        ServiceLimits.Version.Check(version ?? throw Wrong("has no version"), "Version"));

    private static ActionTypeId FromPath(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length switch
        {
            3 => FromMembers(parts[0], ActionTypeId.ThirdPartyOwner, parts[1], parts[2]),
            4 => FromMembers(parts[0], parts[1], parts[2], parts[3]),
            _ => throw Wrong($"'{text}' cannot be read"),
        };
    }

    private static ActionTypeId FromShorthand(string text)
    {
        var members = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (string part in text.Split(','))
        {
            int at = part.IndexOf('=');
            if (at < 1)
            {
                throw Wrong($"'{text}' cannot be read at '{part}'");
            }

            members[part.Substring(0, at).Trim()] = part.Substring(at + 1).Trim().Trim('"', '\'');
        }

        return FromMembers(members);
    }

    private static ActionTypeId FromJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            var members = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                members[member.Name] = member.Value.ToString();
            }

            return FromMembers(members);
        }
        catch (Exception error) when (JsonErrors.Is(error))
        {
            throw Wrong($"'{text}' is not JSON", error);
        }
    }

    private static InvalidInputException Wrong(string what, Exception? cause = null) => new(
        "ActionType", $"The action type {what}.", $"Write it as {Examples}.", cause);
}
