using System;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>What a user gives of a result, as the service takes it. Used by all cmdlets that make results.</summary>
/// <param name="subject">What the result is of, for warnings: 'job 7'.</param>
/// <param name="warn">Hears that a text was cut.</param>
internal sealed class ResultTextLimits(string subject, Action<string> warn)
{
    public string? Summary(string? text) => Cut(ServiceLimits.Summary, text, "summary");

    public FailureResult Failure(FailureType type, string message, string? externalExecutionId) =>
        new(type, Cut(ServiceLimits.FailureMessage, message, "failure message") ?? message, externalExecutionId);

    public JobRevision? Revision(JobRevision? revision) => revision is null
        ? null
        : revision with { Summary = Cut(ServiceLimits.RevisionSummary, revision.Summary, "revision summary") };

    /// <summary>The revision that the parameters name, if any.</summary>
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
                "A revision has both -Revision and -RevisionChangeIdentifier.",
                "Give both, or none of the revision's parameters.");
        }

        return new JobRevision(revision, changeIdentifier, created, summary);
    }

    /// <summary>
    /// The time in UTC. East of Greenwich the first hours of year 1 have no UTC time: they become its first moment.
    /// </summary>
    public static DateTimeOffset Time(DateTime time) => new(time.ToUniversalTime());

    /// <summary>A result must not be lost because its text is too long.</summary>
    private string? Cut(TextLimit limit, string? text, string what)
    {
        if (string.IsNullOrEmpty(text))
        {
            // An empty text is none: the service would refuse it, and the result with it.
            return null;
        }

        string cut = limit.Cut(text!);
        if (cut.Length < text!.Length)
        {
            warn(
                $"The {what} of {subject} has {text.Length} characters; the service takes {limit.Maximum}. "
                + "It was cut.");
        }

        return cut;
    }
}
