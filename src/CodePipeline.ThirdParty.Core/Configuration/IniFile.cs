using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>The value of a setting, and its place in the file.</summary>
/// <param name="Text">The trimmed value; the lines of a block are joined by line feeds.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">The line of the setting's name, from 1.</param>
/// <param name="Nested">The settings of an indented block; <see langword="null"/> for a text value.</param>
internal sealed record IniValue(
    string Text, string Path, int Line, IReadOnlyDictionary<string, IniValue>? Nested = null)
{
    /// <summary>File and line, for messages.</summary>
    public string Place => $"{Path}, line {Line}";
}

/// <summary>A file of sections and settings, read by the rules of the AWS CLI.</summary>
/// <remarks>
/// These are the rules of Python's configparser. <c>=</c> or <c>:</c> ends a name. Names are case-insensitive. Only
/// lines that begin with <c>#</c> or <c>;</c> are comments. A line that is indented deeper than the setting before it
/// continues the value of that setting. A duplicate name is an error.
/// </remarks>
internal sealed class IniFile
{
    private const string DefaultSection = "DEFAULT";

    private IniFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>The sections in file order, keyed by the text between the brackets.</summary>
    public List<KeyValuePair<string, IReadOnlyDictionary<string, IniValue>>> Sections { get; } = new();

    /// <summary>Reads a file; <see langword="null"/> if it does not exist.</summary>
    /// <exception cref="CredentialException">The file cannot be read, or it has an invalid line.</exception>
    public static IniFile? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var reader = new StreamReader(path, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
            return new Reader(path).Read(reader);
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ConfigFileError.Unreadable(path, error);
        }
    }

    private sealed class Reader(string path)
    {
        private static readonly char[] s_delimiters = { '=', ':' };

        private readonly IniFile _file = new(path);
        private readonly Dictionary<string, Dictionary<string, Setting>> _sections = new(StringComparer.Ordinal);
        private readonly List<string> _order = new();
        private Dictionary<string, Setting>? _section;
        private Setting? _setting;
        private int _indent;

        public IniFile Read(TextReader lines)
        {
            int number = 0;
            while (lines.ReadLine() is string line)
            {
                ReadLine(line, ++number);
            }

            _sections.TryGetValue(DefaultSection, out Dictionary<string, Setting>? defaults);
            foreach (string name in _order)
            {
                var settings = new Dictionary<string, IniValue>(StringComparer.Ordinal);
                Copy(defaults, settings);
                Copy(_sections[name], settings);
                _file.Sections.Add(new(name, settings));
            }

            return _file;
        }

        private void ReadLine(string line, int number)
        {
            string text = line.Trim();
            if (text.Length == 0)
            {
                _setting?.Lines.Add((string.Empty, number));
                return;
            }

            if (text[0] is '#' or ';')
            {
                return;
            }

            int indent = 0;
            while (char.IsWhiteSpace(line[indent]))
            {
                indent++;
            }

            if (_setting is not null && indent > _indent)
            {
                _setting.Lines.Add((text, number));
                return;
            }

            _indent = indent;
            int end = text[0] == '[' ? text.LastIndexOf(']') : -1;
            if (end > 1)
            {
                Begin(text.Substring(1, end - 1), number);
            }
            else
            {
                Set(text, number);
            }
        }

        private void Begin(string name, int number)
        {
            _setting = null;
            if (_sections.TryGetValue(name, out _section))
            {
                if (name != DefaultSection)
                {
                    throw ConfigFileError.Line(path, number, $"the file has a second section [{name}]");
                }

                return;
            }

            _section = new Dictionary<string, Setting>(StringComparer.Ordinal);
            _sections.Add(name, _section);
            if (name != DefaultSection)
            {
                _order.Add(name);
            }
        }

        private void Set(string text, int number)
        {
            if (_section is null)
            {
                throw ConfigFileError.Line(path, number, "it is before the first [section]");
            }

            int end = text.IndexOfAny(s_delimiters);
            string name = end < 0 ? string.Empty : text.Substring(0, end).TrimEnd().ToLowerInvariant();
            if (name.Length == 0)
            {
                // The message leaves out the line, which may be a misplaced secret.
                throw ConfigFileError.Line(path, number, "it is not a [section] or 'name = value'");
            }

            if (_section.ContainsKey(name))
            {
                throw ConfigFileError.Line(path, number, $"its section already has '{name}'");
            }

            _setting = new Setting(number);
            _setting.Lines.Add((text.Substring(end + 1).Trim(), number));
            _section.Add(name, _setting);
        }

        private void Copy(Dictionary<string, Setting>? from, Dictionary<string, IniValue> to)
        {
            if (from is null)
            {
                return;
            }

            foreach (KeyValuePair<string, Setting> each in from)
            {
                List<(string Text, int Line)> lines = each.Value.Lines;
                while (lines.Count > 1 && lines[lines.Count - 1].Text.Length == 0)
                {
                    lines.RemoveAt(lines.Count - 1);
                }

                to[each.Key] = new IniValue(
                    lines.Count == 1 ? lines[0].Text : string.Join("\n", lines.ConvertAll(line => line.Text)),
                    path,
                    each.Value.Line,
                    lines.Count > 1 && lines[0].Text.Length == 0 ? Nested(lines) : null);
            }
        }

        private Dictionary<string, IniValue> Nested(List<(string Text, int Line)> lines)
        {
            var nested = new Dictionary<string, IniValue>(StringComparer.Ordinal);
            foreach ((string text, int line) in lines)
            {
                if (text.Length == 0)
                {
                    continue;
                }

                int end = text.IndexOf('=');
                if (end < 0)
                {
                    throw ConfigFileError.Line(path, line, "it is in an indented block but is not 'name = value'");
                }

                nested[text.Substring(0, end).TrimEnd()] =
                    new IniValue(text.Substring(end + 1).TrimStart(), path, line);
            }

            return nested;
        }

        private sealed class Setting(int line)
        {
            public int Line { get; } = line;

            public List<(string Text, int Line)> Lines { get; } = new();
        }
    }
}
