using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Replaces a job's secrets in texts with <c>***</c>.</summary>
internal sealed class SecretMask
{
    private readonly Func<IReadOnlyCollection<Secret?>> _secrets;
    private readonly JobConfiguration _configuration;
    private readonly IReadOnlyCollection<string> _secretKeys;

    // Cached, because a handler may write thousands of lines. Rebuilt when the number of secrets grows.
    private volatile MaskedTexts? _texts;

    /// <summary>Creates a mask for one job.</summary>
    /// <param name="secrets">
    /// Returns the job's client token and credentials. Renewed credentials may be added; none may be removed.
    /// </param>
    /// <param name="configuration">
    /// The job's configuration. The mask covers the values of keys that <see cref="SecretKeys.LooksSecret"/> accepts.
    /// </param>
    /// <param name="secretKeys">More configuration keys with secret values; case-insensitive.</param>
    public SecretMask(
        Func<IReadOnlyCollection<Secret?>> secrets,
        JobConfiguration configuration,
        IReadOnlyCollection<string> secretKeys)
    {
        _secrets = secrets;
        _configuration = configuration;
        _secretKeys = secretKeys;
    }

    public static SecretMask ForJob(IWorkerJob job, IReadOnlyCollection<string> secretKeys) =>
        new(() => job.Secrets, job.Configuration, secretKeys);

    /// <summary>Creates the mask for a job that a handler received. Does not cover credentials renewed later.</summary>
    public static SecretMask ForJob(ThirdPartyJob job, IReadOnlyCollection<string> secretKeys)
    {
        var detail = job as ThirdPartyJobDetail;
        ArtifactCredentials? keys = detail?.ArtifactCredentials;
        Secret?[] secrets = { job.ClientToken, keys?.SecretAccessKey, keys?.SessionToken, keys?.AccessKeyId };
        return new SecretMask(() => secrets, detail?.Configuration ?? JobConfiguration.Empty, secretKeys);
    }

    public string Apply(string text)
    {
        IReadOnlyCollection<Secret?> secrets = _secrets();
        int count = secrets.Count;
        if (_texts is not MaskedTexts known || known.Count != count)
        {
            _texts = known = new MaskedTexts(count, TextsOf(secrets));
        }

        foreach (SecretEncodings secret in known.Secrets)
        {
            text = secret.Apply(text);
        }

        return text;
    }

    /// <summary>Returns the error; <see langword="null"/> if its text contains a secret.</summary>
    public Exception? Clean(Exception error)
    {
        string text = error.ToString();
        return Apply(text) == text ? error : null;
    }

    /// <summary>The texts to mask, longest first, because one may contain another.</summary>
    private SecretEncodings[] TextsOf(IEnumerable<Secret?> secrets) => secrets
        .Select(secret => secret?.Reveal() ?? string.Empty)
        .Concat(_configuration
            .Where(key => SecretKeys.LooksSecret(key) || _secretKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
            .Select(key => _configuration[key] ?? string.Empty))
        .SelectMany(secret => MaskRules.LinesOf(secret).Prepend(secret))
        .Where(MaskRules.IsMaskable)
        .Distinct(StringComparer.Ordinal)
        .OrderByDescending(secret => secret.Length)
        .Select(secret => new SecretEncodings(secret))
        .ToArray();

    /// <summary>The cached texts, and the number of secrets when they were built.</summary>
    private sealed record MaskedTexts(int Count, SecretEncodings[] Secrets);
}
