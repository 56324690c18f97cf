using CodePipeline.ThirdParty.Emulation.Faults;

namespace CodePipeline.ThirdParty.Interop.Parity;

/// <summary>How far the job has come that a case is about.</summary>
public enum JobState
{
    /// <summary>Waits for a poll.</summary>
    Queued,

    /// <summary>Was handed out.</summary>
    Dispatched,

    /// <summary>Is in progress.</summary>
    Claimed,

    /// <summary>Has its result.</summary>
    Finished,
}

/// <summary>Whose keys sign.</summary>
public enum Keys
{
    /// <summary>The right ones.</summary>
    Right,

    /// <summary>The right id with another's secret.</summary>
    WrongSecret,

    /// <summary>An id that nobody has.</summary>
    Unknown,

    /// <summary>The right ones with a session token that belongs to others.</summary>
    StraySessionToken,

    /// <summary>The right ones, for another region.</summary>
    OtherRegion,
}

/// <summary>One request, the same for all clients, and what each is to make of it.</summary>
/// <param name="Name">Tells the case.</param>
/// <param name="Operation">The operation's name in the API.</param>
/// <param name="Request">
/// Its members, as the AWS CLI takes them by <c>--cli-input-json</c>; <c>@nonce@</c> stands for the nonce of the job,
/// <c>job-1</c>.
/// </param>
/// <param name="Ours">
/// What becomes of it in our cmdlets: <c>refused</c> before the wire, or <c>ok</c>, <c>connection</c> or the error's
/// code after it.
/// </param>
/// <param name="Peers">
/// The same in boto3 and the AWS CLI, which check required members, types and least lengths only.
/// </param>
public sealed record ParityCase(string Name, string Operation, object Request, string Ours, string Peers)
{
    /// <summary>Where the job stands.</summary>
    public JobState State { get; init; } = JobState.Dispatched;

    /// <summary>What goes wrong in the service, as <see cref="FaultPlan"/> has it.</summary>
    public string? Faults { get; init; }

    /// <summary>Whose keys sign.</summary>
    public Keys Keys { get; init; }

    /// <summary>Whether the AWS CLI runs it, too; each start of it takes a second.</summary>
    public bool ByCli { get; init; }

    /// <summary>Why the requests on the wire differ, where both send one.</summary>
    public string? WireDiffers { get; init; }

    /// <summary>What our cmdlet sends besides, before the operation itself.</summary>
    public string? SentBefore { get; init; }

    /// <summary>What our cmdlet sends in the operation's place.</summary>
    public string? SentInstead { get; init; }
}
