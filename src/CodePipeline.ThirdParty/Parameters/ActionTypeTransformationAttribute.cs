using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Takes an action type as text, the AWS CLI's shorthand, JSON, a hashtable or an object with its members.
/// </summary>
public sealed class ActionTypeTransformationAttribute : TransformationAttribute
{
    private protected override object Convert(object value) => value switch
    {
        ActionTypeId actionType => actionType,
        string text => ActionTypeParser.Parse(text),
        IDictionary table => ActionTypeParser.FromMembers(Members(table)),
        _ => ActionTypeParser.FromMembers(Members(PSObject.AsPSObject(value))),
    };

    private static Dictionary<string, string?> Members(IDictionary table)
    {
        var members = new Dictionary<string, string?>();
        foreach (DictionaryEntry entry in table)
        {
            members[entry.Key.ToString()!] = entry.Value?.ToString();
        }

        return members;
    }

    private static Dictionary<string, string?> Members(PSObject value)
    {
        var members = new Dictionary<string, string?>();
        foreach (PSPropertyInfo property in value.Properties)
        {
            members[property.Name] = property.Value?.ToString();
        }

        return members;
    }
}

/// <summary>Takes one action type or several, each as <see cref="ActionTypeTransformationAttribute"/> does.</summary>
public sealed class ActionTypesTransformationAttribute : TransformationAttribute
{
    private static readonly ActionTypeTransformationAttribute s_one = new();

    private protected override object Convert(object value)
    {
        if (value is not IList list)
        {
            return new[] { (ActionTypeId)s_one.Read(value)! };
        }

        var types = new List<ActionTypeId>();
        foreach (object? item in list)
        {
            types.Add((ActionTypeId?)s_one.Read(item) ?? throw new InvalidInputException(
                "ActionType", "One of the action types is empty.", "Give each as 'Category/Provider/Version'."));
        }

        return types.ToArray();
    }
}
