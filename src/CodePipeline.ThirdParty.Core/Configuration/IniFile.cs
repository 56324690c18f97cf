using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>What a setting of a file says, and where it stands.</summary>
/// <param name="Text">The value, trimmed; the lines of a block with line feeds between them.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">The line of the setting's name, from 1.</param>
/// <param name="Nested">The settings of an indented block; none where the value is a text.</param>
internal sealed record IniValue(
    string Text, string Path, int Line, IReadOnlyDictionary<string, IniValue>? Nested = null)
{
    /// <summary>File and line, for messages.</summary>
    public string Place => $"{Path}, line {Line}";
}

/// <summary>A file of sections and settings, by the rules that the AWS CLI reads it by.</summary>
/// <remarks>
/// These are the rules of Python's configparser: <c>=</c> or <c>:</c> ends a name, names are of any case, lines that
/// begin with <c>#</c> or <c>;</c> are comments and nothing else is, a line that is indented deeper than the setting
/// before it belongs to that one's value, and a name that stands twice is an error.
/// </remarks>
internal sealed class IniFile
{
    private const string DefaultSection = "DEFAULT";

    private IniFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>The sections in the order of the file, by the text between the brackets.</summary>
    public List<KeyValuePair<string, IReadOnlyDictionary<string, IniValue>>> Sections { get; } = new();

    /// <summary>Reads a file; <see langword="null"/> where there is none.</summary>
    /// <exception cref="CredentialException">The file cannot be read, or a line of it is no setting.</exception>
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

    /// <summary>One pass over the lines.</summary>
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
                Take(line, ++number);
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

        private void Take(string line, int number)
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
                    throw ConfigFileError.Line(path, number, $"the section [{name}] stands in the file twice");
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
                throw ConfigFileError.Line(path, number, "it stands before the first [section]");
            }

            int end = text.IndexOfAny(s_delimiters);
            string name = end < 0 ? string.Empty : text.Substring(0, end).TrimEnd().ToLowerInvariant();
            if (name.Length == 0)
            {
                // The line may be a secret that slipped: it is not repeated.
                throw ConfigFileError.Line(path, number, "it is neither a [section] nor 'name = value'");
            }

            if (_section.ContainsKey(name))
            {
                throw ConfigFileError.Line(path, number, $"'{name}' stands in its section twice");
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
                    throw ConfigFileError.Line(path, line, "it is in an indented block, and not 'name = value'");
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
