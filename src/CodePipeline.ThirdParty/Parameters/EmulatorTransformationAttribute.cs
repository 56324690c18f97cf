using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Accepts an emulator, or the name of an emulator that runs in this process.</summary>
internal sealed class EmulatorTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => value is string name
        ? EmulatorRegistry.Find(name) ?? throw new InvalidInputException(
            "Emulator", $"No emulator '{name}' is running in this process.",
            "Start it with Start-CPThirdPartyEmulator. Get-CPThirdPartyEmulator lists the running ones.")
        : value;
}
