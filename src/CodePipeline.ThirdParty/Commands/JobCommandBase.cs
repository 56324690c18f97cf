using System;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// What cmdlets about one job have in common; where the id stands among the arguments is theirs to say.
/// </summary>
public abstract class JobCommandBase : ConnectedCommand
{
    private bool _isNamed;

    /// <summary>The id of the job.</summary>
    public abstract string JobId { get; set; }

    /// <summary>The token of the job's client: one, a hashtable of client id to token, or a script block.</summary>
    /// <remarks>
    /// Always a <see cref="ClientTokenArgument"/>. Of any other type than object, PowerShell would take a script block
    /// for a delay-bound one, and run it itself, without the client id.
    /// </remarks>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PipedClientTokenTransformation]
    [NoCompletion]
    public object? ClientToken { get; set; }

    /// <summary>The id of the job's client, by which the token is looked up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClientIdCompleter))]
    public string? ClientId { get; set; }

    /// <summary>What came down the pipeline.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>What came down the pipeline, read; of the record at work.</summary>
    private protected PipedObject Piped { get; private set; } = PipedObject.None;

    private protected override object? Target => InputObject?.BaseObject is ThirdPartyJob job ? job
        : PipedObject.IsShown(JobId, InputObject) ? JobId
        : null;

    private protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        // What comes from the pipeline, by a script block too, is bound later.
        _isNamed = JobId.Length > 0;
        return Task.CompletedTask;
    }

    private protected sealed override Task ProcessAsync(CancellationToken cancellationToken)
    {
        Piped = PipedObject.From(InputObject);
        JobId = Piped.JobId(JobId, _isNamed, InputObject);
        return ProcessJobAsync(cancellationToken);
    }

    /// <summary>Works on the job of the record; its id is one, and what was piped is read.</summary>
    private protected abstract Task ProcessJobAsync(CancellationToken cancellationToken);

    /// <summary>The job to work on, with its token found: the piped one, or one made of the parameters.</summary>
    private protected async Task<ThirdPartyJob> ResolveJobAsync(CancellationToken cancellationToken)
    {
        ThirdPartyJob? piped = Piped.Job;
        ThirdPartySession session = await EffectiveSessionAsync(Piped, cancellationToken).ConfigureAwait(false);
        string? clientId = string.IsNullOrEmpty(ClientId) ? Piped.ClientId : ClientId;
        Secret token = await ClientTokenResolver.ResolveAsync(
            JobId, clientId, GivenToken(), Piped.ClientToken, session, cancellationToken)
            .ConfigureAwait(false);
        if (piped is null || piped.JobId != JobId)
        {
            return new ThirdPartyJob(JobId, clientId, token, status: null, actionType: null, session);
        }

        // Also where the call's own settings differ from the job's, its details go on down the pipeline.
        return piped.ClientId == clientId && Equals(piped.ClientToken, token) && ReferenceEquals(piped.Session, session)
            ? piped
            : piped.With(clientId, token, session);
    }

    /// <summary>Where the parameter says that tokens come from. A mask in a piped object says nothing.</summary>
    private IClientTokenSource? GivenToken() =>
        ClientToken is not ClientTokenArgument given || (given.Fault is not null && Piped.HasClientToken)
            ? null
            : given.Source;

    /// <summary>What is known of the last answer as a whole.</summary>
    private protected ResponseDetails Facts { get; private set; }

    /// <summary>As <see cref="ConnectedCommand.Options"/>, and notes what is known of the answer.</summary>
    private protected CallOptions Noting => new()
    {
        Wire = Options.Wire,
        Notice = Options.Notice,
        AskMfaCode = Options.AskMfaCode,
        OnResponse = facts => Facts = facts,
    };

    /// <summary>What -Select picks, checked before the call; none where the cmdlet's own output is wanted.</summary>
    private protected SelectExpression? Selected(string? select, bool isPassThru, Type response)
    {
        if (select is null && Piped.Content is ObjectMembers members && members.TryGet("Select", out object? piped))
        {
            select = piped is null ? null : PipedText.Read(piped, "Select", members.IsTable);
        }

        return SelectExpression.Parse(select, isPassThru, GetType(), response);
    }

    /// <summary>Whether a switch is given, or stands in the piped object as in one for AWS.Tools.</summary>
    private protected bool IsOn(SwitchParameter given, string name) =>
        given || (Piped.Content is ObjectMembers members && members.TryGet(name, out object? piped)
            && piped is true or SwitchParameter { IsPresent: true });

    /// <summary>The job with its details as they are now (GetThirdPartyJobDetails).</summary>
    /// <param name="job">The job, with its token.</param>
    /// <param name="what">What is read, in words: ' for its nonce'.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private protected async Task<ThirdPartyJobDetail> ReadDetailAsync(
        ThirdPartyJob job, string what, CancellationToken cancellationToken)
    {
        Say($"Reading job {job.JobId}{what} (GetThirdPartyJobDetails).");
        JobDetailsResponse details = await job.Session!.Client
            .GetThirdPartyJobDetailsAsync(job.JobId, job.ClientToken!, Noting, cancellationToken)
            .ConfigureAwait(false);
        // Details are given of jobs that are handed out and of jobs that are claimed: only what was claimed by us is known.
        return new ThirdPartyJobDetail(job, details, job.Status == JobStatus.InProgress ? job.Status : null);
    }
}
