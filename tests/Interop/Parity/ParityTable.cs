using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Interop.Parity;

/// <summary>
/// The cases: valid requests, each limit at and beyond its value, Unicode, missing members, each modelled and
/// unmodelled error, and invalid responses.
/// </summary>
internal static class ParityTable
{
    private const string Poll = "PollForThirdPartyJobs";
    private const string Details = "GetThirdPartyJobDetails";
    private const string Acknowledge = "AcknowledgeThirdPartyJob";
    private const string Success = "PutThirdPartyJobSuccessResult";
    private const string Failure = "PutThirdPartyJobFailureResult";

    private const string Ok = "ok";
    private const string Refused = "refused";
    private const string Invalid = "ValidationException";
    private const string NoJob = "JobNotFoundException";
    private const string NoToken = "InvalidClientTokenException";
    private const string NoActionType = "ActionTypeNotFoundException";

    private const string Token = "token-1";
    private const string Unicode = "ü 漢字 😀";

    public static IReadOnlyDictionary<string, ParityCase> All { get; } = Polls()
        .Concat(DetailCases())
        .Concat(Acknowledgements())
        .Concat(Successes())
        .Concat(Failures())
        .Concat(Errors())
        .ToDictionary(each => each.Name, StringComparer.Ordinal);

    private static IEnumerable<ParityCase> Polls()
    {
        object Type(
            string? category = "Test", string? owner = "ThirdParty", string? provider = "Contoso",
            string? version = "1") =>
            Members(("category", category), ("owner", owner), ("provider", provider), ("version", version));
        ParityCase Case(string name, object? type, string ours, string peers, int? most = 5) =>
            new("poll: " + name, Poll, Members(("actionTypeId", type), ("maxBatchSize", most)), ours, peers)
            {
                State = JobState.Queued,
            };

        yield return Case("a job that waits", Type(), Ok, Ok) with { ByCli = true };
        yield return Case("no batch size", Type(), Ok, Ok, null);
        yield return Case("batch size 1", Type(), Ok, Ok, 1);
        yield return Case("batch size 0", Type(), Refused, Refused, 0);
        yield return Case("batch size -1", Type(), Refused, Refused, -1);
        yield return Case("the largest batch size", Type(), Ok, Ok, int.MaxValue);
        yield return Case("category in another case", Type("test"), Ok, Invalid) with
        {
            WireDiffers = "Ours sends it as the service spells it.",
        };
        yield return Case("an unknown category", Type("Nonsense"), Refused, Invalid) with { ByCli = true };
        yield return Case("an unknown owner", Type(owner: "Somebody"), Refused, Invalid);
        yield return Case("provider of 35", Type(provider: Long(35)), NoActionType, NoActionType);
        yield return Case("provider of 36", Type(provider: Long(36)), Refused, Invalid);
        yield return Case("provider of no length", Type(provider: ""), Refused, Refused);
        yield return Case("provider with a space", Type(provider: "Con toso"), Refused, Invalid);
        yield return Case("provider in Unicode", Type(provider: "Contösö"), Refused, Invalid);
        yield return Case("version of 9", Type(version: Long(9)), NoActionType, NoActionType);
        yield return Case("version of 10", Type(version: Long(10)), Refused, Invalid);
        yield return Case("version of no length", Type(version: ""), Refused, Refused);
        yield return Case("no category", Type(category: null), Refused, Refused);
        yield return Case("no owner", Type(owner: null), Ok, Refused);
        yield return Case("no provider", Type(provider: null), Refused, Refused);
        yield return Case("no version", Type(version: null), Refused, Refused);
        yield return Case("no action type", null, Refused, Refused);
        yield return Case("an unknown action type", Type(provider: "Nobody"), NoActionType, NoActionType) with
        {
            ByCli = true,
        };
    }

    private static IEnumerable<ParityCase> DetailCases()
    {
        ParityCase Case(
            string name, string? jobId, string? token, string ours, string peers,
            JobState state = JobState.Dispatched) =>
            new("details: " + name, Details, Job(jobId, token), ours, peers) { State = state };

        yield return Case("a job that was handed out", "job-1", Token, Ok, Ok) with { ByCli = true };
        yield return Case("a job in progress", "job-1", Token, Ok, Ok, JobState.Claimed);
        yield return Case(
            "a finished job", "job-1", Token, "InvalidJobException", "InvalidJobException", JobState.Finished);
        yield return Case("job id of 512", Long(512), Token, NoJob, NoJob);
        yield return Case(
            "job id of 512 characters of two units", string.Concat(Enumerable.Repeat("😀", 512)), Token, NoJob, NoJob);
        yield return Case("job id of 513", Long(513), Token, Refused, Invalid);
        yield return Case("job id of no length", "", Token, Refused, Refused);
        yield return Case("no job id", null, Token, Refused, Refused);
        yield return Case("job id in Unicode", Unicode, Token, NoJob, NoJob) with { ByCli = true };
        yield return Case("an unknown job", "job-2", Token, NoJob, NoJob);
        yield return Case("client token of 256", "job-1", Long(256), NoToken, NoToken);
        yield return Case("client token of 257", "job-1", Long(257), Refused, Invalid);
        yield return Case("client token of no length", "job-1", "", Refused, Refused);
        yield return Case("no client token", "job-1", null, Refused, Refused);
        yield return Case("client token in Unicode", "job-1", Unicode, NoToken, NoToken);
        yield return Case("another's client token", "job-1", "token-2", NoToken, NoToken);
    }

    private static IEnumerable<ParityCase> Acknowledgements()
    {
        ParityCase Case(
            string name, string? nonce, string ours, string peers, string? jobId = "job-1", string? token = Token) =>
            new("acknowledge: " + name, Acknowledge, Job(jobId, token, ("nonce", nonce)), ours, peers);

        yield return Case("the nonce of the job", "@nonce@", Ok, Ok) with { ByCli = true };
        yield return Case("another nonce", "other", "InvalidNonceException", "InvalidNonceException");
        yield return Case("nonce of 50", Long(50), "InvalidNonceException", "InvalidNonceException");
        yield return Case("nonce of 51", Long(51), Refused, Invalid);
        yield return Case("nonce of no length", "", Ok, Refused) with { SentBefore = Details };
        yield return Case("nonce in Unicode", Unicode, "InvalidNonceException", "InvalidNonceException");
        yield return Case("no nonce", null, Ok, Refused) with { SentBefore = Details };
        yield return Case("no job id", "@nonce@", Refused, Refused, jobId: null);
        yield return Case("job id of 513", "@nonce@", Refused, Invalid, jobId: Long(513));
        yield return Case("no client token", "@nonce@", Refused, Refused, token: null);
        yield return Case("an unknown job", "@nonce@", NoJob, NoJob, jobId: "job-2");
        yield return Case("another's client token", "@nonce@", NoToken, NoToken, token: "token-2");
        yield return Case("client token of 257", "@nonce@", Refused, Invalid, token: Long(257));
    }

    private static IEnumerable<ParityCase> Successes()
    {
        ParityCase Case(string name, string ours, string peers, params (string, object?)[] more) =>
            new("success: " + name, Success, Job("job-1", Token, more), ours, peers) { State = JobState.Claimed };
        object Execution(string? summary = null, string? id = null, int? percent = null) =>
            Members(("summary", summary), ("externalExecutionId", id), ("percentComplete", percent));
        object Revision(string? id = "r", string? change = "c", object? created = null, string? summary = null) =>
            Members(("revision", id), ("changeIdentifier", change), ("created", created), ("revisionSummary", summary));
        const string Cut = "Ours cuts a text that is too long, with a warning: a result is not lost for it.";
        const string LeftOut = "Ours leaves an empty text out.";

        yield return Case("nothing more", Ok, Ok) with { ByCli = true };
        yield return Case(
            "everything", Ok, Ok, ("executionDetails", Execution("s", "e", 100)),
            ("currentRevision", Revision("r", "c", 1893553445, "rs")),
            ("continuationToken", "step 2")) with { ByCli = true };
        yield return Case(
            "Unicode", Ok, Ok, ("executionDetails", Execution(Unicode, Unicode)),
            ("currentRevision", Revision(Unicode, Unicode, null, Unicode))) with
        {
            ByCli = true,
        };
        yield return Case("summary of 2048", Ok, Ok, ("executionDetails", Execution(Long(2048))));
        yield return Case("summary of 2049", Ok, Invalid, ("executionDetails", Execution(Long(2049)))) with
        {
            WireDiffers = Cut,
        };
        yield return Case(
            "summary of 2048 characters of two units", Ok, Ok,
            ("executionDetails", Execution(string.Concat(Enumerable.Repeat("😀", 2048))))) with
        {
            WireDiffers = "Ours cuts by UTF-16 units, which every way of counting takes.",
        };
        yield return Case("summary of no length", Ok, Refused, ("executionDetails", Execution(""))) with
        {
            WireDiffers = LeftOut,
        };
        yield return Case("external execution id of 1500", Ok, Ok, ("executionDetails", Execution(id: Long(1500))));
        yield return Case(
            "external execution id of 1501", Refused, Invalid, ("executionDetails", Execution(id: Long(1501))));
        yield return Case(
            "external execution id of no length", Ok, Refused, ("executionDetails", Execution(id: ""))) with
        {
            WireDiffers = LeftOut,
        };
        yield return Case("0 percent", Ok, Ok, ("executionDetails", Execution(percent: 0)));
        yield return Case("-1 percent", Refused, Refused, ("executionDetails", Execution(percent: -1)));
        yield return Case("101 percent", Refused, Invalid, ("executionDetails", Execution(percent: 101)));
        foreach ((string name, object value) in new (string, object)[]
        {
            ("1.5", 1.5), ("text", "50"), ("an object", Members(("a", 1))),
        })
        {
            yield return Case(
                "percentage that is " + name, Refused, Refused,
                ("executionDetails", Members(("percentComplete", value))));
        }

        yield return Case(
            "summary that is a number", Refused, Refused, ("executionDetails", Members(("summary", 5))));
        yield return Case(
            "summary that is a list", Refused, Refused, ("executionDetails", Members(("summary", new[] { "a" }))));
        yield return Case("execution details that are text", Refused, Refused, ("executionDetails", "summary=x"));
        yield return Case("member that is misspelt", Refused, Refused, ("executionDetail", Execution("x")));
        yield return Case(
            "member inside that is misspelt", Refused, Refused, ("executionDetails", Members(("sumary", "x"))));
        yield return Case("continuation token of 2048", Ok, Ok, ("continuationToken", Long(2048)));
        yield return Case("continuation token of 2049", Refused, Invalid, ("continuationToken", Long(2049)));
        yield return Case("continuation token of no length", Ok, Refused, ("continuationToken", "")) with
        {
            WireDiffers = LeftOut,
        };
        yield return Case("revision of 1500", Ok, Ok, ("currentRevision", Revision(Long(1500))));
        yield return Case("revision of 1501", Refused, Invalid, ("currentRevision", Revision(Long(1501))));
        yield return Case("no revision in a revision", Refused, Refused, ("currentRevision", Revision(id: null)));
        yield return Case("change identifier of 100", Ok, Ok, ("currentRevision", Revision(change: Long(100))));
        yield return Case(
            "change identifier of 101", Refused, Invalid, ("currentRevision", Revision(change: Long(101))));
        yield return Case("no change identifier", Refused, Refused, ("currentRevision", Revision(change: null)));
        yield return Case("revision summary of 2048", Ok, Ok, ("currentRevision", Revision(summary: Long(2048))));
        yield return Case(
            "revision summary of 2049", Ok, Invalid, ("currentRevision", Revision(summary: Long(2049)))) with
        {
            WireDiffers = Cut,
        };
        yield return Case("created with a fraction", Ok, Ok, ("currentRevision", Revision(created: 1893553445.25))) with
        {
            WireDiffers = "botocore drops fractions of seconds.",
        };
        yield return Case(
            "created that is no time", Refused, Refused, ("currentRevision", Revision(created: "yesterday")));
        yield return Case("a job that was not claimed", "InvalidJobStateException", "InvalidJobStateException") with
        {
            State = JobState.Dispatched,
        };
        yield return Case("a finished job", "InvalidJobStateException", "InvalidJobStateException") with
        {
            State = JobState.Finished,
            ByCli = true,
        };
        yield return new ParityCase("success: an unknown job", Success, Job("job-2", Token), NoJob, NoJob);
        yield return new ParityCase(
            "success: another's client token", Success, Job("job-1", "token-2"), NoToken, NoToken)
        {
            State = JobState.Claimed,
        };
        yield return new ParityCase("success: no client token", Success, Job("job-1", null), Refused, Refused)
        {
            State = JobState.Claimed,
        };
        yield return new ParityCase("success: no job id", Success, Job(null, Token), Refused, Refused);
        yield return new ParityCase("success: job id of 513", Success, Job(Long(513), Token), Refused, Invalid);
    }

    private static IEnumerable<ParityCase> Failures()
    {
        ParityCase Case(
            string name, string ours, string peers, string? type = "JobFailed", string? message = "m",
            string? id = null) => new(
            "failure: " + name, Failure,
            Job(
                "job-1", Token,
                ("failureDetails", Members(("type", type), ("message", message), ("externalExecutionId", id)))),
            ours, peers)
        {
            State = JobState.Claimed,
        };

        foreach (string type in ServiceLimits.FailureTypes)
        {
            yield return Case(type, Ok, Ok, type, Unicode, "e") with { ByCli = type == "PermissionError" };
        }

        yield return Case("an invalid type", Refused, Invalid, "Nonsense");
        yield return Case("no type", Refused, Refused, type: null);
        yield return Case("message of 5000", Ok, Ok, message: Long(5000));
        yield return Case("message of 5001", Ok, Invalid, message: Long(5001)) with
        {
            WireDiffers = "Ours cuts it, with a warning: a result is not lost for it.",
        };
        yield return Case("message of no length", Refused, Refused, message: "");
        yield return Case("no message", Refused, Refused, message: null);
        yield return Case("external execution id of 1500", Ok, Ok, id: Long(1500));
        yield return Case("external execution id of 1501", Refused, Invalid, id: Long(1501));
        foreach ((string name, object value) in new (string, object)[]
        {
            ("text", "type=JobFailed,message=m"), ("a list", new[] { Members(("type", "JobFailed"), ("message", "m")) }),
            ("a number", 5), ("without a member", Members(("nothing", null))),
            ("misspelt inside", Members(("type", "JobFailed"), ("mesage", "m"))),
            ("a number inside", Members(("type", "JobFailed"), ("message", 5))),
        })
        {
            yield return new ParityCase(
                "failure: details that are " + name, Failure, Job("job-1", Token, ("failureDetails", value)), Refused,
                Refused)
            {
                State = JobState.Claimed,
            };
        }

        yield return Case("a job that was not claimed", "InvalidJobStateException", "InvalidJobStateException") with
        {
            State = JobState.Dispatched,
        };
        object details = Members(("type", "JobFailed"), ("message", "m"));
        yield return new ParityCase(
            "failure: no job id", Failure, Job(null, Token, ("failureDetails", details)), Refused, Refused);
        yield return new ParityCase(
            "failure: no client token", Failure, Job("job-1", null, ("failureDetails", details)), Refused, Refused);

        // Our cmdlet chooses the operation by the members: a file without failureDetails is a success.
        yield return new ParityCase("failure: no details", Failure, Job("job-1", Token), Ok, Refused)
        {
            State = JobState.Claimed,
            SentInstead = Success,
        };
    }

    /// <summary>Errors that are not in the service model, and invalid responses, for each operation.</summary>
    private static IEnumerable<ParityCase> Errors()
    {
        (string Operation, object Request, JobState State)[] calls =
        [
            (Poll,
                Members(
                    ("actionTypeId",
                        Members(
                            ("category", "Test"), ("owner", "ThirdParty"), ("provider", "Contoso"), ("version", "1")))),
                JobState.Queued),
            (Details, Job("job-1", Token), JobState.Dispatched),
            (Acknowledge, Job("job-1", Token, ("nonce", "@nonce@")), JobState.Dispatched),
            (Success, Job("job-1", Token), JobState.Claimed),
            (Failure, Job("job-1", Token, ("failureDetails", Members(("type", "JobFailed"), ("message", "m")))),
                JobState.Claimed),
        ];
        (string Fault, string Ours, string Peers)[] faults =
        [
            ("throttle", "ThrottlingException", "ThrottlingException"),
            ("expired-token", "ExpiredTokenException", "ExpiredTokenException"),
            ("access-denied", "AccessDeniedException", "AccessDeniedException"),
            ("internal-failure", "InternalFailure", "InternalFailure"),
            ("service-unavailable", "HTTP 503", "503"),
            ("drop-before", "connection", "connection"),
            ("drop-after", "connection", "connection"),
            // botocore treats unreadable JSON as a response without members.
            ("garbled", "HTTP 200", Ok),
            ("cut-off", "connection", "connection"),
        ];
        foreach ((string operation, object request, JobState state) in calls)
        {
            foreach ((string fault, string ours, string peers) in faults)
            {
                yield return new ParityCase($"{fault}: {operation}", operation, request, ours, peers)
                {
                    State = state, Faults = fault + "=1", ByCli = operation == Details && fault is "access-denied",
                };
            }
        }

        foreach ((Keys keys, string error) in new[]
        {
            (Keys.WrongSecret, "InvalidSignatureException"), (Keys.Unknown, "UnrecognizedClientException"),
            (Keys.StraySessionToken, "UnrecognizedClientException"), (Keys.OtherRegion, "InvalidSignatureException"),
        })
        {
            yield return new ParityCase($"keys: {keys}", Details, Job("job-1", Token), error, error) { Keys = keys };
        }
    }

    private static string Long(int length) => new('x', length);

    private static Dictionary<string, object?> Job(string? jobId, string? token, params (string, object?)[] more) =>
        Members([("jobId", jobId), ("clientToken", token), .. more]);

    private static Dictionary<string, object?> Members(params (string Name, object? Value)[] members) =>
        members.Where(member => member.Value is not null)
            .ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
}
