using System;
using System.Management.Automation.Runspaces;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Cmdlets.Tests.Metadata;
using CodePipeline.ThirdParty.State;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>A real PowerShell in its own runspace, with the cmdlets of this assembly.</summary>
internal sealed class HostedEngine : IDisposable
{
    private readonly Runspace _runspace;

    /// <summary>Opens a runspace without a session.</summary>
    public HostedEngine()
    {
        InitialSessionState state = InitialSessionState.CreateDefault();
        foreach (Type command in CommandMetadataTests.Types())
        {
            state.Commands.Add(new SessionStateCmdletEntry(
                CommandMetadataTests.NameOf(command), command, helpFileName: null));
        }

        _runspace = RunspaceFactory.CreateRunspace(Host, state);
        _runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        _runspace.Open();
    }

    /// <summary>Opens a runspace whose current session uses this client.</summary>
    public HostedEngine(FakeClient client)
        : this() => Sessions.Add(client.Session("Default"));

    public EngineHost Host { get; } = new();

    public SessionStore Sessions => SessionStore.ForRunspace(_runspace);

    /// <summary>Runs a script in the global scope. Its arguments are in <c>$args</c>.</summary>
    public EngineRun Run(string script, params object?[] arguments)
    {
        using EngineCall call = Start(script, arguments);
        return call.EndAsync().GetAwaiter().GetResult();
    }

    /// <summary>Starts a script that can be stopped.</summary>
    public EngineCall Start(string script, params object?[] arguments) => new(_runspace, script, arguments);

    /// <summary>Closes the runspace. Waits for running scripts.</summary>
    public void Dispose() => Assert.True(
        Task.Run(_runspace.Dispose).Wait(Until.Patience), "The runspace does not close: a cmdlet goes on in it.");
}
