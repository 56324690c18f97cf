using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// The result that a piped object tells of: an input file of the AWS CLI (<c>--cli-input-json</c>), a row with columns
/// named as the parameters of Complete-CPThirdPartyJob, or an outcome.
/// </summary>
/// <remarks>
/// A member that is misspelt, of another type or empty where it must not be is refused: what it was to say could be
/// that the job failed. A job has a continuation token too, which is the earlier job's and is not reported again.
/// </remarks>
internal sealed class PipedResult
{
    private const string FailureDetails = "failureDetails";
    private const string ExecutionDetails = "executionDetails";
    private const string CurrentRevision = "currentRevision";
    private const string ContinuationTokenName = "continuationToken";

    private static readonly string[] s_requests =
    {
        "jobId", "clientToken", CurrentRevision, ContinuationTokenName, ExecutionDetails, FailureDetails,
    };

    private static readonly string[] s_failureColumns = { nameof(FailureMessage), nameof(FailureType) };

    private static readonly string[] s_successColumns =
    {
        nameof(Summary), nameof(ExternalExecutionId), nameof(PercentComplete), nameof(Revision),
        "RevisionChangeIdentifier", "RevisionCreated", "RevisionSummary", nameof(Outcome),
    };

    private static readonly string[] s_failureWords = { "fail", "error", "exception" };

    // A request has none of these, so that they tell a job.
    private static readonly string[] s_jobOnly = typeof(ThirdPartyJobDetail).GetProperties()
        .Select(property => property.Name)
        .Except(new[] { "JobId", "ClientId", "ClientToken", "ContinuationToken" }, StringComparer.OrdinalIgnoreCase)
        .ToArray();

    private static readonly HashSet<string> s_ofNoResult = new(
        s_jobOnly
            .Concat(new[] { "JobId", "ClientId", "ClientToken" })
            .Concat(CallSettings.Names)
            .Concat(new[] { "Select", "Force", "PassThru" })

            // What PowerShell notes on an object that comes from another process.
            .Concat(new[] { "PSComputerName", "RunspaceId", "PSShowComputerName", "PSSourceJobInstanceId" }),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Tells of nothing: a job, a job id.</summary>
    public static PipedResult None { get; } = new();

    public string? Summary { get; private set; }

    public string? ExternalExecutionId { get; private set; }

    public int? PercentComplete { get; private set; }

    public string? ContinuationToken { get; private set; }

    public JobRevision? Revision { get; private set; }

    public FailureType? FailureType { get; private set; }

    public string? FailureMessage { get; private set; }

    /// <summary>Whether the object has columns for a failure, all of them empty, and tells of no success either.</summary>
    public bool IsUndecided { get; private set; }

    /// <summary>Whether the status of the object is one of a job that failed.</summary>
    public bool SaysFailed { get; private set; }

    private string? Outcome { get; set; }

    private bool TellsOfSuccess => Summary is not null || PercentComplete is not null || ContinuationToken is not null
        || Revision is not null || ExternalExecutionId is not null || Outcome is not null;

    /// <summary>Reads what was piped.</summary>
    /// <exception cref="InvalidInputException">A member cannot be what it has to be; its path stands first.</exception>
    public static PipedResult From(PSObject? input, ObjectMembers? members)
    {
        if (input?.BaseObject is ThirdPartyJobOutcome outcome)
        {
            return From(outcome);
        }

        var result = new PipedResult();
        if (members is not null)
        {
            result.Read(members, s_jobOnly.Any(name => members.Spelling(name) is not null));
        }

        return result;
    }

    private static PipedResult From(ThirdPartyJobOutcome outcome) => new()
    {
        Summary = outcome.Summary,
        ExternalExecutionId = outcome.ExternalExecutionId,
        PercentComplete = outcome.PercentComplete,
        ContinuationToken = outcome.ContinuationToken,
        Revision = outcome.Revision,
        FailureType = outcome.FailureType,
        FailureMessage = outcome.FailureMessage,
    };

    private void Read(ObjectMembers members, bool isJob)
    {
        bool isRow = false;
        foreach (string name in members.Names)
        {
            bool isColumn = s_successColumns.Concat(s_failureColumns).Contains(name, StringComparer.OrdinalIgnoreCase);
            isRow |= isColumn;
            if (!isColumn && !s_ofNoResult.Contains(name)
                && !s_requests.Contains(name, StringComparer.OrdinalIgnoreCase)
                && (!isJob || LooksLikeFailure(members, name)))
            {
                throw Unknown(name, s_requests);
            }
        }

        ReadContinuation(members, isJob, isRow);
        SaysFailed = Value(members, "Status") is JobStatus.Failed or JobStatus.TimedOut;
        if (isRow)
        {
            ReadRow(members);
        }

        ReadRequest(members);
    }

    /// <summary>A job may carry what its script notes on it, but nothing that could mean a failure.</summary>
    private static bool LooksLikeFailure(ObjectMembers members, string name) =>
        s_failureWords.Any(word => name.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0)
        && members.TryGet(name, out object? value)
        && value is not (null or "" or false or 0 or ICollection { Count: 0 });

    private void ReadContinuation(ObjectMembers members, bool isJob, bool isRow)
    {
        if (members.Spelling(ContinuationTokenName) is not string name)
        {
            return;
        }

        _ = members.TryGet(name, out object? value);
        if (name != ContinuationTokenName)
        {
            if (isJob || (isRow && value is null))
            {
                return;
            }

            if (members.Spelling("ClientId") is not null && value is not (null or ""))
            {
                throw new InvalidInputException(
                    ContinuationTokenName,
                    $"{name} of the object from the pipeline can be the earlier job's, or the one to report.",
                    $"Name it {ContinuationTokenName} to report it, give -ContinuationToken, or remove it.");
            }
        }

        ContinuationToken = Filled(PipedText.Read(value, name, members.IsTable));
    }

    private void ReadRequest(ObjectMembers members)
    {
        Part? failure = Part.Of(members, FailureDetails, "type", "message", "externalExecutionId");
        Part? execution = Part.Of(
            members, ExecutionDetails, "summary", "externalExecutionId", "percentComplete");
        Part? revision = Part.Of(
            members, CurrentRevision, "revision", "changeIdentifier", "created", "revisionSummary");
        if (failure is not null)
        {
            string? other = execution is not null ? ExecutionDetails
                : revision is not null ? CurrentRevision
                : ContinuationToken is not null ? ContinuationTokenName
                : FailureMessage is not null ? nameof(FailureMessage)
                : null;
            if (other is not null)
            {
                throw new InvalidInputException(
                    FailureDetails, $"The object from the pipeline has both {FailureDetails} and {other}.",
                    "A result is a failure or a success: remove one of them.");
            }

            FailureType = TypeOf(failure.Text("type") ?? throw failure.Missing("type"), $"{FailureDetails}.type");
            FailureMessage = failure.Text("message") ?? throw failure.Missing("message");
            ExternalExecutionId = failure.Text("externalExecutionId");
        }

        if (execution is not null)
        {
            Summary = execution.Text("summary") ?? Summary;
            ExternalExecutionId = execution.Text("externalExecutionId") ?? ExternalExecutionId;
            PercentComplete = execution.Has("percentComplete", out object? percent)
                ? PipedNumber.Percent(percent, $"{ExecutionDetails}.percentComplete")
                : PercentComplete;
        }

        if (revision is not null)
        {
            Revision = RevisionOf(
                revision.Text("revision"),
                revision.Text("changeIdentifier"),
                revision.Has("created", out object? created)
                    ? TimeTransformationAttribute.Parse(created, $"{CurrentRevision}.created", zeroIsNone: true)
                    : null,
                revision.Text("revisionSummary"),
                CurrentRevision + ".");
        }
    }

    /// <summary>Columns with the names of parameters, as a CSV file has them. An empty cell says nothing.</summary>
    private void ReadRow(ObjectMembers members)
    {
        Summary = Cell(members, nameof(Summary));
        ExternalExecutionId = Cell(members, nameof(ExternalExecutionId));
        PercentComplete = Value(members, nameof(PercentComplete)) is object percent
            ? PipedNumber.Percent(percent, nameof(PercentComplete), fromText: true)
            : null;
        Revision = RowRevision(members);
        FailureMessage = Cell(members, nameof(FailureMessage));
        FailureType = Value(members, nameof(FailureType)) switch
        {
            null => null,
            FailureType type => type,

            // An outcome that was serialised has the number of its type.
            int or long => TypeOf(Convert.ToInt64(Value(members, nameof(FailureType)), CultureInfo.InvariantCulture)),
            object type => TypeOf(
                PipedText.Read(type, nameof(FailureType), members.IsTable), nameof(FailureType)),
        };
        if (FailureType is not null && FailureMessage is null)
        {
            throw new InvalidInputException(
                nameof(FailureMessage), "The object from the pipeline has a FailureType and no FailureMessage.",
                "Say in FailureMessage why the job failed.");
        }

        ReadOutcome(members);
        IsUndecided = FailureMessage is null && !TellsOfSuccess
            && s_failureColumns.Any(name => members.Spelling(name) is not null);
    }

    /// <summary>An outcome that was serialised says in words how the job ended, which has to agree with the rest.</summary>
    private void ReadOutcome(ObjectMembers members)
    {
        Outcome = Cell(members, nameof(Outcome));
        bool agrees = Outcome switch
        {
            null => true,
            WorkerOutcomes.Succeeded => FailureMessage is null && ContinuationToken is null,
            WorkerOutcomes.Continued => FailureMessage is null && ContinuationToken is not null,
            WorkerOutcomes.Failed => FailureMessage is not null,
            _ => false,
        };
        if (!agrees)
        {
            throw new InvalidInputException(
                nameof(Outcome), $"The object from the pipeline has the outcome '{Outcome}', which its members do not tell.",
                "Pipe the job, and report its result with -Summary or -FailureMessage.");
        }
    }

    private static JobRevision? RowRevision(ObjectMembers members)
    {
        if (ObjectMembers.TryCreate(Value(members, nameof(Revision))) is ObjectMembers its)
        {
            // Of an outcome that was serialised.
            return RevisionOf(
                Cell(its, "Revision"), Cell(its, "ChangeIdentifier"),
                TimeTransformationAttribute.Parse(Value(its, "Created"), "Revision.Created", zeroIsNone: false),
                Cell(its, "Summary"), "Revision.");
        }

        return RevisionOf(
            Cell(members, nameof(Revision)), Cell(members, "RevisionChangeIdentifier"),
            TimeTransformationAttribute.Parse(Value(members, "RevisionCreated"), "RevisionCreated", zeroIsNone: false),
            Cell(members, "RevisionSummary"), string.Empty);
    }

    /// <summary>The revision; one that stands in a skeleton and was not filled in is none.</summary>
    private static JobRevision? RevisionOf(
        string? revision, string? change, DateTimeOffset? created, string? summary, string path) =>
        revision is null && change is null && created is null && summary is null
            ? null
            : new JobRevision(
                ServiceLimits.Revision.Check(revision, path + (path.Length > 0 ? "revision" : nameof(Revision))),
                ServiceLimits.ChangeIdentifier.Check(
                    change, path + (path.Length > 0 ? "changeIdentifier" : "RevisionChangeIdentifier")),
                created,
                summary);

    private static FailureType TypeOf(string text, string path)
    {
        _ = Enum.TryParse(StringEnum.Check(ServiceLimits.FailureTypes, text, path), out FailureType type);
        return type;
    }

    private static FailureType TypeOf(long number)
    {
        string name = ((FailureType)number).ToString();
        return TypeOf(name, nameof(FailureType));
    }

    private static object? Value(ObjectMembers members, string name) =>
        members.TryGet(name, out object? value) && value is not "" ? value : null;

    private static string? Cell(ObjectMembers members, string name) =>
        Value(members, name) is object value ? PipedText.Read(value, name, members.IsTable) : null;

    private static string? Filled(string text) => text.Length == 0 ? null : text;

    private static InvalidInputException Unknown(string path, IReadOnlyCollection<string> known)
    {
        string name = path.Substring(path.LastIndexOf('.') + 1);
        string? near = known.FirstOrDefault(each => Distance(each, name) <= 2);
        return new InvalidInputException(
            path,
            $"{path} is not a member of a result.",
            near is null
                ? $"Use {string.Join(", ", known)}; select them with Select-Object where there are others."
                : $"Is {near} meant? Known are {string.Join(", ", known)}.");
    }

    /// <summary>How many letters two names differ by, case aside.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (int i = 1; i <= one.Length; i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int cost = char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1;
                int next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + cost);
                corner = row[j];
                row[j] = next;
            }
        }

        return row[other.Length];
    }

    /// <summary>A structure of a request: no member but those of the service's model, none of them null.</summary>
    private sealed class Part(string path, ObjectMembers members)
    {
        public static Part? Of(ObjectMembers request, string name, params string[] known)
        {
            if (request.Spelling(name) is not string path)
            {
                return null;
            }

            _ = request.TryGet(name, out object? value);
            ObjectMembers members = ObjectMembers.TryCreate(value) ?? throw PipedText.Wrong(
                value, path, $"an object with {string.Join(", ", known)}");
            foreach (string each in members.Names)
            {
                if (!known.Contains(each, StringComparer.OrdinalIgnoreCase))
                {
                    throw Unknown($"{path}.{each}", known);
                }
            }

            return new Part(path, members);
        }

        public bool Has(string name, out object? value) => members.TryGet(name, out value);

        /// <summary>The text; what was not filled in is none.</summary>
        public string? Text(string name) => members.TryGet(name, out object? value)
            ? Filled(PipedText.Read(value, $"{path}.{members.Spelling(name)}", members.IsTable))
            : null;

        public InvalidInputException Missing(string name) => new(
            $"{path}.{name}", $"{path}.{name} is missing.", $"Give {path} a type and a message.");
    }
}
