using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Stops an emulator and discards its jobs.</summary>
[Cmdlet(VerbsLifecycle.Stop, "CPThirdPartyEmulator", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopThirdPartyEmulatorCommand : EmulatorCommand
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(EmulatorCompleter))]
    public override object? Emulator { get; set; }

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        ThirdPartyEmulator emulator = ResolveEmulator();
        if (!await AskAsync(host => host.ShouldProcess($"emulator '{emulator.Name}'", "Stop"), cancellationToken)
            .ConfigureAwait(false))
        {
            return;
        }

        EmulatorRegistry.Remove(emulator);
        emulator.Stop();
    }
}
