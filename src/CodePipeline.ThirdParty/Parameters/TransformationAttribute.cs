using System.Management.Automation;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Base of the transformations from user input to a typed value. Passes <see langword="null"/> through, because
/// optional piped properties can be null.
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

    /// <summary>Converts a value without a PowerShell engine.</summary>
    /// <exception cref="InvalidInputException">The value is invalid.</exception>
    internal object? Read(object? input)
    {
        object? value = PSObjectValues.Unwrap(input);
        return value is null ? null : Convert(value);
    }

    private protected abstract object? Convert(object value);
}
