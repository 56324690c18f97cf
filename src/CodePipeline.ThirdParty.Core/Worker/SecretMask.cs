using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Puts <c>***</c> in the place of a job's secrets.</summary>
internal sealed class SecretMask
{
    // Masking shorter ones would make any text unreadable, and hide nothing.
    private const int Shortest = 3;

    private readonly IWorkerJob _job;
    private readonly IReadOnlyCollection<string> _secretKeys;

    public SecretMask(IWorkerJob job, IReadOnlyCollection<string> secretKeys)
    {
        _job = job;
        _secretKeys = secretKeys;
    }

    public string Apply(string text)
    {
        foreach (string secret in Secrets())
        {
            text = text.Replace(secret, Secret.Mask);
        }

        return text;
    }

    /// <summary>The error itself, where nothing secret shows in it; else none.</summary>
    public Exception? Clean(Exception error)
    {
        string text = error.ToString();
        return Apply(text) == text ? error : null;
    }

    /// <summary>The longest first: one may stand in another. Asked for each time, as keys are renewed.</summary>
    private IEnumerable<string> Secrets() => _job.Secrets.Select(secret => secret.Reveal())
        .Concat(_job.Configuration
            .Where(key => SecretKeys.LooksSecret(key) || _secretKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
            .Select(key => _job.Configuration[key] ?? string.Empty))
        .Where(secret => secret.Length >= Shortest)
        .SelectMany(Forms)
        .Distinct(StringComparer.Ordinal)
        .OrderByDescending(secret => secret.Length);

    /// <summary>As it is, as it stands in an address, and each longer line of a key file.</summary>
    private static IEnumerable<string> Forms(string secret)
    {
        const int LongLine = 16;
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        if (secret.IndexOf('\n') >= 0)
        {
            foreach (string line in secret.Split('\n').Select(line => line.Trim()).Where(line => line.Length >= LongLine))
            {
                yield return line;
            }
        }
    }
}
