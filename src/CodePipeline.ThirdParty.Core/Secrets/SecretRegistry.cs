using System;

namespace CodePipeline.ThirdParty.Secrets;

/// <summary>Announces every new secret, so that a CI runner can mask it.</summary>
internal static class SecretRegistry
{
    /// <summary>Called with the text of each new secret. The host sets it only on a CI runner.</summary>
    public static Action<string>? Announced { get; set; }

    public static void Announce(string secret) => Announced?.Invoke(secret);
}
