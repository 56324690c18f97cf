using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Hosting.Handlers;

/// <summary>The secrets of one job, and their masking in what its handler writes.</summary>
internal sealed class JobSecrets
{
    // Masking shorter ones would make any text unreadable, and hide nothing.
    private const int Shortest = 3;

    // Longer ones first: a secret that holds another one goes as a whole.
    private readonly IReadOnlyList<string> _values;

    private JobSecrets(IReadOnlyList<string> values) => _values = values;

    /// <summary>
    /// Client token, artifact credentials, and configuration values whose key looks secret or is named.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="named">Keys of the configuration whose values are secret too; upper and lower case are alike.</param>
    public static JobSecrets Of(ThirdPartyJob job, IReadOnlyCollection<string> named) => new(
        Values(job, named)
            .Where(value => value is not null && value.Length >= Shortest)
            .SelectMany(value => new[] { value!, Uri.EscapeDataString(value!) })
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(value => value.Length)
            .ToList());

    private static IEnumerable<string?> Values(ThirdPartyJob job, IReadOnlyCollection<string> named)
    {
        yield return job.ClientToken?.Reveal();
        if (job is not ThirdPartyJobDetail detail)
        {
            yield break;
        }

        yield return detail.ArtifactCredentials?.SecretAccessKey.Reveal();
        yield return detail.ArtifactCredentials?.SessionToken.Reveal();
        yield return detail.ArtifactCredentials?.AccessKeyId.Reveal();
        foreach (string key in detail.Configuration)
        {
            if (SecretKeys.LooksSecret(key) || named.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                yield return detail.Configuration[key];
            }
        }
    }

    public string Mask(string text)
    {
        foreach (string value in _values)
        {
            text = text.Replace(value, Secret.Mask);
        }

        return text;
    }
}
