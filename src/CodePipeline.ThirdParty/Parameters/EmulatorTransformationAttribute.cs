using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Takes an emulator, or the name of one that runs in this process.</summary>
internal sealed class EmulatorTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => value is string name
        ? EmulatorRegistry.Find(name) ?? throw new InvalidInputException(
            "Emulator", $"No emulator '{name}' is running in this process.",
            "Start it with Start-CPThirdPartyEmulator; Get-CPThirdPartyEmulator shows those that run.")
        : value;
}
