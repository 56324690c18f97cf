using System;

namespace CodePipeline.ThirdParty;

/// <summary>The identity of an action type: category, owner, provider and version.</summary>
/// <remarks>
/// The text form is <c>Category/Provider/Version</c>. For an owner other than ThirdParty, it is
/// <c>Category/Owner/Provider/Version</c>.
/// </remarks>
public sealed class ActionTypeId : IEquatable<ActionTypeId>
{
    /// <summary>The owner of every third-party action type.</summary>
    public const string ThirdPartyOwner = "ThirdParty";

    /// <summary>Creates an identity without checking its members.</summary>
    public ActionTypeId(string category, string owner, string provider, string version)
    {
        Category = category;
        Owner = owner;
        Provider = provider;
        Version = version;
    }

    /// <summary>Source, Build, Deploy, Test, Invoke, Approval or Compute.</summary>
    public string Category { get; }

    /// <summary>ThirdParty, AWS or Custom.</summary>
    public string Owner { get; }

    /// <summary>The partner's name for the action: 1 to 35 letters, digits, <c>_</c> or <c>-</c>.</summary>
    public string Provider { get; }

    /// <summary>The version of the action type: 1 to 9 letters, digits, <c>_</c> or <c>-</c>.</summary>
    public string Version { get; }

    /// <inheritdoc/>
    public override string ToString() => Owner == ThirdPartyOwner
        ? $"{Category}/{Provider}/{Version}"
        : $"{Category}/{Owner}/{Provider}/{Version}";

    /// <inheritdoc/>
    public bool Equals(ActionTypeId? other) => other is not null && Category == other.Category && Owner == other.Owner
        && Provider == other.Provider && Version == other.Version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ActionTypeId);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());
}
