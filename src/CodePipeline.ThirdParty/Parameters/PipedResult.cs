using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Jobs;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>
/// The result in a piped object: AWS CLI input (<c>--cli-input-json</c>), a row with Complete-CPThirdPartyJob's
/// parameters as columns, or an outcome.
/// </summary>
/// <remarks>
/// Rejects members that are misspelled, of the wrong type or empty where a value is required, because they could have
/// meant a failure. Ignores a job's continuation token, which belongs to the previous job.
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

    // No request has these members, so they identify a job.
    private static readonly string[] s_jobOnly = typeof(ThirdPartyJobDetail).GetProperties()
        .Select(property => property.Name)
        .Except(new[] { "JobId", "ClientId", "ClientToken", "ContinuationToken" }, StringComparer.OrdinalIgnoreCase)
        .ToArray();

    private static readonly HashSet<string> s_otherMembers = new(
        s_jobOnly
            .Concat(new[] { "JobId", "ClientId", "ClientToken" })
            .Concat(CallSettings.Names)
            .Concat(new[] { "Select", "Force", "PassThru" })

            // PowerShell adds these to objects from another process.
            .Concat(new[] { "PSComputerName", "RunspaceId", "PSShowComputerName", "PSSourceJobInstanceId" }),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>No result, as in a job or a job id.</summary>
    public static PipedResult None { get; } = new();

    public string? Summary { get; private set; }

    public string? ExternalExecutionId { get; private set; }

    public int? PercentComplete { get; private set; }

    public string? ContinuationToken { get; private set; }

    public JobRevision? Revision { get; private set; }

    public FailureType? FailureType { get; private set; }

    public string? FailureMessage { get; private set; }

    /// <summary>Whether the object has empty failure columns and no success value.</summary>
    public bool IsUndecided { get; private set; }

    /// <summary>Whether the object has the status of a failed job.</summary>
    public bool HasFailedStatus { get; private set; }

    private string? Outcome { get; set; }

    private bool HasSuccessValue => Summary is not null || PercentComplete is not null || ContinuationToken is not null
        || Revision is not null || ExternalExecutionId is not null || Outcome is not null;

    /// <summary>Reads the result of a piped object.</summary>
    /// <exception cref="InvalidInputException">
    /// A member has an invalid value. The message starts with its path.
    /// </exception>
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
            if (!isColumn && !s_otherMembers.Contains(name)
                && !s_requests.Contains(name, StringComparer.OrdinalIgnoreCase)
                && (!isJob || LooksLikeFailure(members, name)))
            {
                throw Unknown(name, s_requests);
            }
        }

        ReadContinuation(members, isJob, isRow);
        HasFailedStatus = Value(members, "Status") is JobStatus.Failed or JobStatus.TimedOut;
        if (isRow)
        {
            ReadRow(members);
        }

        ReadRequest(members);
    }

    /// <summary>
    /// Whether an unknown member of a job may describe a failure. Other unknown members of a job are ignored.
    /// </summary>
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
                    $"{name} of the piped object could be the previous job's token or the token to report.",
                    $"Name it {ContinuationTokenName} to report it, pass -ContinuationToken, or remove it.");
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
                    FailureDetails, $"The piped object has both {FailureDetails} and {other}.",
                    "A result is either a failure or a success: remove one of them.");
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

    /// <summary>Reads columns with parameter names, as in a CSV file. An empty cell counts as missing.</summary>
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

            // A serialized outcome contains the number of its type.
            int or long => TypeOf(Convert.ToInt64(Value(members, nameof(FailureType)), CultureInfo.InvariantCulture)),
            object type => TypeOf(
                PipedText.Read(type, nameof(FailureType), members.IsTable), nameof(FailureType)),
        };
        if (FailureType is not null && FailureMessage is null)
        {
            throw new InvalidInputException(
                nameof(FailureMessage), "The piped object has a FailureType but no FailureMessage.",
                "Explain the failure in FailureMessage.");
        }

        ReadOutcome(members);
        IsUndecided = FailureMessage is null && !HasSuccessValue
            && s_failureColumns.Any(name => members.Spelling(name) is not null);
    }

    /// <summary>Checks that the Outcome of a serialized outcome agrees with its other members.</summary>
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
                nameof(Outcome), $"The piped object has the outcome '{Outcome}', which contradicts its other members.",
                "Pipe the job, and report its result with -Summary or -FailureMessage.");
        }
    }

    private static JobRevision? RowRevision(ObjectMembers members)
    {
        if (ObjectMembers.TryCreate(Value(members, nameof(Revision))) is ObjectMembers its)
        {
            // A serialized outcome has a nested revision.
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

    /// <summary>The revision. Null if all members are empty, as in an unchanged skeleton.</summary>
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
                ? $"Use {string.Join(", ", known)}. Remove other members with Select-Object."
                : $"Did you mean {near}? The known members are {string.Join(", ", known)}.");
    }

    /// <summary>The case-insensitive edit distance of two names.</summary>
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

    /// <summary>A structure in a request. Accepts only members of the service model.</summary>
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

        /// <summary>The text; null if it is empty.</summary>
        public string? Text(string name) => members.TryGet(name, out object? value)
            ? Filled(PipedText.Read(value, $"{path}.{members.Spelling(name)}", members.IsTable))
            : null;

        public InvalidInputException Missing(string name) => new(
            $"{path}.{name}", $"{path}.{name} is missing.", $"Add a type and a message to {path}.");
    }
}
