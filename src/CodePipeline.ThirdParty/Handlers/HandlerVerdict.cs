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
/// What a job's outcome is, by all that its handler said and did: success only where nothing speaks against it.
/// </summary>
/// <param name="isStrict">Whether errors that end nothing, and exit codes of programs, count.</param>
internal sealed class HandlerVerdict(bool isStrict)
{
    private readonly List<ThirdPartyJobOutcome> _outcomes = new();
    private string? _problem;
    private string? _error;

    /// <summary>Takes note of a record; whether it is for the worker alone, and not to be shown.</summary>
    public bool Takes(HandlerRecord record)
    {
        if (record.Original is ThirdPartyJobOutcome outcome && record.Stream == HandlerStream.Output)
        {
            _outcomes.Add(outcome);
            return true;
        }

        _problem ??= record.OutcomeProblem;
        if (record.IsError && (isStrict || IsOfAnOutcome(record)))
        {
            _error ??= record.Original is ErrorRecord error ? FailureMessageText.FromError(error) : record.Text;
        }

        return false;
    }

    /// <summary>The outcome of a handler that has ended.</summary>
    /// <returns><see langword="null"/> for plain success.</returns>
    /// <exception cref="JobFailedException">The job has failed.</exception>
    public ThirdPartyJobOutcome? Decide(HandlerCompletion end)
    {
        // What the handler itself says of a failure is the best that there is to say.
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
                    "The handler ended by 'break' or 'continue' outside of a loop, which leaves out all that follows.");
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
            throw Failed($"The handler returned {_outcomes.Count} outcomes, and a job has one.");
        }

        if (isStrict && end.ProgramExitCode is string code)
        {
            throw Failed($"The last program that the handler ran ended with exit code {code}.");
        }

        return _outcomes.FirstOrDefault();
    }

    /// <summary>An outcome that could not be made: whatever it was to say, it was not plain success.</summary>
    private static bool IsOfAnOutcome(HandlerRecord record) => record.Original is ErrorRecord error
        && error.FullyQualifiedErrorId.EndsWith(
            "," + typeof(NewThirdPartyJobOutcomeCommand).FullName, StringComparison.Ordinal);

    private JobFailedException Failed(string message) => new(
        FailureType.JobFailed, message,
        _outcomes.Select(outcome => outcome.ExternalExecutionId).FirstOrDefault(id => id is not null));
}
