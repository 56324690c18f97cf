using System;
#if NET
using System.Runtime.InteropServices;
#endif

namespace CodePipeline.ThirdParty.Reporting;

/// <summary>Handles SIGTERM and SIGHUP: calls back, and prevents the immediate exit of the process.</summary>
/// <remarks>Windows PowerShell has no such signals. There, a service stops by ending its pipeline.</remarks>
internal sealed class TerminationSignal : IDisposable
{
#if NET
    private readonly PosixSignalRegistration[] _registrations;

    public TerminationSignal(Action<string> onSignal)
    {
        _registrations = new[] { On(PosixSignal.SIGTERM), On(PosixSignal.SIGHUP) };

        PosixSignalRegistration On(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            onSignal(signal.ToString());
        });
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }
#else
    public TerminationSignal(Action<string> onSignal) => _ = onSignal;

    public void Dispose()
    {
    }
#endif
}
