using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>A PowerShell host with a simulated user: answers prompts and records the screen.</summary>
internal sealed class EngineHost : PSHost
{
    private readonly Screen _screen = new();

    /// <summary>The prompts that PowerShell displayed.</summary>
    public IReadOnlyList<string> Questions => _screen.Questions;

    /// <summary>The lines on the screen, for example from -WhatIf.</summary>
    public IReadOnlyList<string> Lines => _screen.Lines;

    /// <summary>The answer to each prompt: the index of the choice, 0 for Yes, 2 for No.</summary>
    public Func<string, int> Answer
    {
        set => _screen.Answer = value;
    }

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => nameof(EngineHost);

    public override PSHostUserInterface UI => _screen;

    public override Version Version { get; } = new(1, 0);

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    private sealed class Screen : PSHostUserInterface
    {
        public List<string> Questions { get; } = new();

        public List<string> Lines { get; } = new();

        public Func<string, int> Answer { get; set; } =
            question => throw new InvalidOperationException($"No question is expected: {question}");

        public override PSHostRawUserInterface? RawUI => null;

        public override int PromptForChoice(
            string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            Questions.Add(message);
            return Answer(message);
        }

        public override Dictionary<string, PSObject> Prompt(
            string caption, string message, Collection<FieldDescription> descriptions) =>
            throw new HostException(message);

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName) =>
            throw new HostException(message);

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName,
            PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
            throw new HostException(message);

        public override string ReadLine() => throw new NotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

        public override void Write(string value) => Lines.Add(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
            Lines.Add(value);

        public override void WriteLine(string value) => Lines.Add(value);

        public override void WriteErrorLine(string value) => Lines.Add(value);

        public override void WriteDebugLine(string message) => Lines.Add(message);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override void WriteVerboseLine(string message) => Lines.Add(message);

        public override void WriteWarningLine(string message) => Lines.Add(message);
    }
}
