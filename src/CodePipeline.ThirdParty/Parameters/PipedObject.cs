using System;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>What came down the pipeline to a cmdlet about a job, with its members read and never guessed.</summary>
/// <remarks>
/// PowerShell binds properties of objects by name, but not the entries of a hashtable, and makes text of whatever has
/// another type. So everything piped is read here; parameters that were given win.
/// </remarks>
internal sealed class PipedObject
{
    private readonly object? _value;
    private readonly ObjectMembers? _members;

    private PipedObject(object? value, ObjectMembers? members)
    {
        _value = value;
        _members = members;
    }

    /// <summary>Nothing was piped.</summary>
    public static PipedObject None { get; } = new(null, null);

    /// <summary>The job, where it is one of this process.</summary>
    public ThirdPartyJob? Job => _value as ThirdPartyJob;

    /// <summary>The id of the client.</summary>
    public string? ClientId { get; private init; }

    /// <summary>The client token; none where the object only has its mask.</summary>
    public Secret? ClientToken { get; private init; }

    /// <summary>Whether the object has a member for the client token, filled in or not.</summary>
    public bool HasClientToken { get; private init; }

    /// <summary>The nonce.</summary>
    public string? Nonce { get; private init; }

    /// <summary>
    /// The session that was piped or that the object carries, or the name of one, which of a job of another process
    /// need not be here.
    /// </summary>
    public object? Session { get; private init; }

    /// <summary>Region, endpoint and credentials that the object tells.</summary>
    public CallSettings Settings { get; private init; } = CallSettings.None;

    /// <summary>Its members, where it has any.</summary>
    public ObjectMembers? Content => _members;

    private object? NamedSession { get; init; }

    /// <summary>Reads what was piped.</summary>
    /// <exception cref="InvalidInputException">A member cannot be what it has to be.</exception>
    public static PipedObject From(PSObject? input)
    {
        if (input is null)
        {
            return None;
        }

        object value = input.BaseObject;
        if (value is ThirdPartySession)
        {
            return new PipedObject(value, null) { Session = value };
        }

        if (value is ThirdPartyJobOutcome || ObjectMembers.TryCreate(input) is not ObjectMembers members)
        {
            return new PipedObject(value, null);
        }

        if (members.Spelling("JobId") is null && CredentialArgument.TryOf(value) is CredentialArgument credential)
        {
            return new PipedObject(value, members) { Settings = new CallSettings { Credential = credential } };
        }

        _ = members.TryGet("Session", out object? session);
        bool hasToken = members.TryGet("ClientToken", out object? token);
        return new PipedObject(value, members)
        {
            ClientId = Text(members, "ClientId"),
            HasClientToken = hasToken,
            ClientToken = Token(token, members),
            Nonce = Text(members, "Nonce"),
            Session = SessionOf(session),
            NamedSession = session,
            Settings = CallSettings.FromMembers(members),
        };
    }

    /// <summary>Whether a value is the session that the object carries, bound by PowerShell by its name.</summary>
    public bool IsItsSession(object session) => NamedSession is not null && Equals(NamedSession, session);

    /// <summary>
    /// The job's id: the one that was given, or the object's. What is piped has to be something that tells of a job.
    /// </summary>
    /// <param name="bound">What PowerShell bound to <c>-JobId</c>.</param>
    /// <param name="isNamed">Whether <c>-JobId</c> stood on the command line.</param>
    /// <param name="input">What was piped.</param>
    /// <exception cref="InvalidInputException">There is no id, or a wrong object was piped.</exception>
    public string JobId(string bound, bool isNamed, PSObject? input)
    {
        string id = JobIdTransformationAttribute.WithoutMark(bound);
        if (input is null)
        {
            return CheckId(id);
        }

        bool isPiped = bound == JobIdTransformationAttribute.TextOf(input);
        if (_value is string text)
        {
            return isPiped ? CheckPipedText(text)
                : isNamed || LooksLikeJson(text) ? throw Wrong(DescribeText(text))
                : CheckId(id);
        }

        if (isPiped && _value is not ThirdPartyJobOutcome && _members is not null)
        {
            return CheckMember();
        }

        // Text that a script block made of a piped object is an id like any other.
        bool tellsOfAJob = _members is not null && (IsData || _members.Spelling("JobId") is not null);
        bool isCompanion = tellsOfAJob || _value is ThirdPartyJobOutcome or ThirdPartySession
            || Settings.Credential is not null;
        return isPiped ? throw (_value is ThirdPartyJobOutcome ? OutcomeAlone() : Wrong(_value!.GetType().Name))
            : isNamed && !isCompanion ? throw Wrong(_value!.GetType().Name)
            : CheckId(id);
    }

    /// <summary>Whether the object was made to hold members: a table or a custom object.</summary>
    private bool IsData => _members!.IsTable || _value is PSCustomObject;

    /// <summary>An object that no cmdlet about a job can use, named without any of its content.</summary>
    private static InvalidInputException Wrong(string what) => new(
        "InputObject",
        $"Pipe a job from Get-CPThirdPartyJob; got {what}.",
        what.StartsWith("JSON", StringComparison.Ordinal)
            ? "Make objects of it first: Get-Content -Raw job.json | ConvertFrom-Json."
            : "Or pipe an object with jobId and clientToken, or name a job with -JobId and pipe nothing.");

    private static string DescribeText(string text) =>
        LooksLikeJson(text) ? "JSON text"
        : text.Any(c => c is '\n' or '\r') ? "text of several lines"
        : "text that is not a job id";

    private static InvalidInputException OutcomeAlone() => new(
        "JobId", "The outcome from the pipeline has no jobId.",
        "Name the job whose outcome it is: Complete-CPThirdPartyJob -JobId.");

    private string CheckMember()
    {
        if (!_members!.TryGet("JobId", out object? member))
        {
            throw IsData
                ? new InvalidInputException(
                    "JobId", "The object from the pipeline has no jobId.",
                    "Give it a member jobId, or name the job with -JobId.")
                : Wrong(_value!.GetType().Name);
        }

        return CheckId(PipedText.Read(member, _members.Spelling("JobId")!, _members.IsTable));
    }

    /// <summary>Of text that is piped a job's id is told apart by its characters: a line of a file is none.</summary>
    private static string CheckPipedText(string text) => IsPlain(text) ? CheckId(text) : throw Wrong(DescribeText(text));

    private static bool IsPlain(string text) =>
        text.Length > 0 && text.All(c => !char.IsWhiteSpace(c) && !char.IsControl(c) && "\"'{}[]:=,;@".IndexOf(c) < 0);

    /// <summary>Whether a text that PowerShell bound to -JobId can be shown: an id, and nothing that holds one.</summary>
    public static bool IsShown(string bound, PSObject? input) =>
        bound.Length > 0 && !IsNoId(bound) && (input?.BaseObject is not string || IsPlain(bound));

    /// <summary>Refuses what is no id for certain, before any of it is shown or sent.</summary>
    private static string CheckId(string id) => IsNoId(id)
        ? throw new InvalidInputException(
            "JobId", $"JobId is {DescribeText(id)}.", "Give the id of one job, as Get-CPThirdPartyJob shows it.")
        : ServiceLimits.JobId.Check(id, "JobId");

    private static bool IsNoId(string text) =>
        LooksLikeJson(text) || text.Any(char.IsControl) || text.StartsWith("@{", StringComparison.Ordinal);

    private static bool LooksLikeJson(string text)
    {
        string start = text.TrimStart();
        return start.Length > 0 && start[0] is '{' or '[';
    }

    private static string? Text(ObjectMembers members, string name) =>
        members.TryGet(name, out object? value) && value is not (null or "")
            ? PipedText.Read(value, members.Spelling(name)!, members.IsTable)
            : null;

    /// <summary>A token that was serialised is its mask, or nothing at all: that is none, and is looked up.</summary>
    private static Secret? Token(object? value, ObjectMembers members) =>
        value is null or "" || (value is string text && Secret.IsMask(text)) || IsEmptied(value) ? null
        : value is DateTime ? new Secret(PipedText.Read(value, "clientToken", members.IsTable))
        : ClientTokenArgument.Check(value);

    private static bool IsEmptied(object value) =>
        value is not Secret && ObjectMembers.TryCreate(value) is ObjectMembers members && !members.Names.Any();

    private static object? SessionOf(object? value) =>
        value is null or "" or ThirdPartySession ? value as ThirdPartySession
        : ObjectMembers.TryCreate(value) is ObjectMembers session ? (session.TryGet("Name", out object? name) ? name : null)
        : value;
}
