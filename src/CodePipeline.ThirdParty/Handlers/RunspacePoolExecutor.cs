using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.State;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// Runspaces of their own, one for each handler that runs: what <c>-ThrottleLimit</c> above 1 runs them in.
/// </summary>
/// <remarks>
/// How many there are is the worker's to say, which runs no more handlers at once than it may. A runspace is used
/// again, since to open one costs as much as a hundred jobs; each job has a scope of its own in it. No RunspacePool: it
/// has no place for a session, nor for a runspace that never comes back.
/// </remarks>
internal sealed class RunspacePoolExecutor(HandlerScript script, RunspaceSettings settings) : IScriptExecutor, IDisposable
{
    // A function, since a script that is added to a pipeline is parsed and compiled anew for each job. It runs in a
    // scope of the job's own, and its parameters carry the values of $using:.
    private const string Invoke = "Invoke-CPHandlerInScope";
    private const string InvokeText = "param($Run, $Call) & $Run $Call";

    private readonly ConcurrentBag<PooledRunspace> _idle = new();
    private readonly ConcurrentDictionary<PooledRunspace, bool> _all = new();
    private volatile bool _disposed;

    /// <inheritdoc/>
    public async Task<HandlerCompletion> RunAsync(
        ThirdPartyJob job, Action<HandlerRecord> hear, SecretMask secrets, CancellationToken cancellationToken)
    {
        if (!_idle.TryTake(out PooledRunspace? place))
        {
            cancellationToken.ThrowIfCancellationRequested();
            place = await OpenAsync().ConfigureAwait(false);
        }

        try
        {
            return await RunAsync(place, job, hear, secrets, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!_disposed && place.IsUsable)
            {
                _idle.Add(place);
            }
            else
            {
                _all.TryRemove(place, out _);
                Close(place);
            }
        }
    }

    /// <summary>Closes the runspaces. One whose handler goes on is left to itself.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (PooledRunspace place in _all.Keys)
        {
            Close(place);
        }
    }

    /// <summary>To close one waits for its handler, which may never come back.</summary>
    private static void Close(PooledRunspace place)
    {
        place.Thread.Dispose();
        _ = Task.Run(place.Runspace.Dispose);
    }

    private async Task<HandlerCompletion> RunAsync(
        PooledRunspace place, ThirdPartyJob job, Action<HandlerRecord> hear, SecretMask secrets,
        CancellationToken cancellationToken)
    {
        var call = new HandlerCall(script, job, hear, secrets) { Block = place.Block };
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = place.Runspace;
        shell.AddCommand(Invoke, useLocalScope: true)
            .AddParameter("Run", RunHandlerCommand.Info)
            .AddParameter("Call", call)
            .AddParameter(UsingVariables.Parameter, settings.Using);
        place.Host.Screen.Begin(job.JobId, hear);
        try
        {
            place.Prepare(settings);
            cancellationToken.ThrowIfCancellationRequested();
            Task run = place.Thread.RunAsync(() => shell.Invoke());
            using CancellationTokenRegistration stopped = cancellationToken.Register(() => shell.BeginStop(null, null));
            await run.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return HandlerCompletion.Stopped;
        }
        catch (PipelineStoppedException) when (place.Runspace.RunspaceStateInfo.State == RunspaceState.Opened)
        {
            return HandlerCompletion.Stopped;
        }
        catch (Exception error)
            when (error is RuntimeException or InvalidRunspaceStateException or InvalidOperationException)
        {
            return new HandlerCompletion(HandlerCompletionKind.Broken) { Reason = error.Message };
        }
        finally
        {
            place.Host.Screen.End();
        }

        return place.Runspace.RunspaceStateInfo.State == RunspaceState.Opened || call.End.Kind != HandlerCompletionKind.Stopped
            || cancellationToken.IsCancellationRequested
            ? call.End
            : new HandlerCompletion(HandlerCompletionKind.Broken) { Reason = "the handler closed it." };
    }

    /// <summary>
    /// On the place's own thread: on those of the pool many that open at once would hold up the results that wait to be
    /// sent.
    /// </summary>
    private async Task<PooledRunspace> OpenAsync()
    {
        var thread = new HandlerThread();
        PooledRunspace? place = null;
        try
        {
            await thread.RunAsync(() => place = Open(thread)).ConfigureAwait(false);
            return place!;
        }
        catch
        {
            thread.Dispose();
            throw;
        }
    }

    private PooledRunspace Open(HandlerThread thread)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (Manifest() is string manifest)
        {
            state.ImportPSModule(new[] { manifest });
        }

        state.Commands.Add(
            new SessionStateFunctionEntry(Invoke, InvokeText, ScopedItemOptions.Constant, helpFile: null));
        var host = new HandlerHost(real: null, canAsk: false);
        Runspace runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Name = "CPThirdPartyHandler";
        runspace.Open();
        SessionStore store = SessionStore.ForRunspace(runspace);
        foreach (ThirdPartySession session in settings.Sessions)
        {
            store.Add(session);
        }

        if (settings.Current is ThirdPartySession current)
        {
            store.Use(current);
        }

        // The same syntax tree in a block that belongs to no runspace: lines and the file's name stay as they were.
        var place = new PooledRunspace(runspace, host, ((ScriptBlockAst)script.Block.Ast).GetScriptBlock(), thread);
        _all.TryAdd(place, true);
        return place;
    }

    /// <summary>The manifest of this very module, whichever others are installed.</summary>
    private static string? Manifest()
    {
        string? folder = Path.GetDirectoryName(typeof(RunspacePoolExecutor).Assembly.Location);
        string? root = Path.GetDirectoryName(Path.GetDirectoryName(folder));
        string? manifest = root is null ? null : Path.Combine(root, "CodePipeline.ThirdParty.psd1");
        return manifest is not null && File.Exists(manifest) ? manifest : null;
    }

    private sealed class PooledRunspace(Runspace runspace, HandlerHost host, ScriptBlock block, HandlerThread thread)
    {
        public Runspace Runspace { get; } = runspace;

        public HandlerHost Host { get; } = host;

        public ScriptBlock Block { get; } = block;

        public HandlerThread Thread { get; } = thread;

        public bool IsUsable => Runspace.RunspaceStateInfo.State == RunspaceState.Opened
            && Runspace.RunspaceAvailability == RunspaceAvailability.Available;

        public void Prepare(RunspaceSettings settings)
        {
            foreach (KeyValuePair<string, object> preference in settings.Preferences)
            {
                Runspace.SessionStateProxy.SetVariable(preference.Key, preference.Value);
            }

            if (settings.Location is string location
                && Runspace.SessionStateProxy.Path.CurrentLocation.Path != location)
            {
                try
                {
                    Runspace.SessionStateProxy.Path.SetLocation(location);
                }
                catch (RuntimeException)
                {
                    // The caller's folder is gone, which is nothing to fail a job for.
                }
            }
        }
    }
}
