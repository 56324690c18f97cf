using System.Collections;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>What each runspace of a pool of handlers has of its caller's.</summary>
internal sealed record RunspaceSettings
{
    /// <summary>The values of <c>$using:</c>.</summary>
    public IDictionary Using { get; init; } = new Hashtable();

    /// <summary>
    /// Where handlers begin; <see langword="null"/> where the caller is at no place of the file system.
    /// </summary>
    public string? Location { get; init; }

    /// <summary>The caller's preference variables, by name.</summary>
    public IReadOnlyDictionary<string, object> Preferences { get; init; } = new Dictionary<string, object>();

    /// <summary>The caller's sessions.</summary>
    public IReadOnlyList<ThirdPartySession> Sessions { get; init; } = new List<ThirdPartySession>();

    /// <summary>The worker's own session, which cmdlets in a handler use where they name none.</summary>
    public ThirdPartySession? Current { get; init; }
}
