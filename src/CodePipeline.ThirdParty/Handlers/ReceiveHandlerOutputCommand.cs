using System.Management.Automation;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>What a handler's pipeline ends in. Not exported: it is called by its type.</summary>
public sealed class ReceiveHandlerOutputCommand : PSCmdlet
{
    /// <summary>Whose records they are.</summary>
    [Parameter(Position = 0)]
    public HandlerCall? Call { get; set; }

    /// <summary>What the handler wrote.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Call!.Take(InputObject);
}
