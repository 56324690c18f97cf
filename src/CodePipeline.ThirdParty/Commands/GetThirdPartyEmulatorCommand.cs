using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Gets the emulators that run in this process.</summary>
[Cmdlet(VerbsCommon.Get, "CPThirdPartyEmulator")]
[OutputType(typeof(ThirdPartyEmulator))]
public sealed class GetThirdPartyEmulatorCommand : AsyncCommand
{
    /// <summary>The emulator name, with wildcards. The default is all emulators.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(EmulatorCompleter))]
    [SupportsWildcards]
    public string? Name { get; set; }

    private protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        List<ThirdPartyEmulator> found = EmulatorRegistry.All()
            .Where(emulator => Name is null || Matches(emulator))
            .ToList();
        if (found.Count == 0 && Name is not null && !WildcardPattern.ContainsWildcardCharacters(Name))
        {
            throw new RecordException(ErrorCatalog.EmulatorNotFound(Name));
        }

        found.ForEach(Write);
        return Task.CompletedTask;
    }

    private bool Matches(ThirdPartyEmulator emulator) =>
        new WildcardPattern(Name, WildcardOptions.IgnoreCase).IsMatch(emulator.Name);
}
