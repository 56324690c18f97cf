using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>Hears from its creation on what ends the program: Ctrl+C, SIGTERM, the end of standard input.</summary>
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
            // A background thread: reading standard input cannot be cancelled everywhere, and must not
            // keep the process.
            new Thread(DrainInput) { IsBackground = true, Name = "stdin" }.Start();
        }

        await _stopped.Task.ConfigureAwait(false);
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Ended by us, with exit code 0, and not by the runtime.
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
            // Standard input that cannot be read has closed.
        }

        _stopped.TrySetResult();
    }
}
