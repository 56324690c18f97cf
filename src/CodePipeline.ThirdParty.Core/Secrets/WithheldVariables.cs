using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>
/// Environment variables that a worker hides from its handlers and from the programs that they start, which are often
/// customer code. The variables return when the last worker of the process ends.
/// </summary>
internal sealed class WithheldVariables : IDisposable
{
    // Tokens, the variables for requesting tokens, and the files through which a runner receives commands for its next
    // steps.
    private static readonly string[] s_always =
    {
        "CPTHIRDPARTY_CLIENT_TOKEN", "CPTHIRDPARTY_STEP_*",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_RUNTIME_TOKEN", "GITHUB_TOKEN",
        "GH_TOKEN", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY",
        "SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI", "AZURE_DEVOPS_EXT_PAT", "ENDPOINT_AUTH_*", "SECUREFILE_TICKET_*",
    };

    private static readonly string[] s_keys =
    {
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN*",
        "AWS_CONTAINER_CREDENTIALS_*",
    };

    private static readonly object s_lock = new();
    private static readonly Dictionary<string, WithheldVariable> s_held = new(StringComparer.Ordinal);

    private readonly List<string> _names = new();
    private bool _disposed;

    private WithheldVariables()
    {
    }

    /// <summary>Removes the variables from the environment.</summary>
    /// <param name="keep">
    /// The names that stay. <c>*</c> matches any number of characters, and <c>?</c> matches one.
    /// </param>
    /// <param name="withKeys">
    /// Whether to remove AWS keys and the variables for getting them too, because they belong to the worker.
    /// </param>
    public static WithheldVariables Hold(IEnumerable<string> keep, bool withKeys)
    {
        Regex withheld = Pattern(withKeys ? s_always.Concat(s_keys) : s_always);
        Regex kept = Pattern(keep);
        lock (s_lock)
        {
            var holder = new WithheldVariables();
            string[] names = Environment.GetEnvironmentVariables().Keys.Cast<string>().Concat(s_held.Keys)
                .Where(name => withheld.IsMatch(name) && !kept.IsMatch(name))
                .Distinct(StringComparer.Ordinal)
                .ToArray();
            foreach (string name in names)
            {
                if (!s_held.TryGetValue(name, out WithheldVariable? held))
                {
                    s_held[name] = held = new WithheldVariable(Environment.GetEnvironmentVariable(name)!);
                    Environment.SetEnvironmentVariable(name, null);
                }

                held.Holders++;
                holder._names.Add(name);
            }

            StartupEnvironment.Wipe(names);
            return holder;
        }
    }

    /// <summary>The value of a variable, withheld or not.</summary>
    public static string? Read(string name)
    {
        lock (s_lock)
        {
            return s_held.TryGetValue(name, out WithheldVariable? held)
                ? held.Value
                : Environment.GetEnvironmentVariable(name);
        }
    }

    public void Dispose()
    {
        lock (s_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            foreach (string name in _names)
            {
                WithheldVariable held = s_held[name];
                if (--held.Holders == 0)
                {
                    s_held.Remove(name);
                    Environment.SetEnvironmentVariable(name, held.Value);
                }
            }
        }
    }

    private static Regex Pattern(IEnumerable<string> names)
    {
        var pattern = new StringBuilder("^(?:(?!)");
        foreach (string name in names)
        {
            pattern.Append('|').Append(Regex.Escape(name.Trim()).Replace(@"\*", ".*").Replace(@"\?", "."));
        }

        return new Regex(pattern + ")$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    private sealed class WithheldVariable(string value)
    {
        public string Value { get; } = value;

        public int Holders { get; set; }
    }
}
