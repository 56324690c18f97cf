using System;
#if NET
using System.Runtime.InteropServices;
#endif

namespace CodePipeline.ThirdParty.Reporting;

/// <summary>Hears that the process is told to end (SIGTERM, SIGHUP), and keeps it from ending at once.</summary>
/// <remarks>Windows PowerShell has no such signals; there a service is stopped by ending its pipeline.</remarks>
internal sealed class TerminationSignal : IDisposable
{
#if NET
    private readonly PosixSignalRegistration[] _registrations;

    public TerminationSignal(Action<string> told)
    {
        _registrations = new[] { On(PosixSignal.SIGTERM), On(PosixSignal.SIGHUP) };

        PosixSignalRegistration On(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            told(signal.ToString());
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
    public TerminationSignal(Action<string> told) => _ = told;

    public void Dispose()
    {
    }
#endif
}
