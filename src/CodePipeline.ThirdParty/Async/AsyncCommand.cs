using System;
using System.IO;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Async;

/// <summary>
/// A cmdlet with asynchronous hooks. What they write goes through one pump, which the pipeline thread drains to the
/// end, also when the pipeline is stopped.
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

    /// <summary>The cmdlet that the calling code works for; a token source asks its user through it.</summary>
    internal static AsyncCommand? Current => s_current.Value;

    /// <summary>PowerShell, or what a test puts in its place.</summary>
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
            // Ctrl+C in the moment that the cmdlet ends by itself: there is nothing left to stop.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Cancels what still runs: a pipeline that ends early never calls StopProcessing.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _stop.Cancel();
            _stop.Dispose();
        }
    }

    /// <summary>What an error of the current record is about.</summary>
    private protected virtual object? Target => null;

    private protected virtual Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected virtual Task ProcessAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected virtual Task EndAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected void Write(object value) => Post(() =>
    {
        if (value is ThirdPartyJob job)
        {
            Shell.Sessions.Note(job);
        }

        Shell.WriteObject(value);
    });

    private protected void WriteItem(FileSystemInfo item) => Post(() => Shell.WriteItem(item));

    private protected void WriteFailure(CommandError error) => Post(() => Shell.WriteError(error));

    private protected void Say(string text) => Post(() => Shell.WriteVerbose(text));

    private protected void Warn(string text) => Post(() => Shell.WriteWarning(text));

    private protected void Debug(string text) => Post(() => Shell.WriteDebug(text));

    private protected void ShowProgress(ProgressRecord progress) => Post(() => Shell.WriteProgress(progress));

    /// <summary>Asks something of PowerShell and waits for the answer.</summary>
    internal Task<T> AskAsync<T>(Func<ICommandHost, T> question, CancellationToken cancellationToken)
    {
        if (Environment.CurrentManagedThreadId == _pipelineThread && _records.IsEmpty)
        {
            // The hook has not left the pipeline thread yet.
            return AnswerAsync(question);
        }

        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration stopped =
            cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
        _ = answer.Task.ContinueWith(
            _ => stopped.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        Post(() =>
        {
            try
            {
                answer.TrySetResult(question(Shell));
            }
            catch (PipelineStoppedException)
            {
                throw;
            }
            catch (Exception error)
            {
                answer.TrySetException(error);
            }
        });
        return answer.Task;
    }

    /// <summary>Whether the calling code runs on the pipeline thread.</summary>
    internal bool IsOnPipeline => Environment.CurrentManagedThreadId == _pumpThread;

    /// <summary>
    /// Has something done on the pipeline thread, in its turn; not at all where the pipeline has ended.
    /// </summary>
    internal void OnPipeline(Action action) => Post(action);

    /// <summary>Calls a source of client tokens on behalf of this cmdlet, whoever the calling code works for.</summary>
    internal async Task<T> OnBehalfAsync<T>(Func<Task<T>> call)
    {
        s_current.Value = this;
        return await call().ConfigureAwait(false);
    }

    private async Task<T> AnswerAsync<T>(Func<ICommandHost, T> question)
    {
        try
        {
            return question(Shell);
        }
        catch (PipelineStoppedException)
        {
            // For the hook it is a cancellation like any other, not an error of what it asked.
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

        // Up to its first real wait a hook runs here: that spares a change of threads for each record and each
        // question.
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
            // The pipeline ends here (Ctrl+C, Select-Object -First 1): the hook is stopped and waited for.
            _stop.Cancel();
            while (_records.Take() is not null)
            {
            }

            Settle(work);
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

    /// <summary>Tells of an error that a hook ended with.</summary>
    /// <param name="error">The error.</param>
    /// <param name="terminates">Whether it is about more than the current record.</param>
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

    private static void Settle(Task work)
    {
        try
        {
            work.GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            // What ended the pipeline is thrown on; this is only its echo.
        }
    }
}
