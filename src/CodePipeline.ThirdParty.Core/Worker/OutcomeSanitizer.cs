using System;
using System.Collections.Generic;
using System.Globalization;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>
/// Turns a handler's outcome into a result that the service accepts. Masks secrets, truncates long texts, and leaves
/// out invalid values.
/// </summary>
/// <param name="mask">Masks the secrets in a text.</param>
internal sealed class OutcomeSanitizer(Func<string, string> mask)
{
    private readonly List<string> _warnings = new();

    /// <summary>One sentence for each value that was changed or left out.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public ThirdPartyJobOutcome Sanitize(ThirdPartyJobOutcome outcome) => outcome.Failure is FailureResult failure
        ? ThirdPartyJobOutcome.From(Failure(failure))
        : Success(outcome.Success!);

    private ThirdPartyJobOutcome Success(SuccessResult success)
    {
        // Without its continuation token, the action would count as complete.
        if (success.ContinuationToken is string token && !ServiceLimits.ContinuationToken.Allows(token))
        {
            string message = string.Format(
                CultureInfo.InvariantCulture,
                "The handler's continuation token has {0} characters. The service accepts {1} to {2}. Store the state "
                + "elsewhere, and put a reference to it in the token.",
                token.Length,
                ServiceLimits.ContinuationToken.Minimum,
                ServiceLimits.ContinuationToken.Maximum);
            return ThirdPartyJobOutcome.From(
                new FailureResult(FailureType.JobFailed, message, Id(success.ExternalExecutionId)));
        }

        return ThirdPartyJobOutcome.From(new SuccessResult
        {
            Summary = Text(ServiceLimits.Summary, success.Summary, "summary"),
            ExternalExecutionId = Id(success.ExternalExecutionId),
            PercentComplete = Percent(success.PercentComplete),
            ContinuationToken = success.ContinuationToken,
            Revision = Revision(success.Revision),
        });
    }

    private FailureResult Failure(FailureResult failure)
    {
        string message = Text(ServiceLimits.FailureMessage, failure.Message, "failure message")
            ?? "The handler failed without a message.";
        FailureType type = failure.Type;
        if (type is < FailureType.JobFailed or > FailureType.SystemUnavailable)
        {
            _warnings.Add(
                $"The service does not know the failure type {(int)type}. The worker reports JobFailed instead.");
            type = FailureType.JobFailed;
        }

        return new FailureResult(type, message, Id(failure.ExternalExecutionId));
    }

    private JobRevision? Revision(JobRevision? revision)
    {
        if (revision is null)
        {
            return null;
        }

        // A truncated revision would name a different revision.
        if (!ServiceLimits.Revision.Allows(revision.Revision)
            || !ServiceLimits.ChangeIdentifier.Allows(revision.ChangeIdentifier))
        {
            _warnings.Add(
                "The revision or its change identifier is empty or too long. The worker leaves the revision out of the "
                + "result.");
            return null;
        }

        return revision with { Summary = Text(ServiceLimits.RevisionSummary, revision.Summary, "revision summary") };
    }

    private int? Percent(int? percent)
    {
        if (percent is < ServiceLimits.MinimumPercentComplete or > ServiceLimits.MaximumPercentComplete)
        {
            _warnings.Add($"{percent} percent is not between 0 and 100. The worker leaves it out of the result.");
            return null;
        }

        return percent;
    }

    private string? Id(string? id)
    {
        if (string.IsNullOrEmpty(id))
        {
            return null;
        }

        id = mask(id!);
        if (!ServiceLimits.ExternalExecutionId.Allows(id))
        {
            _warnings.Add(
                $"The external execution id has {id.Length} characters. The service accepts "
                + $"{ServiceLimits.ExternalExecutionId.Maximum}. The worker leaves it out of the result.");
            return null;
        }

        return id;
    }

    private string? Text(TextLimit limit, string? text, string what)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        // Mask before truncating: the mask would not recognize a truncated secret.
        string masked = mask(text!);
        string truncated = limit.Cut(masked);
        if (truncated.Length < masked.Length)
        {
            _warnings.Add(
                $"The {what} has {masked.Length} characters. The service accepts {limit.Maximum}. The worker truncates "
                + "it.");
        }

        return truncated;
    }
}
