using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// What handlers have for a screen: what is written to it past PowerShell's streams, as Out-Host and Write-Progress do,
/// is heard like all else that they write.
/// </summary>
/// <param name="real">Where a user can be asked; <see langword="null"/> where there is none to ask.</param>
internal sealed class HandlerUserInterface(PSHostUserInterface? real)
    : PSHostUserInterface, IHostUISupportsMultipleChoiceSelection
{
    // A line without end is shown as several lines from here on.
    private const int LongestLine = 1 << 20;

    private readonly object _lock = new();
    private readonly StringBuilder _line = new();
    private Action<HandlerRecord>? _hear;
    private string _jobId = string.Empty;

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = real?.RawUI ?? new NoRawUserInterface();

    /// <summary>Where a user can be asked.</summary>
    /// <exception cref="HostException">There is none.</exception>
    private PSHostUserInterface Real
    {
        get
        {
            Flush();
            return real ?? throw new HostException("A handler cannot ask here: nobody is there to answer.");
        }
    }

    /// <summary>Whose text comes from now on, and who hears it.</summary>
    public void Begin(string jobId, Action<HandlerRecord> hear)
    {
        lock (_lock)
        {
            _jobId = jobId;
            _hear = hear;
        }
    }

    /// <summary>Nobody's text comes any more.</summary>
    public void End()
    {
        Flush();
        lock (_lock)
        {
            _hear = null;
        }
    }

    public override void Write(string value)
    {
        List<string> lines = new();
        lock (_lock)
        {
            string[] parts = (value ?? string.Empty).Split('\n');
            for (int i = 0; i < parts.Length; i++)
            {
                _line.Append(parts[i]);
                if (i < parts.Length - 1 || _line.Length > LongestLine)
                {
                    lines.Add(_line.ToString());
                    _line.Clear();
                }
            }
        }

        foreach (string line in lines)
        {
            Hear(HandlerStream.Host, line);
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(value);

    public override void WriteLine() => Write("\n");

    public override void WriteLine(string value) => Write(value + "\n");

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(value + "\n");

    public override void WriteErrorLine(string value)
    {
        Flush();
        Hear(HandlerStream.Error, value);
    }

    public override void WriteDebugLine(string message) => Hear(HandlerStream.Debug, message);

    public override void WriteVerboseLine(string message) => Hear(HandlerStream.Verbose, message);

    public override void WriteWarningLine(string message) => Hear(HandlerStream.Warning, message);

    public override void WriteProgress(long sourceId, ProgressRecord record) =>
        Hear(HandlerStream.Progress, record.StatusDescription, record);

    public override string ReadLine() => Real.ReadLine();

    public override SecureString ReadLineAsSecureString() => Real.ReadLineAsSecureString();

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions) =>
        Real.Prompt(caption, message, descriptions);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName) =>
        Real.PromptForCredential(caption, message, userName, targetName);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName,
        PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        Real.PromptForCredential(caption, message, userName, targetName, allowedCredentialTypes, options);

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        Real.PromptForChoice(caption, message, choices, defaultChoice);

    public Collection<int> PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, IEnumerable<int> defaultChoices) =>
        Real is IHostUISupportsMultipleChoiceSelection several
            ? several.PromptForChoice(caption, message, choices, defaultChoices)
            : throw new HostException("This host takes one choice only.");

    private void Flush()
    {
        string rest;
        lock (_lock)
        {
            rest = _line.ToString();
            _line.Clear();
        }

        if (rest.Length > 0)
        {
            Hear(HandlerStream.Host, rest);
        }
    }

    private void Hear(HandlerStream stream, string? text, object? original = null)
    {
        Action<HandlerRecord>? hear;
        string jobId;
        lock (_lock)
        {
            hear = _hear;
            jobId = _jobId;
        }

        hear?.Invoke(new HandlerRecord(jobId, stream, text ?? string.Empty, original)
        {
            IsError = stream == HandlerStream.Error,
        });
    }

    /// <summary>A screen of a size for formatted output, and nothing else.</summary>
    private sealed class NoRawUserInterface : PSHostRawUserInterface
    {
        private static readonly Size s_size = new(120, 50);

        public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

        public override Size BufferSize { get; set; } = s_size;

        public override Coordinates CursorPosition { get; set; }

        public override int CursorSize { get; set; } = 25;

        public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

        public override bool KeyAvailable => false;

        public override Size MaxPhysicalWindowSize => s_size;

        public override Size MaxWindowSize => s_size;

        public override Coordinates WindowPosition { get; set; }

        public override Size WindowSize { get; set; } = s_size;

        public override string WindowTitle { get; set; } = string.Empty;

        public override void FlushInputBuffer()
        {
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => new BufferCell[0, 0];

        public override KeyInfo ReadKey(ReadKeyOptions options) =>
            throw new HostException("A handler cannot ask here: nobody is there to answer.");

        public override void ScrollBufferContents(
            Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
        {
        }

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
        {
        }

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
        {
        }
    }
}
