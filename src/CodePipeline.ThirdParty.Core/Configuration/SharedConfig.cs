using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>A profile. Its settings in the credentials file override those in the config file.</summary>
internal sealed class Profile(string name)
{
    private static readonly string[] s_sources =
    {
        "aws_access_key_id", "role_arn", "web_identity_token_file", "sso_account_id", "sso_role_name", "login_session",
        "credential_process",
    };

    private readonly Dictionary<string, IniValue> _values = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    /// <summary>Whether it names a source of credentials.</summary>
    public bool NamesCredentials => Array.Exists(s_sources, _values.ContainsKey);

    /// <summary>Its section in the credentials file, if it has one.</summary>
    public IReadOnlyDictionary<string, IniValue>? Credentials { get; private set; }

    /// <summary>Its section in the config file, if it has one.</summary>
    public IReadOnlyDictionary<string, IniValue>? Config { get; private set; }

    /// <summary>The value of a setting; <see langword="null"/> if it is missing, empty or a block.</summary>
    public IniValue? this[string name] =>
        _values.TryGetValue(name, out IniValue? value) && value.Nested is null && value.Text.Length > 0 ? value : null;

    /// <summary>A setting in an indented block such as <c>s3</c>; <see langword="null"/> if missing or empty.</summary>
    public IniValue? this[string block, string name] =>
        _values.TryGetValue(block, out IniValue? value) && value.Nested is not null
        && value.Nested.TryGetValue(name, out IniValue? inner) && inner.Text.Length > 0 ? inner : null;

    /// <summary>Whether it has a setting, even an empty one.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    public string? Text(string name) => this[name]?.Text;

    internal void AddConfig(IReadOnlyDictionary<string, IniValue> section)
    {
        Config = section;
        AddSettings(section);
    }

    internal void AddCredentials(IReadOnlyDictionary<string, IniValue> section)
    {
        Credentials = section;
        AddSettings(section);
    }

    private void AddSettings(IReadOnlyDictionary<string, IniValue> section)
    {
        foreach (KeyValuePair<string, IniValue> each in section)
        {
            _values[each.Key] = each.Value;
        }
    }
}

/// <summary>
/// The profiles, SSO sessions and services in the config and the credentials file. Only this class reads these files;
/// the AWS SDK's reader is not used.
/// </summary>
/// <remarks>
/// It follows the AWS CLI exactly in everything that decides which account, region or endpoint is called. It also
/// accepts two forms that the CLI ignores: spaces around the name inside the brackets, and <c>[profile x]</c> in the
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
            AddConfig(config);
        }

        if (IniFile.Read(files.Credentials) is IniFile credentials)
        {
            AddCredentials(credentials);
        }
    }

    public ConfigFiles Files { get; }

    public IReadOnlyDictionary<string, Profile> Profiles => _profiles;

    /// <summary>The <c>[sso-session x]</c> sections.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, IniValue>> SsoSessions => _sessions;

    /// <summary>The <c>[services x]</c> sections.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, IniValue>> Services => _services;

    /// <summary>The current content of the files. Parses them again only after a change.</summary>
    /// <param name="location">The credentials file from <c>-ProfileLocation</c>, if given.</param>
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

    private void AddConfig(IniFile file)
    {
        var loose = new List<(string Name, IReadOnlyDictionary<string, IniValue> Section)>();
        foreach (KeyValuePair<string, IReadOnlyDictionary<string, IniValue>> each in file.Sections)
        {
            // A later section replaces an earlier one of the same name; [default] and [profile default] are the same
            // name.
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
            _profiles[name].AddConfig(section);
        }
    }

    private void AddCredentials(IniFile file)
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

            profile.AddCredentials(section);
        }
    }

    /// <summary>
    /// The name in <c>profile x</c>, which may be quoted; <see langword="null"/> if the header is not two words.
    /// </summary>
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
