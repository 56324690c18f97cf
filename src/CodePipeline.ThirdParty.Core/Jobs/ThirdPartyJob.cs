using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Jobs;

/// <summary>
/// A third-party job. It carries what the next cmdlet needs: the client's token, once known, and the session.
/// </summary>
/// <remarks>Immutable: a cmdlet that changes a job's state emits a new object.</remarks>
public class ThirdPartyJob
{
    internal ThirdPartyJob(
        string jobId, string? clientId, Secret? clientToken, string? status, ActionTypeId? actionType,
        ThirdPartySession? session)
    {
        JobId = jobId;
        ClientId = clientId;
        ClientToken = clientToken;
        Status = status;
        ActionType = actionType;
        Session = session;
    }

    private protected ThirdPartyJob(ThirdPartyJob other, string? status)
        : this(other.JobId, other.ClientId, other.ClientToken, status, other.ActionType, other.Session)
    {
    }

    /// <summary>The id of the job, 1 to 512 characters.</summary>
    public string JobId { get; }

    /// <summary>The id of the customer, by which the partner finds the client token; not the token itself.</summary>
    public string? ClientId { get; }

    /// <summary>The secret of the customer's connection, once a cmdlet has found it.</summary>
    public Secret? ClientToken { get; }

    /// <summary>The status as last known, in the service's own words; see <see cref="JobStatus"/>.</summary>
    public string? Status { get; }

    /// <summary>The action type that the job belongs to.</summary>
    public ActionTypeId? ActionType { get; }

    /// <summary>The session that the job came through, which later cmdlets go on with.</summary>
    public ThirdPartySession? Session { get; }

    /// <summary>The same job, called for in another way.</summary>
    internal virtual ThirdPartyJob With(string? clientId, Secret clientToken, ThirdPartySession session) =>
        new(JobId, clientId, clientToken, Status, ActionType, session);

    /// <summary>The same job with another status.</summary>
    internal virtual ThirdPartyJob WithStatus(string status) => new(this, status);

    /// <inheritdoc/>
    public override string ToString() => JobId;
}
