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

/// <summary>Base of the cmdlets that take one job. Derived classes set the position of -JobId.</summary>
public abstract class JobCommandBase : ConnectedCommand
{
    private bool _isNamed;

    /// <summary>The id of the job.</summary>
    public abstract string JobId { get; set; }

    /// <summary>The client token: one token, a hashtable of client id to token, or a script block.</summary>
    /// <remarks>
    /// Always a <see cref="ClientTokenArgument"/>. The property type is object because PowerShell would otherwise treat
    /// a script block as a delay-bind argument and run it without the client id.
    /// </remarks>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PipedClientTokenTransformation]
    [NoCompletion]
    public object? ClientToken { get; set; }

    /// <summary>The id of the job's client. Used to look up the client token.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClientIdCompleter))]
    public string? ClientId { get; set; }

    /// <summary>The piped object.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The members of the current piped object.</summary>
    private protected PipedObject Piped { get; private set; } = PipedObject.None;

    private protected override object? Target => InputObject?.BaseObject is ThirdPartyJob job ? job
        : PipedObject.CanDisplay(JobId, InputObject) ? JobId
        : null;

    private protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        // Piped values and delay-bind script blocks bind later.
        _isNamed = JobId.Length > 0;
        return Task.CompletedTask;
    }

    private protected sealed override Task ProcessAsync(CancellationToken cancellationToken)
    {
        Piped = PipedObject.From(InputObject);
        JobId = Piped.JobId(JobId, _isNamed, InputObject);
        return ProcessJobAsync(cancellationToken);
    }

    /// <summary>Processes the current job. <see cref="JobId"/> is valid and <see cref="Piped"/> is read.</summary>
    private protected abstract Task ProcessJobAsync(CancellationToken cancellationToken);

    /// <summary>Returns the piped job, or a new one from the parameters, with its client token resolved.</summary>
    private protected async Task<ThirdPartyJob> ResolveJobAsync(CancellationToken cancellationToken)
    {
        ThirdPartyJob? piped = Piped.Job;
        ThirdPartySession session = await EffectiveSessionAsync(Piped, cancellationToken).ConfigureAwait(false);
        string? clientId = string.IsNullOrEmpty(ClientId) ? Piped.ClientId : ClientId;
        Secret token = await ClientTokenResolver.ResolveAsync(
            JobId, clientId, GivenTokenSource(), Piped.ClientToken, session, cancellationToken)
            .ConfigureAwait(false);
        if (piped is null || piped.JobId != JobId)
        {
            return new ThirdPartyJob(JobId, clientId, token, status: null, actionType: null, session);
        }

        // Keeps the piped job's details when this call overrides its settings.
        return piped.ClientId == clientId && Equals(piped.ClientToken, token) && ReferenceEquals(piped.Session, session)
            ? piped
            : piped.With(clientId, token, session);
    }

    /// <summary>The token source of -ClientToken. Ignores the mask of a piped object's token.</summary>
    private IClientTokenSource? GivenTokenSource() =>
        ClientToken is not ClientTokenArgument given || (given.Fault is not null && Piped.HasClientToken)
            ? null
            : given.Source;

    /// <summary>The details of the last response.</summary>
    private protected ResponseDetails LastResponse { get; private set; }

    /// <summary><see cref="ConnectedCommand.Options"/>, which also record the response details.</summary>
    private protected CallOptions RecordingOptions => new()
    {
        Wire = Options.Wire,
        Notice = Options.Notice,
        AskMfaCode = Options.AskMfaCode,
        OnResponse = response => LastResponse = response,
    };

    /// <summary>Parses -Select before the call. Returns null for the cmdlet's own output.</summary>
    private protected SelectExpression? ParseSelect(string? select, bool isPassThru, Type response)
    {
        if (select is null && Piped.Content is ObjectMembers members && members.TryGet("Select", out object? piped))
        {
            select = piped is null ? null : PipedText.Read(piped, "Select", members.IsTable);
        }

        return SelectExpression.Parse(select, isPassThru, GetType(), response);
    }

    /// <summary>Whether the switch is set on the command line or, as in AWS.Tools, in the piped object.</summary>
    private protected bool IsOn(SwitchParameter given, string name) =>
        given || (Piped.Content is ObjectMembers members && members.TryGet(name, out object? piped)
            && piped is true or SwitchParameter { IsPresent: true });

    /// <summary>Reads the job's current details (GetThirdPartyJobDetails).</summary>
    /// <param name="job">The job with its client token.</param>
    /// <param name="what">The end of the verbose message, such as ' for its nonce'.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private protected async Task<ThirdPartyJobDetail> ReadDetailAsync(
        ThirdPartyJob job, string what, CancellationToken cancellationToken)
    {
        WriteVerboseLine($"Reading job {job.JobId}{what} (GetThirdPartyJobDetails).");
        JobDetailsResponse details = await job.Session!.Client
            .GetThirdPartyJobDetailsAsync(job.JobId, job.ClientToken!, RecordingOptions, cancellationToken)
            .ConfigureAwait(false);
        // The service returns details of dispatched and of claimed jobs. Only our own claim confirms InProgress.
        return new ThirdPartyJobDetail(job, details, job.Status == JobStatus.InProgress ? job.Status : null);
    }
}
