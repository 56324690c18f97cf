using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Emulator;

/// <summary>Waits for what ends the program.</summary>
internal static class StopSignal
{
    internal static async Task WaitAsync(bool untilStdinCloses, CancellationToken stop)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = stop.Register(() => stopped.TrySetResult());
        if (untilStdinCloses)
        {
            // A background thread: reading standard input cannot be cancelled everywhere, and must not keep the process.
            new Thread(() => DrainInput(stopped)) { IsBackground = true, Name = "stdin" }.Start();
        }

        await stopped.Task.ConfigureAwait(false);
    }

    private static void DrainInput(TaskCompletionSource stopped)
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

        stopped.TrySetResult();
    }
}
