using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>A running script in a <see cref="HostedEngine"/>.</summary>
internal sealed class EngineCall : IDisposable
{
    private readonly PowerShell _shell = PowerShell.Create();
    private readonly PSDataCollection<PSObject> _output = new();
    private readonly Task _run;

    public EngineCall(Runspace runspace, string script, object?[] arguments)
    {
        _shell.Runspace = runspace;
        _shell.AddScript(script, useLocalScope: false);
        foreach (object? argument in arguments)
        {
            _shell.AddArgument(argument);
        }

        _run = _shell.InvokeAsync<PSObject, PSObject>(input: null, _output);
    }

    /// <summary>Stops the script like Ctrl+C and waits until it has stopped.</summary>
    public Task StopAsync() => _shell.StopAsync(callback: null, state: null).WaitAsync(Until.Patience);

    /// <summary>Waits until the script ends.</summary>
    public async Task<EngineRun> EndAsync()
    {
        RuntimeException? end = null;
        try
        {
            await _run.WaitAsync(Until.Patience).ConfigureAwait(false);
        }
        catch (RuntimeException error)
        {
            end = error;
        }

        PSDataStreams streams = _shell.Streams;
        return new EngineRun
        {
            Output = _output.Select(each => PSObjectValues.Unwrap(each)).ToArray(),
            Errors = streams.Error.ToArray(),
            Warnings = streams.Warning.Select(each => each.Message).ToArray(),
            Verbose = streams.Verbose.Select(each => each.Message).ToArray(),
            Debug = streams.Debug.Select(each => each.Message).ToArray(),
            Progress = streams.Progress.ToArray(),
            State = _shell.InvocationStateInfo.State,
            End = end,
        };
    }

    /// <summary>
    /// Disposes the script. Skips a script that ignores its stop, because disposing would wait for it.
    /// </summary>
    public void Dispose()
    {
        if (_run.IsCompleted)
        {
            _shell.Dispose();
        }
    }
}
