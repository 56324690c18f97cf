using System;
using System.Globalization;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Takes a job's id from what is given or piped, and never the text of a whole object.</summary>
/// <remarks>
/// PowerShell calls it with the piped object before it looks for a property, and would turn an object without a usable
/// id into text, client token and all. It cannot say what is wrong there; <see cref="PipedObject"/> does.
/// </remarks>
internal sealed class JobIdTransformationAttribute : TransformationAttribute
{
    // No id has it, so that what cannot be an id is never mistaken for one.
    private const string Mark = "\0";

    /// <summary>
    /// The text for a value. It starts with a mark where the value is not text: a number or GUID, or no id at all.
    /// </summary>
    internal static string TextOf(object? value)
    {
        object? plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (Scalar(plain) is string scalar)
        {
            return plain is string ? scalar : Mark + scalar;
        }

        try
        {
            return ObjectMembers.TryCreate(value) is ObjectMembers members && members.TryGet("JobId", out object? id)
                ? OfMember(id) ?? Mark
                : Mark;
        }
        catch (Exception error) when (error is InvalidInputException or RuntimeException)
        {
            return Mark;
        }
    }

    /// <summary>The id that a member holds: text, or a GUID; <see langword="null"/> for anything else.</summary>
    internal static string? OfMember(object? value) => value switch
    {
        string text => text,
        Guid guid => guid.ToString("D"),
        _ => null,
    };

    /// <summary>The id without the mark of a number or GUID that was typed; empty where there is none.</summary>
    internal static string WithoutMark(string text) =>
        text.StartsWith(Mark, StringComparison.Ordinal) ? text.Substring(Mark.Length) : text;

    private protected override object Convert(object value) => TextOf(value);

    private static string? Scalar(object? value) => value switch
    {
        string text => text,
        Guid guid => guid.ToString("D"),
        sbyte or byte or short or ushort or int or uint or long or ulong =>
            ((IConvertible)value).ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
