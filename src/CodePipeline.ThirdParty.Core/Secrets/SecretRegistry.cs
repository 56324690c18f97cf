using System;

namespace CodePipeline.ThirdParty;

/// <summary>Where every new secret is announced, so that a CI runner can be told to mask it.</summary>
internal static class SecretRegistry
{
    /// <summary>Called with each secret as it comes into being; set once by the host, <see langword="null"/> elsewhere.</summary>
    internal static Action<Secret>? Announced { get; set; }

    internal static void Announce(Secret secret) => Announced?.Invoke(secret);
}
