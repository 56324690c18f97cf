using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>
/// Decides which texts are masked. Customers choose the values of a configuration, and masking a value such as <c>e</c>
/// or <c>true</c> would make the whole log unreadable.
/// </summary>
internal static class MaskRules
{
    private const int Shortest = 4;
    private const int ShortestNumber = 6;
    private const int ShortestLine = 16;

    private static readonly HashSet<string> s_words = new(StringComparer.OrdinalIgnoreCase)
    {
        "access", "action", "admin", "administrator", "apikey", "artifact", "auto", "automatic", "basic", "bearer",
        "build", "client", "continue", "count", "credential", "credentials", "debug", "default", "deploy", "disable",
        "disabled", "duration", "empty", "enable", "enabled", "error", "errors", "fail", "failed", "failure", "false",
        "file", "finished", "guest", "handler", "host", "http", "https", "info", "information", "input", "invalid",
        "javascript", "jobs", "json", "latest", "line", "local", "localhost", "login", "main", "manual", "master",
        "message", "missing", "name", "node", "none", "null", "oauth", "oauth2", "output", "pass", "passed",
        "password", "path", "pipeline", "private", "project", "public", "read", "release", "required", "result", "root",
        "running", "secret", "server", "service", "stage", "staging", "start", "started", "status", "string", "success",
        "succeeded", "system", "test", "tests", "time", "token", "true", "type", "undefined", "unknown", "user",
        "username", "valid", "value", "version", "warning", "worker", "write",
    };

    /// <summary>Whether a text is long and rare enough that masking it hides a secret and little else.</summary>
    public static bool IsMaskable(string secret)
    {
        string text = secret.Trim();
        return text.Length >= Shortest && !s_words.Contains(text) && !IsOneCharacter(text)
            && (text.Length >= ShortestNumber || !text.All(char.IsDigit));
    }

    /// <summary>
    /// The parts of a secret to mask in a log that can mask only single lines: the secret itself or, for several lines
    /// such as a key file, its long lines.
    /// </summary>
    public static IEnumerable<string> LinesOf(string secret)
    {
        string[] lines = secret.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 1
            ? lines.Where(IsMaskable)
            : lines.Select(line => line.Trim()).Where(line => line.Length >= ShortestLine && !IsOneCharacter(line));
    }

    private static bool IsOneCharacter(string text) => text.All(each => each == text[0]);
}
