using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation.Wire;

namespace CodePipeline.ThirdParty.Emulation.Signing;

/// <summary>The parts of a Signature Version 4 <c>Authorization</c> header.</summary>
internal sealed class AuthorizationHeader
{
    internal const string Algorithm = "AWS4-HMAC-SHA256";

    private AuthorizationHeader(string[] scope, string signedHeaders, string signature)
    {
        AccessKeyId = scope[0];
        Date = scope[1];
        Region = scope[2];
        Service = scope[3];
        Terminator = scope[4];
        SignedHeaders = signedHeaders;
        Signature = signature;
    }

    internal string AccessKeyId { get; }

    internal string Date { get; }

    internal string Region { get; }

    internal string Service { get; }

    internal string Terminator { get; }

    /// <summary>The header names as received: lower case, separated by semicolons.</summary>
    internal string SignedHeaders { get; }

    internal string Signature { get; }

    internal static AuthorizationHeader Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new ServiceException("MissingAuthenticationTokenException", "Missing Authentication Token");
        }

        string text = value!.Trim();
        int space = text.IndexOf(' ');
        string algorithm = space < 0 ? text : text.Substring(0, space);
        if (algorithm != Algorithm)
        {
            throw Incomplete($"Unsupported AWS 'algorithm': the Authorization header has to start with {Algorithm}.");
        }

        Dictionary<string, string> parts = new(StringComparer.Ordinal);
        foreach (string part in text.Substring(algorithm.Length).Split(','))
        {
            int equals = part.IndexOf('=');
            if (equals > 0)
            {
                parts[part.Substring(0, equals).Trim()] = part.Substring(equals + 1).Trim();
            }
        }

        string[] missing = new[] { "Credential", "Signature", "SignedHeaders" }
            .Where(name => !parts.TryGetValue(name, out string? part) || part.Length == 0)
            .Select(name => $"Authorization header requires '{name}' parameter.")
            .ToArray();
        if (missing.Length > 0)
        {
            throw Incomplete(string.Join(" ", missing));
        }

        string[] scope = parts["Credential"].Split('/');
        return scope.Length == 5
            ? new AuthorizationHeader(scope, parts["SignedHeaders"], parts["Signature"])
            : throw Incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.");
    }

    /// <summary>
    /// Creates the parts from the parameters of a presigned URL; <see langword="null"/> for an invalid credential.
    /// </summary>
    internal static AuthorizationHeader? FromParts(string credential, string signedHeaders, string signature)
    {
        string[] scope = credential.Split('/');
        return scope.Length == 5 ? new AuthorizationHeader(scope, signedHeaders, signature) : null;
    }

    internal static ServiceException Incomplete(string message) => new("IncompleteSignatureException", message);
}
