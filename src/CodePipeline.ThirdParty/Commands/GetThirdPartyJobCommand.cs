using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Retries;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Polls for jobs of an action type (PollForThirdPartyJobs).</summary>
[Cmdlet(VerbsCommon.Get, "CPThirdPartyJob", DefaultParameterSetName = ByType)]
[OutputType(typeof(ThirdPartyJob))]
public sealed class GetThirdPartyJobCommand : ConnectedCommand
{
    private const string ByType = "ActionType";
    private const string ByMembers = "Members";
    private const string Activity = "Waiting for a third-party job";

    private int? _most;

    /// <summary>The action type: 'Test/Contoso/1', the AWS CLI's shorthand, JSON, a hashtable or an object.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = ByType, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Alias("ActionTypeId")]
    [ActionTypeTransformation]
    [ArgumentCompleter(typeof(ActionTypeCompleter))]
    public ActionTypeId? ActionType { get; set; }

    /// <summary>The category of the action type.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByMembers)]
    [ArgumentCompleter(typeof(CategoryCompleter))]
    public string? Category { get; set; }

    /// <summary>The provider of the action type.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByMembers)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string? Provider { get; set; }

    /// <summary>The version of the action type.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByMembers)]
    [ArgumentCompleter(typeof(VersionCompleter))]
    public string? Version { get; set; }

    /// <summary>The owner of the action type.</summary>
    [Parameter(ParameterSetName = ByMembers)]
    [ArgumentCompleter(typeof(OwnerCompleter))]
    public string Owner { get; set; } = ActionTypeId.ThirdPartyOwner;

    /// <summary>The maximum number of jobs in one poll, 1 or more.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(ServiceLimits.MinimumBatchSize, int.MaxValue)]
    [NoCompletion]
    public int? MaxBatchSize { get; set; }

    /// <summary>Polls until a job arrives.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>The maximum wait, in seconds or as a TimeSpan. The default is no limit.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan? Timeout { get; set; }

    /// <summary>The interval between polls, in seconds or as a TimeSpan. The default is 1 s.</summary>
    [Parameter]
    [DurationTransformation]
    [NoCompletion]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The piped object.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The clock for the wait.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    private protected override object? Target => ActionType;

    private protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        PipedObject piped = PipedRequest();
        ActionTypeId actionType = ActionType ?? ActionTypeParser.FromMembers(Category, Owner, Provider, Version);
        ThirdPartySession session = await EffectiveSessionAsync(piped, cancellationToken).ConfigureAwait(false);
        Shell.Sessions.Remember(actionType);
        WriteVerboseLine($"Polling for jobs of {actionType} in {session.Region} (PollForThirdPartyJobs).");
        IReadOnlyList<PolledJob> jobs = Wait
            ? await WaitAsync(session, actionType, cancellationToken).ConfigureAwait(false)
            : await PollAsync(session, actionType, cancellationToken).ConfigureAwait(false);
        WriteVerboseLine($"Received {jobs.Count} {(jobs.Count == 1 ? "job" : "jobs")} of {actionType}.");
        foreach (PolledJob job in jobs)
        {
            Write(new ThirdPartyJob(
                job.JobId, job.ClientId, clientToken: null, JobStatus.Dispatched, actionType, session));
        }
    }

    /// <summary>
    /// Reads the piped action type, request or session. Rejects other objects, because each poll hands out jobs.
    /// </summary>
    private PipedObject PipedRequest()
    {
        PipedObject piped = PipedObject.From(InputObject);
        bool isText = InputObject?.BaseObject is string;
        bool isRequest = InputObject is null || piped.Session is not null || piped.Settings != CallSettings.None
            || InputObject.BaseObject is ActionTypeId or IDictionary or PSCustomObject
            || piped.Content?.Spelling("ActionType") is not null;
        if (isText
            ? !ActionTypeTransformationAttribute.IsSameActionType(InputObject!.BaseObject, ActionType)
            : !isRequest)
        {
            throw new InvalidInputException(
                nameof(InputObject),
                $"Pipe an action type or a request of PollForThirdPartyJobs; got "
                + $"{(isText ? "text beside -ActionType" : InputObject!.BaseObject.GetType().Name)}.",
                "Pass the action type with -ActionType, and pipe nothing.");
        }

        _most = MaxBatchSize;
        if (piped.Content is ObjectMembers members && members.TryGet("maxBatchSize", out object? most))
        {
            long size = PipedNumber.Whole(most, members.Spelling("maxBatchSize")!, fromText: true);
            _most = MaxBatchSize ?? (int)Math.Max(int.MinValue, Math.Min(int.MaxValue, size));
        }

        return piped;
    }

    private Task<IReadOnlyList<PolledJob>> PollAsync(
        ThirdPartySession session, ActionTypeId actionType, CancellationToken cancellationToken) =>
        session.Client.PollForThirdPartyJobsAsync(actionType, _most, Options, cancellationToken);

    private async Task<IReadOnlyList<PolledJob>> WaitAsync(
        ThirdPartySession session, ActionTypeId actionType, CancellationToken cancellationToken)
    {
        long started = Clock.GetTimestamp();
        try
        {
            for (int polls = 1; ; polls++)
            {
                IReadOnlyList<PolledJob> jobs =
                    await PollAsync(session, actionType, cancellationToken).ConfigureAwait(false);
                if (jobs.Count > 0)
                {
                    return jobs;
                }

                TimeSpan waited = Clock.GetElapsedTime(started);
                if (Timeout is TimeSpan limit && waited + PollInterval > limit)
                {
                    throw new RecordException(ErrorCatalog.WaitTimedOut(actionType, limit));
                }

                ShowWaiting(actionType, polls, waited);
                await Clock.DelayAsync(PollInterval, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ShowProgress(new ProgressRecord(0, Activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private void ShowWaiting(ActionTypeId actionType, int polls, TimeSpan waited)
    {
        var progress = new ProgressRecord(0, Activity, string.Format(
            CultureInfo.CurrentCulture, "{0}: {1} {2} in {3:hh\\:mm\\:ss}",
            actionType, polls, polls == 1 ? "poll" : "polls", waited));
        if (Timeout is TimeSpan limit && limit > TimeSpan.Zero)
        {
            progress.PercentComplete = (int)Math.Min(100, 100 * waited.TotalSeconds / limit.TotalSeconds);
            progress.SecondsRemaining = (int)Math.Max(0, (limit - waited).TotalSeconds);
        }

        ShowProgress(progress);
    }
}
