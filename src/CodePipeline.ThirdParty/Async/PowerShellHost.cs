using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Threading;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Handlers;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Async;

/// <summary>The <see cref="ICommandHost"/> of a real cmdlet.</summary>
internal sealed class PowerShellHost(PSCmdlet cmdlet) : ICommandHost
{
    private const string CheckRequirements = """
        param($Needs)
        $here = $PSVersionTable
        if ($Needs.RequiredPSVersion -and $Needs.RequiredPSVersion -gt [version]$here.PSVersion) {
            throw "It requires PowerShell $($Needs.RequiredPSVersion), and this is $($here.PSVersion)."
        }
        if ($Needs.RequiredPSEditions -and $here.PSEdition -notin $Needs.RequiredPSEditions) {
            throw "It requires PowerShell's edition $($Needs.RequiredPSEditions), and this is $($here.PSEdition)."
        }
        if ($Needs.IsElevationRequired -and $env:OS -eq 'Windows_NT' -and
            -not [Security.Principal.WindowsPrincipal]::new([Security.Principal.WindowsIdentity]::GetCurrent()).IsInRole(
                [Security.Principal.WindowsBuiltInRole]::Administrator)) {
            throw 'It requires an administrator.'
        }
        foreach ($module in $Needs.RequiredModules) {
            if (-not (Get-Module -FullyQualifiedName $module)) {
                try { Import-Module -FullyQualifiedName $module -Global -ErrorAction Stop } catch { throw "$_" }
            }
        }
        """;

    // ThrowTerminatingError sets the call position of an error with this method. There is no public one.
    private static readonly MethodInfo? s_setPosition =
        typeof(ErrorRecord).GetMethod("SetInvocationInfo", BindingFlags.Instance | BindingFlags.NonPublic);

    // The current location may belong to another provider.
    private const string FileSystemProvider = @"Microsoft.PowerShell.Core\FileSystem::";

    private readonly bool _promptsOnVerbose = PromptsOnVerbose(cmdlet);
    private HandlerHostScope? _handlerScope;

    public SessionStore Sessions { get; } = SessionStore.OfRunspace();

    public bool WantsDebug { get; } = IsShown(cmdlet, "Debug");

    public bool WantsVerbose => IsShown(cmdlet, "Verbose") || _promptsOnVerbose;

    /// <summary>With -Debug but without -Verbose, PowerShell prompts at each verbose line.</summary>
    public static bool PromptsOnVerbose(PSCmdlet cmdlet) =>
        Flag(cmdlet, "Debug") == true && Flag(cmdlet, "Verbose") is null;

    public void WriteObject(object value) => cmdlet.WriteObject(value);

    public void WriteItem(FileSystemInfo item)
    {
        Collection<PSObject>? found = null;
        try
        {
            found = cmdlet.InvokeProvider.Item.Get(
                new[] { FileSystemProvider + item.FullName }, force: true, literalPath: true);
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            // Another process removed the file after the download. Emit it anyway.
        }

        cmdlet.WriteObject(found is { Count: 1 } ? found[0] : item);
    }

    public void WriteError(CommandError error) => cmdlet.WriteError(error.ToErrorRecord());

    public void ThrowTerminating(CommandError error) => cmdlet.ThrowTerminatingError(error.ToErrorRecord());

    public void EndScript(CommandError error)
    {
        ErrorRecord record = error.ToErrorRecord();
        s_setPosition?.Invoke(record, new object[] { cmdlet.MyInvocation });
        throw new RuntimeException(error.Message, error.Exception, record) { WasThrownFromThrowStatement = true };
    }

    public void WriteVerbose(string text)
    {
        if (_promptsOnVerbose)
        {
            cmdlet.WriteDebug(text);
        }
        else
        {
            cmdlet.WriteVerbose(text);
        }
    }

    public void WriteDebug(string text) => cmdlet.WriteDebug(text);

    public void WriteWarning(string text) => cmdlet.WriteWarning(text);

    public void WriteProgress(ProgressRecord progress) => cmdlet.WriteProgress(progress);

    public bool ShouldProcess(string target, string action, bool isForced)
    {
        bool isWhatIf = Flag(cmdlet, "WhatIf")
            ?? LanguagePrimitives.IsTrue(cmdlet.SessionState.PSVariable.GetValue("WhatIfPreference"));
        if (isForced && !isWhatIf && Flag(cmdlet, "Confirm") != true)
        {
            return true;
        }

        try
        {
            return cmdlet.ShouldProcess(target, action);
        }
        catch (Exception error)
            when (error is PSInvalidOperationException or PSNotImplementedException or HostException)
        {
            throw new TerminatingException(ErrorCatalog.PromptUnavailable(target, error));
        }
    }

    public object WithValue(string text)
    {
        var wrapped = PSObject.AsPSObject(text);
        wrapped.Properties.Add(new PSNoteProperty("Value", text));
        return wrapped;
    }

    public object? GetVariable(string name) => PSObjectValues.Unwrap(cmdlet.SessionState.PSVariable.GetValue(name));

    public string ResolvePath(string path) => cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    public string? AskMfaCode(string serial)
    {
        try
        {
            // Prompt throws before it displays anything if no user can answer.
            var field = new FieldDescription($"MFA code of {serial}");
            Dictionary<string, PSObject> answers =
                cmdlet.Host.UI.Prompt(string.Empty, string.Empty, new Collection<FieldDescription> { field });
            return answers.TryGetValue(field.Name, out PSObject? code) ? code?.ToString() : null;
        }
        catch (Exception error) when (error is PSInvalidOperationException or NotImplementedException
            or HostException)
        {
            // PowerShell runs with -NonInteractive or in a host without input.
            return null;
        }
    }

    public IReadOnlyList<object?> Invoke(ScriptBlock script, params object?[] arguments) =>
        Unwrap(script.Invoke(arguments));

    public IReadOnlyList<object?> InvokeScript(string script, params object?[] arguments) =>
        Unwrap(cmdlet.InvokeCommand.InvokeScript(script, arguments));

    public RunspaceSettings RunspaceSettings(HandlerScript script) => CallerSettings.Capture(cmdlet, script, Sessions);

    public ScriptBlock? ScriptOf(string path)
    {
        ScriptBlock? block = File.Exists(path)
            ? (cmdlet.InvokeCommand.GetCommand(path, CommandTypes.ExternalScript) as ExternalScriptInfo)?.ScriptBlock
            : null;

        // PowerShell looks at #requires where it runs a file, and not where it runs a file's script block.
        if ((block?.Ast as ScriptBlockAst)?.ScriptRequirements is ScriptRequirements needs)
        {
            cmdlet.InvokeCommand.InvokeScript(CheckRequirements, useNewScope: true, PipelineResultTypes.None, null, needs);
        }

        return block;
    }

    public IReadOnlyDictionary<string, object> GivenPreferences() => CallerSettings.GivenPreferences(cmdlet);

    public void RunHandler(HandlerCall call, bool canAsk, CancellationToken cancellationToken)
    {
        HandlerHostScope? before = _handlerScope;
        _handlerScope = HandlerHostScope.TryCreate(cmdlet.Host, canAsk);
        try
        {
            if (_handlerScope is null)
            {
                NestedPipeline.Run(call, cancellationToken);
            }
            else
            {
                _handlerScope.Run(call, () => NestedPipeline.Run(call, cancellationToken));
            }
        }
        finally
        {
            _handlerScope = before;
        }
    }

    public void OutsideHandler(Action action)
    {
        if (_handlerScope is null)
        {
            action();
        }
        else
        {
            _handlerScope.Outside(action);
        }
    }

    public void ShowHandlerRecord(HandlerRecord record) => HandlerStreamForwarder.Show(cmdlet, record);

    private static List<object?> Unwrap(Collection<PSObject> results) => results.Select(PSObjectValues.Unwrap).ToList();

    /// <summary>Whether a stream is visible. Callers skip building text for invisible streams.</summary>
    private static bool IsShown(PSCmdlet cmdlet, string stream)
    {
        if (Flag(cmdlet, stream) is bool given)
        {
            return given;
        }

        object? preference = PSObjectValues.Unwrap(cmdlet.SessionState.PSVariable.GetValue(stream + "Preference"));
        return LanguagePrimitives.TryConvertTo(preference, out ActionPreference action)
            && action is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);
    }

    private static bool? Flag(PSCmdlet cmdlet, string name) =>
        cmdlet.MyInvocation.BoundParameters.TryGetValue(name, out object? flag) && flag is SwitchParameter given
            ? given.ToBool()
            : null;
}
