using System;
using System.Globalization;
using System.Management.Automation;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Hosting;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// The result in an input file of the AWS CLI (<c>--cli-input-json</c>), as ConvertFrom-Json gives it.
/// </summary>
/// <remarks>
/// Read from the object itself, not bound by name: a job from the pipeline has a continuation token too, which is the
/// earlier job's and must not be reported again.
/// </remarks>
internal sealed class CliResult
{
    private static readonly CliResult s_none = new();
    private static readonly long s_first = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long s_last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public string? Summary { get; private init; }

    public string? ExternalExecutionId { get; private init; }

    public int? PercentComplete { get; private init; }

    public string? ContinuationToken { get; private init; }

    public JobRevision? Revision { get; private init; }

    public FailureResult? Failure { get; private init; }

    public static CliResult Of(PSObject? input)
    {
        if (input?.BaseObject is not PSCustomObject)
        {
            return s_none;
        }

        PSObject? execution = Member(input, "executionDetails") as PSObject;
        return new CliResult
        {
            Summary = Text(execution, "summary"),
            ExternalExecutionId = Text(execution, "externalExecutionId"),
            PercentComplete = Percent(Member(execution, "percentComplete")),
            ContinuationToken = Text(input, "continuationToken"),
            Revision = RevisionOf(Member(input, "currentRevision") as PSObject),
            Failure = FailureOf(Member(input, "failureDetails") as PSObject),
        };
    }

    /// <summary>The revision; one that stands in a skeleton and was not filled in is none.</summary>
    private static JobRevision? RevisionOf(PSObject? revision)
    {
        string? id = Text(revision, "revision");
        string? change = Text(revision, "changeIdentifier");
        string? summary = Text(revision, "revisionSummary");
        DateTimeOffset? created = Time(Member(revision, "created"));
        return id is null && change is null && summary is null && created is null
            ? null
            : new JobRevision(
                ServiceLimits.Revision.Check(id, "currentRevision.revision"),
                ServiceLimits.ChangeIdentifier.Check(change, "currentRevision.changeIdentifier"),
                created,
                summary);
    }

    private static FailureResult? FailureOf(PSObject? failure)
    {
        if (failure is null)
        {
            return null;
        }

        string text = ClosedList.Check(
            ServiceLimits.FailureTypes, Text(failure, "type") ?? string.Empty, "failureDetails.type");
        _ = Enum.TryParse(text, out FailureType type);
        return new FailureResult(
            type,
            Text(failure, "message") ?? string.Empty,
            Text(failure, "externalExecutionId"));
    }

    private static DateTimeOffset? Time(object? value) => value switch
    {
        null => null,
        DateTime time => ResultText.Time(time),
        string text when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) => time,
        IConvertible number
            when value is not string && Number(number) is decimal seconds
                && seconds >= s_first && seconds <= s_last =>
            seconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)),
        _ => throw new InvalidInputException(
            "currentRevision.created",
            $"currentRevision.created '{value}' is not a time.",
            "Give seconds since 1970, or a time such as 2026-01-31T12:00:00Z."),
    };

    private static int? Percent(object? value) => value switch
    {
        null => null,
        IConvertible number when Number(number) is decimal percent
            && percent is >= ServiceLimits.MinimumPercentComplete and <= ServiceLimits.MaximumPercentComplete =>
            (int)percent,
        _ => throw new InvalidInputException(
            "executionDetails.percentComplete",
            $"executionDetails.percentComplete '{value}' is not a percentage.",
            $"Give a whole number, {ServiceLimits.MinimumPercentComplete} to {ServiceLimits.MaximumPercentComplete}."),
    };

    private static decimal? Number(IConvertible value)
    {
        try
        {
            return value.ToDecimal(CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is FormatException or InvalidCastException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>
    /// Names in the CLI's own case only: <c>ContinuationToken</c> is a job's, <c>continuationToken</c> a request's.
    /// </summary>
    private static object? Member(PSObject? value, string name)
    {
        PSPropertyInfo? property = value?.Properties[name];
        object? found = property is not null && property.Name == name ? property.Value : null;
        return PSValues.Unwrap(found);
    }

    private static string? Text(PSObject? value, string name)
    {
        string? text = Member(value, name)?.ToString();
        return string.IsNullOrEmpty(text) ? null : text;
    }
}
