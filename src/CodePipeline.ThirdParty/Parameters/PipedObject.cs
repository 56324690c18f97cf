using System;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>The piped object of a cmdlet for jobs, with its members read explicitly.</summary>
/// <remarks>
/// PowerShell binds object properties by name but not hashtable entries, and converts other objects to text. This class
/// therefore reads every piped object. Explicit parameters override its members.
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

    /// <summary>No piped object.</summary>
    public static PipedObject None { get; } = new(null, null);

    /// <summary>The piped job, if it is a live object of this process.</summary>
    public ThirdPartyJob? Job => _value as ThirdPartyJob;

    /// <summary>The client id.</summary>
    public string? ClientId { get; private init; }

    /// <summary>The client token; null if the object has only its mask.</summary>
    public Secret? ClientToken { get; private init; }

    /// <summary>Whether the object has a client token member, filled in or not.</summary>
    public bool HasClientToken { get; private init; }

    /// <summary>The nonce.</summary>
    public string? Nonce { get; private init; }

    /// <summary>
    /// The piped session, or the session or session name in the object. A name from another process may not exist here.
    /// </summary>
    public object? Session { get; private init; }

    /// <summary>The object's region, endpoint and credentials.</summary>
    public CallSettings Settings { get; private init; } = CallSettings.None;

    /// <summary>The object's members; null if it has none.</summary>
    public ObjectMembers? Content => _members;

    private object? NamedSession { get; init; }

    /// <summary>Reads a piped object.</summary>
    /// <exception cref="InvalidInputException">A member has an invalid value.</exception>
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

        if (members.Spelling("JobId") is null && CredentialArgument.TryCreate(value) is CredentialArgument credential)
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

    /// <summary>Whether the value is the object's own session, bound by property name.</summary>
    public bool CarriesSession(object session) => NamedSession is not null && Equals(NamedSession, session);

    /// <summary>Returns the job id of -JobId or of the piped object.</summary>
    /// <param name="bound">The value that PowerShell bound to <c>-JobId</c>.</param>
    /// <param name="isNamed">Whether <c>-JobId</c> was on the command line.</param>
    /// <param name="input">The piped object.</param>
    /// <exception cref="InvalidInputException">There is no id, or the piped object cannot belong to a job.</exception>
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

        // A delay-bind script block yields a normal id.
        bool describesJob = _members is not null && (IsData || _members.Spelling("JobId") is not null);
        bool isCompanion = describesJob || _value is ThirdPartyJobOutcome or ThirdPartySession
            || Settings.Credential is not null;
        return isPiped ? throw (_value is ThirdPartyJobOutcome ? OutcomeAlone() : Wrong(_value!.GetType().Name))
            : isNamed && !isCompanion ? throw Wrong(_value!.GetType().Name)
            : CheckId(id);
    }

    /// <summary>Whether the object is plain data: a table or a custom object.</summary>
    private bool IsData => _members!.IsTable || _value is PSCustomObject;

    /// <summary>The error for an unusable object. Its text shows nothing of the object, which may hold a secret.</summary>
    private static InvalidInputException Wrong(string what) => new(
        "InputObject",
        $"Pipe a job from Get-CPThirdPartyJob; got {what}.",
        what.StartsWith("JSON", StringComparison.Ordinal)
            ? "Convert it to an object first: Get-Content -Raw job.json | ConvertFrom-Json."
            : "You can also pipe an object with jobId and clientToken, or use -JobId and pipe nothing.");

    private static string DescribeText(string text) =>
        LooksLikeJson(text) ? "JSON text"
        : text.Any(c => c is '\n' or '\r') ? "text of several lines"
        : "text that is not a job id";

    private static InvalidInputException OutcomeAlone() => new(
        "JobId", "The piped outcome has no jobId.",
        "Name its job with Complete-CPThirdPartyJob -JobId.");

    private string CheckMember()
    {
        if (!_members!.TryGet("JobId", out object? member))
        {
            throw IsData
                ? new InvalidInputException(
                    "JobId", "The piped object has no jobId.",
                    "Add a jobId member, or pass -JobId.")
                : Wrong(_value!.GetType().Name);
        }

        return CheckId(PipedText.Read(member, _members.Spelling("JobId")!, _members.IsTable));
    }

    /// <summary>
    /// Accepts piped text only if its characters fit an id, so that a line of a file is not sent as one.
    /// </summary>
    private static string CheckPipedText(string text) =>
        IsPlain(text) ? CheckId(text) : throw Wrong(DescribeText(text));

    private static bool IsPlain(string text) =>
        text.Length > 0 && text.All(c => !char.IsWhiteSpace(c) && !char.IsControl(c) && "\"'{}[]:=,;@".IndexOf(c) < 0);

    /// <summary>Whether the text bound to -JobId is safe to display: an id, not an object that contains one.</summary>
    public static bool CanDisplay(string bound, PSObject? input) =>
        bound.Length > 0 && !CannotBeId(bound) && (input?.BaseObject is not string || IsPlain(bound));

    /// <summary>Rejects text that cannot be an id before the module displays or sends it.</summary>
    private static string CheckId(string id) => CannotBeId(id)
        ? throw new InvalidInputException(
            "JobId", $"JobId is {DescribeText(id)}.", "Use the id of one job, as Get-CPThirdPartyJob shows it.")
        : ServiceLimits.JobId.Check(id, "JobId");

    private static bool CannotBeId(string text) =>
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

    /// <summary>
    /// The token. Null for the mask or the empty object of a serialized token, so that the cmdlet looks the token up.
    /// </summary>
    private static Secret? Token(object? value, ObjectMembers members) =>
        value is null or "" || (value is string text && Secret.IsMask(text)) || IsEmptied(value) ? null
        : value is DateTime ? new Secret(PipedText.Read(value, "clientToken", members.IsTable))
        : ClientTokenArgument.Check(value);

    private static bool IsEmptied(object value) =>
        value is not Secret && ObjectMembers.TryCreate(value) is ObjectMembers members && !members.Names.Any();

    private static object? SessionOf(object? value) =>
        value is null or "" or ThirdPartySession ? value as ThirdPartySession
        : ObjectMembers.TryCreate(value) is ObjectMembers session
        ? (session.TryGet("Name", out object? name) ? name : null)
        : value;
}
