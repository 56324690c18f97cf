using System.Management.Automation;
using System.Threading;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Runs a handler's script on the pipeline thread, in a way that it can be stopped.</summary>
/// <remarks>
/// A script block that is invoked as such ends with the whole pipeline only. A nested pipeline runs in the same scope,
/// and has a Stop of its own.
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
            // The call says so; whether the worker's own pipeline ends, its next record tells.
        }
    }
}
