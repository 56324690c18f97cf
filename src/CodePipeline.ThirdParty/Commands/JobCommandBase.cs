using System.Collections;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Tokens;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// What cmdlets about one job have in common; where the id stands among the arguments is theirs to say.
/// </summary>
public abstract class JobCommandBase : ConnectedCommand
{
    /// <summary>The id of the job.</summary>
    public abstract string JobId { get; set; }

    /// <summary>The token of the job's client: one, a hashtable of client id to token, or a script block.</summary>
    /// <remarks>
    /// Always a <see cref="ClientTokenArgument"/>. Of any other type than object, PowerShell would take a script block
    /// for a delay-bound one, and run it itself, without the client id.
    /// </remarks>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ClientTokenTransformation]
    [NoCompletion]
    public object? ClientToken { get; set; }

    /// <summary>The id of the job's client, by which the token is looked up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClientIdCompleter))]
    public string? ClientId { get; set; }

    /// <summary>What came down the pipeline.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    private protected ThirdPartyJob? PipedJob => InputObject?.BaseObject as ThirdPartyJob;

    private protected override object? Target => PipedJob ?? (HasNoJobId ? null : (object)JobId);

    /// <summary>
    /// Whether what came has no job id. PowerShell binds it as a whole then, as text with all that is in it: a client
    /// token among others, which must neither be sent nor shown.
    /// </summary>
    private bool HasNoJobId => InputObject is { BaseObject: PSCustomObject or IDictionary } piped
        && piped.Properties["JobId"] is null && JobId == piped.ToString();

    /// <summary>The job to work on, with its token found: the piped one, or one made of the parameters.</summary>
    private protected async Task<ThirdPartyJob> ResolveJobAsync(CancellationToken cancellationToken)
    {
        if (HasNoJobId)
        {
            throw new InvalidInputException(
                "JobId", "The object from the pipeline has no jobId.",
                "Give it a member jobId, or name the job with -JobId.");
        }

        ThirdPartyJob? piped = PipedJob;
        ThirdPartySession session =
            await EffectiveSessionAsync(piped?.Session, cancellationToken).ConfigureAwait(false);
        string? clientId = ClientId ?? piped?.ClientId;
        Secret token = await ClientTokenResolver.ResolveAsync(
            JobId, clientId, (ClientToken as ClientTokenArgument)?.Source, piped?.ClientToken, session,
            cancellationToken)
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

    /// <summary>The job with its details, read anew (GetThirdPartyJobDetails).</summary>
    /// <param name="job">The job, with its token.</param>
    /// <param name="what">What is read, in words: 'for its nonce'.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private protected async Task<ThirdPartyJobDetail> ReadDetailAsync(
        ThirdPartyJob job, string what, CancellationToken cancellationToken)
    {
        Say($"Reading job {job.JobId} {what} (GetThirdPartyJobDetails).");
        JobDetails details = await job.Session!.Client
            .GetThirdPartyJobDetailsAsync(job.JobId, job.ClientToken!, Options, cancellationToken)
            .ConfigureAwait(false);
        return new ThirdPartyJobDetail(job, details);
    }
}
