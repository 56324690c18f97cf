using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// The user interface of handlers. Records text that bypasses PowerShell's streams, as from Out-Host and
/// Write-Progress.
/// </summary>
/// <param name="real">The user interface for prompts; <see langword="null"/> if no user is available.</param>
internal sealed class HandlerUserInterface(PSHostUserInterface? real)
    : PSHostUserInterface, IHostUISupportsMultipleChoiceSelection
{
    // Splits a line that exceeds this length.
    private const int LongestLine = 1 << 20;

    private readonly object _lock = new();
    private readonly StringBuilder _line = new();
    private Action<HandlerRecord>? _onRecord;
    private string _jobId = string.Empty;

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = real?.RawUI ?? new NoRawUserInterface();

    /// <summary>The user interface for prompts.</summary>
    /// <exception cref="HostException">No user is available.</exception>
    private PSHostUserInterface Real
    {
        get
        {
            Flush();
            return real ?? throw new HostException("The handler cannot prompt here: no user is available.");
        }
    }

    /// <summary>Starts recording for a job.</summary>
    public void Begin(string jobId, Action<HandlerRecord> onRecord)
    {
        lock (_lock)
        {
            _jobId = jobId;
            _onRecord = onRecord;
        }
    }

    /// <summary>Ends recording.</summary>
    public void End()
    {
        Flush();
        lock (_lock)
        {
            _onRecord = null;
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
            Report(HandlerStream.Host, line);
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
        Report(HandlerStream.Error, value);
    }

    public override void WriteDebugLine(string message) => Report(HandlerStream.Debug, message);

    public override void WriteVerboseLine(string message) => Report(HandlerStream.Verbose, message);

    public override void WriteWarningLine(string message) => Report(HandlerStream.Warning, message);

    public override void WriteProgress(long sourceId, ProgressRecord record) =>
        Report(HandlerStream.Progress, record.StatusDescription, record);

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
            : throw new HostException("This host supports only a single choice.");

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
            Report(HandlerStream.Host, rest);
        }
    }

    private void Report(HandlerStream stream, string? text, object? original = null)
    {
        Action<HandlerRecord>? onRecord;
        string jobId;
        lock (_lock)
        {
            onRecord = _onRecord;
            jobId = _jobId;
        }

        onRecord?.Invoke(new HandlerRecord(jobId, stream, text ?? string.Empty, original)
        {
            IsError = stream == HandlerStream.Error,
        });
    }

    /// <summary>A fixed-size screen for formatted output.</summary>
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
            throw new HostException("The handler cannot prompt here: no user is available.");

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
