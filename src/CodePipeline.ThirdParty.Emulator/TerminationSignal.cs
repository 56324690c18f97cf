using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>
/// Waits for the end of the program: Ctrl+C, SIGTERM or the end of standard input. It handles signals from its creation
/// on.
/// </summary>
internal sealed class TerminationSignal : IDisposable
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    internal TerminationSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    internal async Task WaitAsync(bool untilStdinCloses, CancellationToken stop)
    {
        using CancellationTokenRegistration registration = stop.Register(() => _stopped.TrySetResult());
        if (untilStdinCloses)
        {
            // Use a background thread: a read of standard input cannot be cancelled on every platform, and must not
            // keep the process alive.
            new Thread(DrainInput) { IsBackground = true, Name = "stdin" }.Start();
        }

        await _stopped.Task.ConfigureAwait(false);
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Prevents the runtime from ending the process, so that it exits with code 0.
        context.Cancel = true;
        _stopped.TrySetResult();
    }

    private void DrainInput()
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            input.CopyTo(Stream.Null);
        }
        catch (IOException)
        {
            // Treat unreadable standard input as closed.
        }

        _stopped.TrySetResult();
    }
}
