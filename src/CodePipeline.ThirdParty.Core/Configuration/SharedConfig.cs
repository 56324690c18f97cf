using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>A profile: what the config file says of it, and over that what the credentials file says.</summary>
internal sealed class Profile(string name)
{
    private static readonly string[] s_sources =
    {
        "aws_access_key_id", "role_arn", "web_identity_token_file", "sso_account_id", "sso_role_name", "login_session",
        "credential_process",
    };

    private readonly Dictionary<string, IniValue> _values = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    /// <summary>Whether it says anything of where credentials come from.</summary>
    public bool NamesCredentials => Array.Exists(s_sources, _values.ContainsKey);

    /// <summary>Its section of the credentials file, if there is one.</summary>
    public IReadOnlyDictionary<string, IniValue>? Credentials { get; private set; }

    /// <summary>Its section of the config file, if there is one.</summary>
    public IReadOnlyDictionary<string, IniValue>? Config { get; private set; }

    /// <summary>The value of a setting; <see langword="null"/> where it is not set, or to nothing.</summary>
    public IniValue? this[string name] =>
        _values.TryGetValue(name, out IniValue? value) && value.Nested is null && value.Text.Length > 0 ? value : null;

    /// <summary>A setting of an indented block, such as <c>s3</c>'s.</summary>
    public IniValue? this[string block, string name] =>
        _values.TryGetValue(block, out IniValue? value) && value.Nested is not null
        && value.Nested.TryGetValue(name, out IniValue? inner) && inner.Text.Length > 0 ? inner : null;

    /// <summary>Whether a setting stands there at all, be it empty.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    public string? Text(string name) => this[name]?.Text;

    internal void TakeConfig(IReadOnlyDictionary<string, IniValue> section)
    {
        Config = section;
        Take(section);
    }

    internal void TakeCredentials(IReadOnlyDictionary<string, IniValue> section)
    {
        Credentials = section;
        Take(section);
    }

    private void Take(IReadOnlyDictionary<string, IniValue> section)
    {
        foreach (KeyValuePair<string, IniValue> each in section)
        {
            _values[each.Key] = each.Value;
        }
    }
}

/// <summary>
/// The profiles, SSO sessions and services of the config and the credentials file. The one reader of these files: the
/// AWS SDK's own never sees them.
/// </summary>
/// <remarks>
/// It follows the AWS CLI to the letter where that decides which account, region or endpoint is called. What the CLI
/// would not find at all is found here: names with spaces inside the brackets, and <c>[profile x]</c> in the
/// credentials file.
/// </remarks>
internal sealed class SharedConfig
{
    public const string DefaultProfile = "default";

    private static volatile Loaded? s_last;

    private readonly Dictionary<string, Profile> _profiles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, IniValue>> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, IniValue>> _services = new(StringComparer.Ordinal);

    private SharedConfig(ConfigFiles files)
    {
        Files = files;
        if (IniFile.Read(files.Config) is IniFile config)
        {
            TakeConfig(config);
        }

        if (IniFile.Read(files.Credentials) is IniFile credentials)
        {
            TakeCredentials(credentials);
        }
    }

    public ConfigFiles Files { get; }

    public IReadOnlyDictionary<string, Profile> Profiles => _profiles;

    /// <summary>The <c>[sso-session x]</c> sections.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, IniValue>> SsoSessions => _sessions;

    /// <summary>The <c>[services x]</c> sections.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, IniValue>> Services => _services;

    /// <summary>The files as they are now, read once as long as nothing writes to them.</summary>
    /// <param name="location">The credentials file of <c>-ProfileLocation</c>, if one is given.</param>
    /// <exception cref="CredentialException">A file cannot be read.</exception>
    public static SharedConfig Load(string? location)
    {
        ConfigFiles files = ConfigFiles.Locate(location);
        string stamp = files.Stamp();
        if (s_last is Loaded last && last.Stamp == stamp && last.Config.Files == files)
        {
            return last.Config;
        }

        var config = new SharedConfig(files);
        s_last = files.IsSettled() ? new Loaded(config, stamp) : null;
        return config;
    }

    private void TakeConfig(IniFile file)
    {
        var loose = new List<(string Name, IReadOnlyDictionary<string, IniValue> Section)>();
        foreach (KeyValuePair<string, IReadOnlyDictionary<string, IniValue>> each in file.Sections)
        {
            // A section that comes later takes the place of one with the same name, [default] and [profile default]
            // too.
            if (each.Key == DefaultProfile)
            {
                Add(each.Key, each.Value);
            }
            else if (each.Key.StartsWith("profile", StringComparison.Ordinal))
            {
                if (NameIn(each.Key) is string name)
                {
                    Add(name, each.Value);
                }
            }
            else if (each.Key.StartsWith("sso-session", StringComparison.Ordinal))
            {
                if (NameIn(each.Key) is string name)
                {
                    _sessions[name] = each.Value;
                }
            }
            else if (each.Key.StartsWith("services", StringComparison.Ordinal))
            {
                if (NameIn(each.Key) is string name)
                {
                    _services[name] = each.Value;
                }
            }
            else
            {
                loose.Add((each.Key.Trim(), each.Value));
            }
        }

        foreach ((string name, IReadOnlyDictionary<string, IniValue> section) in loose)
        {
            string? profile = name == DefaultProfile ? name
                : name.StartsWith("profile ", StringComparison.Ordinal) ? NameIn(name)
                : null;
            if (profile is not null && !_profiles.ContainsKey(profile))
            {
                Add(profile, section);
            }
        }

        void Add(string name, IReadOnlyDictionary<string, IniValue> section)
        {
            _profiles[name] = new Profile(name);
            _profiles[name].TakeConfig(section);
        }
    }

    private void TakeCredentials(IniFile file)
    {
        foreach (KeyValuePair<string, IReadOnlyDictionary<string, IniValue>> each in file.Sections)
        {
            Add(each.Key, each.Value);
        }

        foreach (KeyValuePair<string, IReadOnlyDictionary<string, IniValue>> each in file.Sections)
        {
            string name = each.Key.Trim();
            name = name.StartsWith("profile ", StringComparison.Ordinal) ? NameIn(name) ?? name : name;
            if (!_profiles.TryGetValue(name, out Profile? known) || !known.NamesCredentials)
            {
                Add(name, each.Value);
            }
        }

        void Add(string name, IReadOnlyDictionary<string, IniValue> section)
        {
            if (!_profiles.TryGetValue(name, out Profile? profile))
            {
                profile = new Profile(name);
                _profiles.Add(name, profile);
            }

            profile.TakeCredentials(section);
        }
    }

    /// <summary>The name in <c>profile x</c>, which may be in quotes; none where there are not two words.</summary>
    private static string? NameIn(string header)
    {
        try
        {
            List<string> words = CommandLineParser.SplitPosix(header);
            return words.Count == 2 ? words[1] : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private sealed record Loaded(SharedConfig Config, string Stamp);
}
