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

/// <summary>Runs each handler in a separate runspace, for <c>-ThrottleLimit</c> above 1.</summary>
/// <remarks>
/// The worker limits the number of runspaces. Runspaces are reused because opening one costs as much as a hundred jobs;
/// each job has its own scope. A RunspacePool supports neither sessions nor a runspace that never returns.
/// </remarks>
internal sealed class RunspacePoolExecutor(HandlerScript script, RunspaceSettings settings)
    : IScriptExecutor, IDisposable
{
    // A function, because PowerShell would parse and compile an added script again for each job. It runs in the job's
    // own scope, and its parameters carry the $using: values.
    private const string Invoke = "Invoke-CPHandlerInScope";
    private const string InvokeText = "param($Run, $Call) & $Run $Call";

    private readonly ConcurrentBag<PooledRunspace> _idle = new();
    private readonly ConcurrentDictionary<PooledRunspace, bool> _all = new();
    private volatile bool _disposed;

    /// <inheritdoc/>
    public async Task<HandlerCompletion> RunAsync(
        ThirdPartyJob job, Action<HandlerRecord> onRecord, SecretMask secrets, CancellationToken cancellationToken)
    {
        if (!_idle.TryTake(out PooledRunspace? pooled))
        {
            cancellationToken.ThrowIfCancellationRequested();
            pooled = await OpenAsync().ConfigureAwait(false);
        }

        try
        {
            return await RunAsync(pooled, job, onRecord, secrets, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!_disposed && pooled.IsUsable)
            {
                _idle.Add(pooled);
            }
            else
            {
                _all.TryRemove(pooled, out _);
                Close(pooled);
            }
        }
    }

    /// <summary>Closes the runspaces. Does not wait for a handler that is still running.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (PooledRunspace pooled in _all.Keys)
        {
            Close(pooled);
        }
    }

    /// <summary>
    /// Closes a runspace in the background, because closing waits for its handler, which may never return.
    /// </summary>
    private static void Close(PooledRunspace pooled)
    {
        pooled.Thread.Dispose();
        _ = Task.Run(pooled.Runspace.Dispose);
    }

    private async Task<HandlerCompletion> RunAsync(
        PooledRunspace pooled, ThirdPartyJob job, Action<HandlerRecord> onRecord, SecretMask secrets,
        CancellationToken cancellationToken)
    {
        var call = new HandlerCall(script, job, onRecord, secrets) { Block = pooled.Block };
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = pooled.Runspace;
        shell.AddCommand(Invoke, useLocalScope: true)
            .AddParameter("Run", RunHandlerCommand.Info)
            .AddParameter("Call", call)
            .AddParameter(UsingVariables.Parameter, settings.Using);
        pooled.Host.Screen.Begin(job.JobId, onRecord);
        try
        {
            pooled.Prepare(settings);
            cancellationToken.ThrowIfCancellationRequested();
            Task run = pooled.Thread.RunAsync(() => shell.Invoke());
            using CancellationTokenRegistration stopped = cancellationToken.Register(() => shell.BeginStop(null, null));
            await run.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return HandlerCompletion.Stopped;
        }
        catch (PipelineStoppedException) when (pooled.Runspace.RunspaceStateInfo.State == RunspaceState.Opened)
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
            pooled.Host.Screen.End();
        }

        return pooled.Runspace.RunspaceStateInfo.State == RunspaceState.Opened
            || call.End.Kind != HandlerCompletionKind.Stopped
            || cancellationToken.IsCancellationRequested
            ? call.End
            : new HandlerCompletion(HandlerCompletionKind.Broken) { Reason = "the handler closed it." };
    }

    /// <summary>
    /// Opens a runspace on its own thread. On the thread pool, many simultaneous openings would delay results that wait
    /// to be sent.
    /// </summary>
    private async Task<PooledRunspace> OpenAsync()
    {
        var thread = new HandlerThread();
        PooledRunspace? pooled = null;
        try
        {
            await thread.RunAsync(() => pooled = Open(thread)).ConfigureAwait(false);
            return pooled!;
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

        // Reuses the syntax tree in an unbound block, which keeps lines and file name.
        var pooled = new PooledRunspace(runspace, host, ((ScriptBlockAst)script.Block.Ast).GetScriptBlock(), thread);
        _all.TryAdd(pooled, true);
        return pooled;
    }

    /// <summary>The manifest of the running module, even if other versions are installed.</summary>
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
                    // The caller's folder no longer exists, which must not fail a job.
                }
            }
        }
    }
}
