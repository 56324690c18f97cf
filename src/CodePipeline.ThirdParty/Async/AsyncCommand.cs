using System;
using System.IO;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Async;

/// <summary>
/// Base of the cmdlets with asynchronous hooks. All output goes through one queue. The pipeline thread drains it
/// completely, even when the pipeline stops.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    private static readonly AsyncLocal<AsyncCommand?> s_current = new();

    private readonly CancellationTokenSource _stop = new();
    private readonly RecordQueue _records = new();
    private int _pipelineThread;
    private int _pumpThread;
    private ICommandHost? _host;
    private bool _disposed;

    /// <summary>The cmdlet that the current code runs for. Token sources prompt through it.</summary>
    internal static AsyncCommand? Current => s_current.Value;

    /// <summary>The PowerShell host; tests replace it.</summary>
    internal ICommandHost Shell
    {
        get => _host ??= new PowerShellHost(this);
        set => _host = value;
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        _ = Shell;
        Pump(BeginAsync, () => null);
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Pump(ProcessAsync, () => Target);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Pump(EndAsync, () => null);

    /// <inheritdoc/>
    protected sealed override void StopProcessing()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Ctrl+C arrived while the cmdlet was ending.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Cancels running work. A pipeline that ends early does not call StopProcessing.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _stop.Cancel();
            _stop.Dispose();
        }
    }

    /// <summary>The error target for the current record.</summary>
    private protected virtual object? Target => null;

    private protected virtual Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected virtual Task ProcessAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected virtual Task EndAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected void Write(object value) => Post(() =>
    {
        if (value is ThirdPartyJob job)
        {
            Shell.Sessions.Remember(job);
        }

        Shell.WriteObject(value);
    });

    private protected void WriteItem(FileSystemInfo item) => Post(() => Shell.WriteItem(item));

    private protected void WriteErrorRecord(CommandError error) => Post(() => Shell.WriteError(error));

    private protected void WriteVerboseLine(string text) => Post(() => Shell.WriteVerbose(text));

    private protected void WriteWarningLine(string text) => Post(() => Shell.WriteWarning(text));

    private protected void WriteDebugLine(string text) => Post(() => Shell.WriteDebug(text));

    private protected void ShowProgress(ProgressRecord progress) => Post(() => Shell.WriteProgress(progress));

    /// <summary>Runs a function on the pipeline thread and returns its result.</summary>
    internal Task<T> AskAsync<T>(Func<ICommandHost, T> function, CancellationToken cancellationToken)
    {
        if (Environment.CurrentManagedThreadId == _pipelineThread && _records.IsEmpty)
        {
            // The hook still runs on the pipeline thread.
            return RunDirectlyAsync(function);
        }

        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration stopped =
            cancellationToken.Register(() => result.TrySetCanceled(cancellationToken));
        _ = result.Task.ContinueWith(
            _ => stopped.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        Post(() =>
        {
            try
            {
                result.TrySetResult(function(Shell));
            }
            catch (PipelineStoppedException)
            {
                throw;
            }
            catch (Exception error)
            {
                result.TrySetException(error);
            }
        });
        return result.Task;
    }

    /// <summary>Whether the calling code runs on the pipeline thread.</summary>
    internal bool IsOnPipeline => Environment.CurrentManagedThreadId == _pumpThread;

    /// <summary>Queues an action for the pipeline thread. Drops it if the pipeline has ended.</summary>
    internal void OnPipeline(Action action) => Post(action);

    /// <summary>Calls a client token source with this cmdlet as <see cref="Current"/>, from any thread.</summary>
    internal async Task<T> OnBehalfAsync<T>(Func<Task<T>> call)
    {
        s_current.Value = this;
        return await call().ConfigureAwait(false);
    }

    private async Task<T> RunDirectlyAsync<T>(Func<ICommandHost, T> function)
    {
        try
        {
            return function(Shell);
        }
        catch (PipelineStoppedException)
        {
            // The hook sees a cancellation, not an error of its request.
            _stop.Cancel();
            await Task.FromCanceled(_stop.Token).ConfigureAwait(false);
            throw;
        }
    }

    private void Post(Action record) => _records.Add(record);

    private void Pump(Func<CancellationToken, Task> hook, Func<object?> target)
    {
        CancellationToken stop = _stop.Token;
        _records.Open();
        AsyncCommand? caller = s_current.Value;
        s_current.Value = this;
        _pipelineThread = Environment.CurrentManagedThreadId;
        _pumpThread = _pipelineThread;

        // A hook runs on this thread until its first real wait. This saves a thread switch for each record.
        Task work = RunAsync();
        try
        {
            _pipelineThread = 0;
            while (_records.Take() is Action emit)
            {
                emit();
            }
        }
        catch (Exception)
        {
            // The pipeline ends (Ctrl+C, Select-Object -First 1). Cancel the hook and wait for it.
            _stop.Cancel();
            while (_records.Take() is not null)
            {
            }

            WaitIgnoringErrors(work);
            throw;
        }
        finally
        {
            s_current.Value = caller;
        }

        Finish(work, target);

        async Task RunAsync()
        {
            try
            {
                await hook(stop).ConfigureAwait(false);
            }
            finally
            {
                _records.Close();
            }
        }
    }

    private void Finish(Task work, Func<object?> target)
    {
        try
        {
            work.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (TerminatingException terminating)
        {
            Fail(terminating.Error, terminates: true);
        }
        catch (Exception error) when (ErrorCatalog.Find(error, target()) is CommandError known)
        {
            Fail(known, terminates: false);
        }
        catch (Exception error) when (error is not RuntimeException)
        {
            Fail(ErrorCatalog.Unexpected(error, target()), terminates: true);
        }
    }

    /// <summary>Writes the error that ended a hook.</summary>
    /// <param name="error">The error.</param>
    /// <param name="terminates">Whether the error ends the cmdlet instead of only the current record.</param>
    private protected virtual void Fail(CommandError error, bool terminates)
    {
        if (terminates)
        {
            Shell.ThrowTerminating(error);
        }
        else
        {
            Shell.WriteError(error);
        }
    }

    private static void WaitIgnoringErrors(Task work)
    {
        try
        {
            work.GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // The caller rethrows the original error. This one only follows from it.
        }
    }
}
