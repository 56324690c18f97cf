using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// Accepts an action type as text, AWS CLI shorthand, JSON, a hashtable or an object with its members.
/// </summary>
public sealed class ActionTypeTransformationAttribute : TransformationAttribute
{
    /// <summary>Whether the piped text repeats the action type that is already bound.</summary>
    internal static bool IsSameActionType(object text, ActionTypeId? actionType)
    {
        try
        {
            return Parse(text).Equals(actionType);
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }

    private protected override object Convert(object value) => Parse(value);

    private static ActionTypeId Parse(object value)
    {
        switch (value)
        {
            case ActionTypeId actionType:
                return actionType;
            case string text:
                return ActionTypeParser.Parse(text);
        }

        ObjectMembers members = ObjectMembers.TryCreate(value) ?? throw Wrong(value);
        foreach (string name in new[] { "actionTypeId", "ActionType" })
        {
            if (members.TryGet(name, out object? inner) && inner is not null)
            {
                return Parse(inner);
            }
        }

        bool isData = members.IsTable || value is PSObject { BaseObject: PSCustomObject };
        return isData || members.Spelling("Category") is not null
            ? ActionTypeParser.FromMembers(Texts(members))
            : throw Wrong(value);
    }

    private static Dictionary<string, string?> Texts(ObjectMembers members)
    {
        var texts = new Dictionary<string, string?>();
        foreach (string name in members.Names)
        {
            _ = members.TryGet(name, out object? value);
            texts[name] = value is null ? null : System.Convert.ToString(value, CultureInfo.InvariantCulture);
        }

        return texts;
    }

    private static InvalidInputException Wrong(object value) => new(
        "ActionType", $"The action type is {PipedText.Kind(value)}.", $"Write it as {ActionTypeParser.Examples}.");
}

/// <summary>Accepts one or more action types in the forms of <see cref="ActionTypeTransformationAttribute"/>.</summary>
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
                "ActionType", "One of the action types is empty.", "Write each as 'Category/Provider/Version'."));
        }

        return types.ToArray();
    }
}
