using System.Management.Automation;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Receives the output of a handler's pipeline. Not exported; called by its type.</summary>
public sealed class ReceiveHandlerOutputCommand : PSCmdlet
{
    /// <summary>The handler call.</summary>
    [Parameter(Position = 0)]
    public HandlerCall? Call { get; set; }

    /// <summary>A record of the handler.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Call!.AddOutput(InputObject);
}
