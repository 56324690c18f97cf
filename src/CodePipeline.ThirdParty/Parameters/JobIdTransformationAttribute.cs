using System;
using System.Globalization;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Reads the job id from an argument or a piped object, and never converts a whole object to text.</summary>
/// <remarks>
/// PowerShell calls it with the piped object before it binds properties by name. Otherwise PowerShell would convert an
/// object without a usable id to text, including its client token. The transformation cannot report an error here; <see
/// cref="PipedObject"/> does.
/// </remarks>
internal sealed class JobIdTransformationAttribute : TransformationAttribute
{
    // No job id contains this character.
    private const string Mark = "\0";

    /// <summary>
    /// The id text of a value. Starts with <see cref="Mark"/> if the value is a number or GUID. Consists of it alone if
    /// the value has no id.
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
                ? FromMember(id) ?? Mark
                : Mark;
        }
        catch (Exception error) when (error is InvalidInputException or RuntimeException)
        {
            return Mark;
        }
    }

    /// <summary>The id in a member: text or a GUID; <see langword="null"/> for other types.</summary>
    internal static string? FromMember(object? value) => value switch
    {
        string text => text,
        Guid guid => guid.ToString("D"),
        _ => null,
    };

    /// <summary>Removes the mark. Returns empty text if there is no id.</summary>
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
