using System.Collections;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>The caller's settings for each handler runspace.</summary>
internal sealed record RunspaceSettings
{
    /// <summary>The values of <c>$using:</c>.</summary>
    public IDictionary Using { get; init; } = new Hashtable();

    /// <summary>
    /// The start location of handlers; <see langword="null"/> if the caller's location is not in the file system.
    /// </summary>
    public string? Location { get; init; }

    /// <summary>The caller's preference variables, by name.</summary>
    public IReadOnlyDictionary<string, object> Preferences { get; init; } = new Dictionary<string, object>();

    /// <summary>The caller's sessions.</summary>
    public IReadOnlyList<ThirdPartySession> Sessions { get; init; } = new List<ThirdPartySession>();

    /// <summary>The worker's session, which cmdlets in a handler use when none is named.</summary>
    public ThirdPartySession? Current { get; init; }
}
