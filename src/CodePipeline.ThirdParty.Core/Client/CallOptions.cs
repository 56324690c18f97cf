using System;

namespace CodePipeline.ThirdParty.Client;

/// <summary>What one call reports while it runs.</summary>
public sealed class CallOptions
{
    /// <summary>Nothing is reported.</summary>
    public static CallOptions Quiet { get; } = new();

    /// <summary>
    /// Takes each request and answer as text, secrets redacted; <see langword="null"/> costs nothing.
    /// </summary>
    public Action<string>? Wire { get; init; }
}
