using System.Management.Automation;
using System.Threading;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Runs a handler script on the pipeline thread so that it can be stopped alone.</summary>
/// <remarks>
/// An invoked script block stops only with the whole pipeline. A nested pipeline runs in the same scope and has its own
/// Stop.
/// </remarks>
internal static class NestedPipeline
{
    public static void Run(HandlerCall call, CancellationToken cancellationToken)
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(RunHandlerCommand.Info).AddParameter("Call", call);
        using CancellationTokenRegistration cancelled = cancellationToken.Register(() => shell.BeginStop(null, null));
        try
        {
            shell.Invoke();
        }
        catch (PipelineStoppedException)
        {
            // The call records the stop. If the worker's pipeline is also ending, its next record shows it.
        }
    }
}
