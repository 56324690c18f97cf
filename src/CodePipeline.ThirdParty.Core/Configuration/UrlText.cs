using System;
using System.Net;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>Parses URLs from users.</summary>
internal static class UrlText
{
    /// <summary>Parses an http or https URL without a user name or password.</summary>
    /// <exception cref="InvalidInputException">The text is not such a URL.</exception>
    public static Uri Parse(string text, string inputName)
    {
        if (Absolute(text) is not Uri uri)
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} '{Shown(text)}' is not an http or https URL.",
                "Give a full URL, for example https://codepipeline.eu-west-1.amazonaws.com.");
        }

        return uri.UserInfo.Length == 0
            ? uri
            : throw new InvalidInputException(
                inputName,
                $"{inputName} '{Shown(text)}' has a user name or a password, which would show in logs and errors.",
                "Remove them from the URL: AWS credentials sign the calls.");
    }

    /// <summary>The same; <see langword="null"/> if the text is not such a URL.</summary>
    public static Uri? TryParse(string text) => Absolute(text) is Uri uri && uri.UserInfo.Length == 0 ? uri : null;

    /// <summary>Parses the URL of a proxy, with the user name and password in it.</summary>
    /// <exception cref="InvalidInputException">The text is not an http or https URL.</exception>
    public static (Uri Proxy, string? User, Secret? Password) ParseProxy(
        string text, string inputName, bool allowsSocks = false)
    {
        if (Absolute(text, allowsSocks) is not Uri uri)
        {
            throw new InvalidInputException(
                inputName,
                $"{inputName} '{Shown(text)}' is not an http or https URL.",
                "Give a full URL, for example http://proxy.example.com:8080.");
        }

        if (uri.UserInfo.Length == 0)
        {
            return (uri, null, null);
        }

        string[] parts = uri.UserInfo.Split(new[] { ':' }, 2);
        var plain = new UriBuilder(uri) { UserName = string.Empty, Password = string.Empty };
        return (
            plain.Uri, WebUtility.UrlDecode(parts[0].Replace("+", "%2B")),
            parts.Length > 1 ? new Secret(WebUtility.UrlDecode(parts[1].Replace("+", "%2B"))) : null);
    }

    /// <summary>
    /// The text, with everything between the scheme and the last @ masked: it may contain a password.
    /// </summary>

    public static string Shown(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        int start = scheme < 0 ? 0 : scheme + 3;
        int end = text.LastIndexOf('@');
        return end < start ? text : text.Substring(0, start) + Secret.Mask + text.Substring(end);
    }

    private static Uri? Absolute(string text, bool allowsSocks = false) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme is "https" or "http" || (allowsSocks && uri.Scheme is "socks4" or "socks4a" or "socks5"))
            ? uri
            : null;
}
