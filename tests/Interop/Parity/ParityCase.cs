using CodePipeline.ThirdParty.Emulation.Faults;

namespace CodePipeline.ThirdParty.Interop.Parity;

/// <summary>The state of the job at the start of a case.</summary>
public enum JobState
{
    /// <summary>The job waits for a poll.</summary>
    Queued,

    /// <summary>A poll has returned the job.</summary>
    Dispatched,

    /// <summary>The job is in progress.</summary>
    Claimed,

    /// <summary>The job has a result.</summary>
    Finished,
}

/// <summary>The credentials of a request.</summary>
public enum Keys
{
    /// <summary>Valid credentials.</summary>
    Right,

    /// <summary>The valid access key id with a wrong secret.</summary>
    WrongSecret,

    /// <summary>An unknown access key id.</summary>
    Unknown,

    /// <summary>Valid credentials with a session token of other credentials.</summary>
    StraySessionToken,

    /// <summary>Valid credentials, signed for another region.</summary>
    OtherRegion,
}

/// <summary>A request for all clients, and the expected result of each.</summary>
/// <param name="Name">The name of the case.</param>
/// <param name="Operation">The API name of the operation.</param>
/// <param name="Request">
/// The members of the request, in the format of the AWS CLI's <c>--cli-input-json</c>. <c>@nonce@</c> is replaced by
/// the nonce of the job <c>job-1</c>.
/// </param>
/// <param name="Ours">
/// The expected result of our cmdlets: <c>refused</c> if they send nothing, otherwise <c>ok</c>, <c>connection</c> or
/// the error code.
/// </param>
/// <param name="Peers">
/// The expected result of boto3 and the AWS CLI, which check only required members, types and minimum lengths.
/// </param>
public sealed record ParityCase(string Name, string Operation, object Request, string Ours, string Peers)
{
    /// <summary>The state of the job.</summary>
    public JobState State { get; init; } = JobState.Dispatched;

    /// <summary>The faults of the service, in the text form of a <see cref="FaultPlan"/>.</summary>
    public string? Faults { get; init; }

    /// <summary>The credentials of a request.</summary>
    public Keys Keys { get; init; }

    /// <summary>Whether to run the case with the AWS CLI too. Each start of it takes a second.</summary>
    public bool ByCli { get; init; }

    /// <summary>The reason if the sent requests differ; otherwise <see langword="null"/>.</summary>
    public string? WireDiffers { get; init; }

    /// <summary>The operation that our cmdlet sends first; <see langword="null"/> for none.</summary>
    public string? SentBefore { get; init; }

    /// <summary>The operation that our cmdlet sends instead; <see langword="null"/> for the same.</summary>
    public string? SentInstead { get; init; }
}
