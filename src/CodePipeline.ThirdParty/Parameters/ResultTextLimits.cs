using System;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Fits the texts of a result to the service's limits.</summary>
/// <param name="subject">The subject of the warnings, such as 'job 7'.</param>
/// <param name="warn">Called with a warning when a text is cut.</param>
internal sealed class ResultTextLimits(string subject, Action<string> warn)
{
    public string? Summary(string? text) => Cut(ServiceLimits.Summary, text, "summary");

    public FailureResult Failure(FailureType type, string message, string? externalExecutionId) =>
        new(type, Cut(ServiceLimits.FailureMessage, message, "failure message") ?? message, externalExecutionId);

    public JobRevision? Revision(JobRevision? revision) => revision is null
        ? null
        : revision with { Summary = Cut(ServiceLimits.RevisionSummary, revision.Summary, "revision summary") };

    /// <summary>The revision from the parameters; null if none is set.</summary>
    public static JobRevision? Revision(
        string? revision, string? changeIdentifier, DateTimeOffset? created, string? summary)
    {
        if (revision is null && changeIdentifier is null && created is null && summary is null)
        {
            return null;
        }

        if (revision is null || changeIdentifier is null)
        {
            throw new InvalidInputException(
                revision is null ? "Revision" : "RevisionChangeIdentifier",
                "A revision needs both -Revision and -RevisionChangeIdentifier.",
                "Pass both, or none of the revision parameters.");
        }

        return new JobRevision(revision, changeIdentifier, created, summary);
    }

    /// <summary>The time in UTC. A time before the first UTC moment of year 1 becomes that moment.</summary>
    public static DateTimeOffset Time(DateTime time) => new(time.ToUniversalTime());

    /// <summary>Cuts a text that is too long, because the service would reject the whole result.</summary>
    private string? Cut(TextLimit limit, string? text, string what)
    {
        if (string.IsNullOrEmpty(text))
        {
            // The service rejects empty text, and the result with it.
            return null;
        }

        string cut = limit.Cut(text!);
        if (cut.Length < text!.Length)
        {
            warn(
                $"The {what} of {subject} has {text.Length} characters; the service accepts {limit.Maximum}. "
                + "The rest was cut.");
        }

        return cut;
    }
}
