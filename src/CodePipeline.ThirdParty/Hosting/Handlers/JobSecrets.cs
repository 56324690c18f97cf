using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Hosting.Handlers;

/// <summary>The secrets of one job, and their masking in what its handler writes.</summary>
internal sealed class JobSecrets
{
    private readonly IReadOnlyList<string> _values;

    private JobSecrets(IReadOnlyList<string> values) => _values = values;

    /// <summary>
    /// Client token, artifact credentials, and configuration values whose key looks secret or is named.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="named">Keys of the configuration whose values are secret too; upper and lower case are alike.</param>
    public static JobSecrets Of(ThirdPartyJob job, IReadOnlyCollection<string> named)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        Add(job.ClientToken?.Reveal());
        if (job is ThirdPartyJobDetail detail)
        {
            Add(detail.ArtifactCredentials?.SecretAccessKey.Reveal());
            Add(detail.ArtifactCredentials?.SessionToken.Reveal());
            Add(detail.ArtifactCredentials?.AccessKeyId.Reveal());
            foreach (string key in detail.Configuration)
            {
                bool isNamed = named.Contains(key, StringComparer.OrdinalIgnoreCase);
                if (isNamed || SecretKeys.LooksSecret(key))
                {
                    Add(detail.Configuration[key]);
                }

                if (isNamed && detail.Configuration[key] is { Length: > 0 } value)
                {
                    SecretRegistry.Announce(value);
                }
            }
        }

        // Longer ones first: a secret that holds another one goes as a whole.
        return new JobSecrets(values.OrderByDescending(value => value.Length).ToList());

        void Add(string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                values.Add(value!);
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
