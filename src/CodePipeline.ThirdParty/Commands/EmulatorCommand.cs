using System.Management.Automation;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Base of the cmdlets for an emulator in this process.</summary>
public abstract class EmulatorCommand : AsyncCommand
{
    /// <summary>The emulator or its name. The default is the emulator that started last.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(EmulatorCompleter))]
    public virtual object? Emulator { get; set; }

    private protected ThirdPartyEmulator ResolveEmulator()
    {
        object? named = Emulator is PSObject wrapped ? wrapped.BaseObject : Emulator;
        return named switch
        {
            ThirdPartyEmulator emulator => emulator,
            null => EmulatorRegistry.Last(),

            // A piped job names no emulator: only its id binds.
            ThirdPartyJob or EmulatedJob => EmulatorRegistry.Last(),
            _ => EmulatorRegistry.Find(named.ToString()!),
        } ?? throw new RecordException(ErrorCatalog.EmulatorNotFound(named?.ToString()));
    }
}
