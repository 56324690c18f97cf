using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// The region, endpoint and credentials of one call, from parameters or from members of a piped object. Members have
/// the names or aliases of these parameters, as in AWS.Tools.
/// </summary>
internal sealed record CallSettings
{
    private static readonly Dictionary<string, string[]> s_names = typeof(ConnectedCommand)
        .GetProperties()
        .Where(property => property.GetCustomAttribute<ParameterAttribute>() is not null && property.Name != "Session")
        .ToDictionary(property => property.Name, NamesOf, StringComparer.Ordinal);

    /// <summary>No settings.</summary>
    public static CallSettings None { get; } = new();

    /// <summary>All member names, including aliases.</summary>
    public static IEnumerable<string> Names => s_names.Values.SelectMany(names => names);

    public string? Region { get; init; }

    public string? ProfileName { get; init; }

    public string? ProfileLocation { get; init; }

    public CredentialArgument? Credential { get; init; }

    public string? AccessKey { get; init; }

    public Secret? SecretKey { get; init; }

    public Secret? SessionToken { get; init; }

    public string? EndpointUrl { get; init; }

    public string? S3EndpointUrl { get; init; }

    /// <summary>Reads the settings from a piped object's members.</summary>
    /// <exception cref="InvalidInputException">A member has an invalid value.</exception>
    public static CallSettings FromMembers(ObjectMembers members)
    {
        if (!Names.Any(name => members.Spelling(name) is not null))
        {
            return None;
        }

        return new CallSettings
        {
            Region = RegionTransformationAttribute.Parse(Find(members, nameof(Region))),
            ProfileName = Text(members, nameof(ProfileName)),
            ProfileLocation = Text(members, nameof(ProfileLocation)),
            Credential = Find(members, nameof(Credential)) is object credential
                ? CredentialArgument.Parse(credential)
                : null,
            AccessKey = Text(members, nameof(AccessKey)),
            SecretKey = Secret(members, nameof(SecretKey)),
            SessionToken = Secret(members, nameof(SessionToken)),
            EndpointUrl = Url(members, nameof(EndpointUrl)),
            S3EndpointUrl = Url(members, nameof(S3EndpointUrl)),
        };
    }

    /// <summary>The aliases of a parameter.</summary>
    public static IEnumerable<string> AliasesOf(PropertyInfo parameter) =>
        parameter.GetCustomAttribute<AliasAttribute>()?.AliasNames ?? Array.Empty<string>();

    private static string[] NamesOf(PropertyInfo property) =>
        new[] { property.Name }.Concat(AliasesOf(property)).ToArray();

    /// <summary>The member's value. Null and empty text, such as an empty table cell, count as missing.</summary>
    private static object? Find(ObjectMembers members, string name)
    {
        foreach (string each in s_names[name])
        {
            if (members.TryGet(each, out object? value) && value is not (null or ""))
            {
                return value;
            }
        }

        return null;
    }

    private static string? Text(ObjectMembers members, string name) => Find(members, name) switch
    {
        null => null,
        string text => text,
        Secret secret => secret.Reveal(),
        object other => throw new InvalidInputException(
            name, $"{name} of the piped object is {PipedText.Kind(other)}; it must be text.",
            $"Pass it as text, or use -{name}."),
    };

    private static string? Url(ObjectMembers members, string name) =>
        Find(members, name) is Uri url ? url.AbsoluteUri : Text(members, name);

    private static Secret? Secret(ObjectMembers members, string name) => Find(members, name) is object value
        ? SecretTransformationAttribute.Make(value, name)
        : null;
}
