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
