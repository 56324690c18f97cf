using System.Management.Automation;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Turns what the user typed into a type, at the door. <see langword="null"/> passes, as optional properties pipe so.
/// </summary>
public abstract class TransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public sealed override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        try
        {
            return Read(inputData);
        }
        catch (InvalidInputException error)
        {
            throw new ArgumentTransformationMetadataException($"{error.Message} {error.RecommendedAction}", error);
        }
    }

    /// <summary>The same without an engine.</summary>
    /// <exception cref="InvalidInputException">The value cannot be understood.</exception>
    internal object? Read(object? input)
    {
        object? value = PSObjectValues.Unwrap(input);
        return value is null ? null : Convert(value);
    }

    private protected abstract object? Convert(object value);
}
