using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Puts <c>***</c> in the place of a job's secrets.</summary>
internal sealed class SecretMask
{
    private readonly Func<IReadOnlyCollection<Secret?>> _secrets;
    private readonly JobConfiguration _configuration;
    private readonly IReadOnlyCollection<string> _secretKeys;

    // Made anew when there are more secrets: a handler may write thousands of lines.
    private volatile MaskedTexts? _texts;

    /// <summary>Masks the secrets of a job.</summary>
    /// <param name="secrets">Its token and keys; they become more as keys are renewed, and never fewer.</param>
    /// <param name="configuration">Its configuration, of which those values are secret whose key looks so.</param>
    /// <param name="secretKeys">Keys whose values are secret too; upper and lower case are alike.</param>
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

    /// <summary>The secrets of a job in a handler's hands.</summary>
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

    /// <summary>The error itself, where nothing secret shows in it; else none.</summary>
    public Exception? Clean(Exception error)
    {
        string text = error.ToString();
        return Apply(text) == text ? error : null;
    }

    /// <summary>The longest first: one may stand in another.</summary>
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

    /// <summary>What is masked, and of how many secrets it was made.</summary>
    private sealed record MaskedTexts(int Count, SecretEncodings[] Secrets);
}
