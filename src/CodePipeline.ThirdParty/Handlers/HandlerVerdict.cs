using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Worker;
using JobFailedException = CodePipeline.ThirdParty.Worker.JobFailedException;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// Decides a job's outcome from its handler's records and completion. The job succeeds only if nothing indicates a
/// failure.
/// </summary>
/// <param name="isStrict">Whether non-terminating errors and exit codes of programs fail the job.</param>
internal sealed class HandlerVerdict(bool isStrict)
{
    private readonly List<ThirdPartyJobOutcome> _outcomes = new();
    private string? _problem;
    private string? _error;

    /// <summary>Evaluates a record. Returns true for an outcome, which is not displayed.</summary>
    public bool Evaluate(HandlerRecord record)
    {
        if (record.Original is ThirdPartyJobOutcome outcome && record.Stream == HandlerStream.Output)
        {
            _outcomes.Add(outcome);
            return true;
        }

        _problem ??= record.OutcomeProblem;
        if (record.IsError && (isStrict || IsOutcomeError(record)))
        {
            _error ??= record.Original is ErrorRecord error ? FailureMessageText.FromError(error) : record.Text;
        }

        return false;
    }

    /// <summary>The outcome of a completed handler.</summary>
    /// <returns><see langword="null"/> for plain success.</returns>
    /// <exception cref="JobFailedException">The job failed.</exception>
    public ThirdPartyJobOutcome? Decide(HandlerCompletion end)
    {
        // The handler's own failure is the most precise one.
        if (_outcomes.FirstOrDefault(outcome => outcome.Failure is not null) is ThirdPartyJobOutcome failure)
        {
            return failure;
        }

        switch (end.Kind)
        {
            case HandlerCompletionKind.Exited:
                throw Failed($"The handler ended itself with 'exit {end.ExitCode}'.");
            case HandlerCompletionKind.BrokeOut:
                throw Failed(
                    "The handler ended by 'break' or 'continue' outside a loop, which skips the rest of the script.");
            case HandlerCompletionKind.Failed:
                throw Failed(FailureMessageText.FromError(end.Error!));
        }

        if (_error is not null)
        {
            throw Failed(_error);
        }

        if (_problem is not null)
        {
            throw Failed(_problem);
        }

        if (_outcomes.Count > 1)
        {
            throw Failed($"The handler returned {_outcomes.Count} outcomes, but a job has exactly one.");
        }

        if (isStrict && end.ProgramExitCode is string code)
        {
            throw Failed($"The last program that the handler ran ended with exit code {code}.");
        }

        return _outcomes.FirstOrDefault();
    }

    /// <summary>
    /// Whether the error comes from New-CPThirdPartyJobOutcome. The handler then meant something other than plain
    /// success.
    /// </summary>
    private static bool IsOutcomeError(HandlerRecord record) => record.Original is ErrorRecord error
        && error.FullyQualifiedErrorId.EndsWith(
            "," + typeof(NewThirdPartyJobOutcomeCommand).FullName, StringComparison.Ordinal);

    private JobFailedException Failed(string message) => new(
        FailureType.JobFailed, message,
        _outcomes.Select(outcome => outcome.ExternalExecutionId).FirstOrDefault(id => id is not null));
}
