using System;

namespace CodePipeline.ThirdParty;

/// <summary>The identity of an action type: category, owner, provider and version.</summary>
/// <remarks>
/// Text form <c>Category/Provider/Version</c>, or <c>Category/Owner/Provider/Version</c> for another owner.
/// </remarks>
public sealed class ActionTypeId : IEquatable<ActionTypeId>
{
    /// <summary>The owner of every third-party action type.</summary>
    public const string ThirdPartyOwner = "ThirdParty";

    /// <summary>Creates an identity as the service gave it; nothing is checked.</summary>
    public ActionTypeId(string category, string owner, string provider, string version)
    {
        Category = category;
        Owner = owner;
        Provider = provider;
        Version = version;
    }

    /// <summary>Source, Build, Deploy, Test, Invoke, Approval or Compute.</summary>
    public string Category { get; }

    /// <summary>ThirdParty; the service also knows AWS and Custom.</summary>
    public string Owner { get; }

    /// <summary>The partner's name for the action, 1 to 35 of letters, digits, <c>_</c> and <c>-</c>.</summary>
    public string Provider { get; }

    /// <summary>The version of the action type, 1 to 9 of letters, digits, <c>_</c> and <c>-</c>.</summary>
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
