using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Reflection;
using System.Security;

namespace System.Management.Automation;

public class PSObject
{
    private readonly Dictionary<string, object?> _members = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A custom object: it has the properties that are given to it.</summary>
    public PSObject(params (string Name, object? Value)[] members)
    {
        BaseObject = PSCustomObject.SelfInstance;
        foreach ((string name, object? value) in members)
        {
            _members[name] = value;
        }
    }

    private PSObject(object value) => BaseObject = value;

    public object BaseObject { get; }

    public PSMemberInfoCollection<PSPropertyInfo> Properties => new Members(BaseObject is PSCustomObject
        ? _members.Select(pair => new Property(pair.Key, pair.Value))
        : BaseObject.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => new Property(property.Name, property.GetValue(BaseObject))));

    public static PSObject AsPSObject(object value) => value as PSObject ?? new PSObject(value);

    public override string? ToString() => BaseObject is PSCustomObject ? "@{}" : BaseObject.ToString();

    private sealed class Property : PSPropertyInfo
    {
        public Property(string name, object? value)
        {
            Name = name;
            Value = value;
        }
    }

    private sealed class Members(IEnumerable<PSPropertyInfo> all) : PSMemberInfoCollection<PSPropertyInfo>
    {
        public override PSPropertyInfo? this[string name] =>
            all.FirstOrDefault(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

        public override IEnumerator<PSPropertyInfo> GetEnumerator() => all.GetEnumerator();
    }
}

public class PSCustomObject
{
    internal static readonly PSCustomObject SelfInstance = new();

    private PSCustomObject()
    {
    }
}

public abstract class PSMemberInfo
{
    public string Name { get; protected set; } = string.Empty;

    public virtual object? Value { get; set; }
}

public abstract class PSPropertyInfo : PSMemberInfo;

public abstract class PSMemberInfoCollection<T> : IEnumerable<T>
    where T : PSMemberInfo
{
    public abstract T? this[string name] { get; }

    public abstract IEnumerator<T> GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

public sealed class PSCredential(string userName, SecureString password)
{
    public string UserName { get; } = userName;

    public SecureString Password { get; } = password;

    public NetworkCredential GetNetworkCredential() => new(UserName, Password);
}

public readonly struct SwitchParameter(bool isPresent)
{
    public bool IsPresent { get; } = isPresent;

    public bool ToBool() => IsPresent;

    public static implicit operator bool(SwitchParameter switchParameter) => switchParameter.IsPresent;

    public static implicit operator SwitchParameter(bool value) => new(value);
}

/// <summary>Keeps its text; a test's host decides what running it gives.</summary>
public class ScriptBlock
{
    private readonly string _text;

    private ScriptBlock(string text) => _text = text;

    public static ScriptBlock Create(string script) => new(script);

    public Collections.ObjectModel.Collection<PSObject> Invoke(params object?[] args) => throw NoEngine.Error();

    public override string ToString() => _text;
}

public static class LanguagePrimitives
{
    public static bool TryConvertTo<T>(object valueToConvert, out T result) => throw NoEngine.Error();
}
