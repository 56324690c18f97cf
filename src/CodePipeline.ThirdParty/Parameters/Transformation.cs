using System;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Turns what the user typed into a type, at the door. <see langword="null"/> passes, as optional properties pipe so.</summary>
public abstract class TransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public sealed override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Read(inputData);

    /// <summary>The same without an engine.</summary>
    internal object? Read(object? input)
    {
        object? value = input is PSObject wrapped && wrapped.BaseObject is not PSCustomObject and not null
            ? wrapped.BaseObject
            : input;
        if (value is null)
        {
            return null;
        }

        try
        {
            return Convert(value);
        }
        catch (InvalidInputException error)
        {
            throw new ArgumentTransformationMetadataException($"{error.Message} {error.Cure}", error);
        }
    }

    private protected abstract object? Convert(object value);
}
