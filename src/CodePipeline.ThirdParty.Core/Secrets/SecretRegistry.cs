using System;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>Where every new secret is announced, so that a CI runner can be told to mask it.</summary>
internal static class SecretRegistry
{
    /// <summary>Called with the text of each secret as it comes into being; set by the host on a runner only.</summary>
    public static Action<string>? Announced { get; set; }

    public static void Announce(string secret) => Announced?.Invoke(secret);
}
