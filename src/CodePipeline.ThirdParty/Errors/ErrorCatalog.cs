using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;
using CodePipeline.ThirdParty.Worker;
using CodePipeline.ThirdParty.Worker.Journal;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Errors;

/// <summary>Every error that the cmdlets write. The ids are API: scripts compare them.</summary>
internal static class ErrorCatalog
{
    private const string IssuesUrl = "https://github.com/codepipeline-thirdparty/CodePipeline.ThirdParty/issues";

    private static readonly Dictionary<Type, (string Id, ErrorCategory Category, string Advice)> s_service = new()
    {
        [typeof(ActionTypeNotFoundException)] = ("ActionTypeNotFound", ErrorCategory.ObjectNotFound,
            "Check category, provider and version, and that the action type is registered in this region."),
        [typeof(ValidationException)] = ("ServiceValidation", ErrorCategory.InvalidArgument,
            "Correct the input that the service names."),
        [typeof(JobNotFoundException)] = ("JobNotFound", ErrorCategory.ObjectNotFound,
            "Check the job id, and that region and account are those of the poll."),
        [typeof(InvalidClientTokenException)] = ("InvalidClientToken", ErrorCategory.AuthenticationError,
            "Look the client token up by the job's ClientId; the client id itself is not the token."),
        [typeof(InvalidJobException)] = ("InvalidJob", ErrorCategory.ResourceUnavailable,
            "Leave the job alone: it is over, or it is not for a worker."),
        [typeof(InvalidJobStateException)] = ("InvalidJobState", ErrorCategory.ResourceUnavailable,
            "Confirm a job before you complete it, and complete it once. A job whose time limit has passed takes no result."),
        [typeof(InvalidNonceException)] = ("JobTaken", ErrorCategory.ResourceBusy,
            "Leave the job alone: another worker has it."),
        [typeof(ThrottlingException)] = ("Throttled", ErrorCategory.LimitsExceeded,
            "Call less often, or connect with -RetryMode Adaptive or more -MaxAttempts."),
        [typeof(ExpiredTokenException)] = ("CredentialsExpired", ErrorCategory.AuthenticationError,
            "Get new credentials: sign in again, or renew the session token."),
        [typeof(AccessDeniedException)] = ("AccessDenied", ErrorCategory.PermissionDenied,
            "Allow the identity the action codepipeline:{0}; Test-CPThirdPartyConnection shows what is allowed."),
        [typeof(UnrecognizedClientException)] = ("CredentialsNotRecognized", ErrorCategory.AuthenticationError,
            "Check the access key and the session token, and that they belong to this partition and account."),
        [typeof(InvalidSignatureException)] = ("InvalidSignature", ErrorCategory.AuthenticationError,
            "Check that the secret key belongs to the access key."),
        [typeof(ClockSkewException)] = ("ClockSkew", ErrorCategory.AuthenticationError,
            "Set the clock of this machine."),
        [typeof(ServiceUnavailableException)] = ("ServiceUnavailable", ErrorCategory.ResourceUnavailable,
            "Try again later."),
        [typeof(OtherServiceException)] = ("ServiceError", ErrorCategory.InvalidResult,
            "Look the error's name up in the AWS documentation; AWS Support asks for the request id."),
        [typeof(UnexpectedResponseException)] = ("UnexpectedResponse", ErrorCategory.ProtocolError,
            "Check the endpoint, and whether a proxy answers in its place."),
    };

    private static readonly Dictionary<ConnectionFault, (string Id, ErrorCategory Category, string What, string Advice)>
        s_connection = new()
        {
            [ConnectionFault.Unreachable] = ("EndpointUnreachable", ErrorCategory.ConnectionError,
                "cannot be reached", "Check the endpoint, the network and the proxy."),
            [ConnectionFault.NameNotResolved] = ("EndpointNameNotResolved", ErrorCategory.ConnectionError,
                "has a host name that DNS does not know",
                "Check the region and the endpoint for typos, and this machine's DNS."),
            [ConnectionFault.Tls] = ("TlsFailed", ErrorCategory.ConnectionError,
                "does not make a TLS connection that is trusted",
                "Check that the endpoint speaks https; behind an inspecting proxy, give its authority with -CaBundle, "
                + "AWS_CA_BUNDLE or ca_bundle in the profile."),
            [ConnectionFault.Timeout] = ("EndpointTimeout", ErrorCategory.OperationTimeout,
                "does not answer in time", "Try again, or raise -Timeout and -ConnectTimeout of Connect-CPThirdParty."),
            [ConnectionFault.Proxy] = ("ProxyRefused", ErrorCategory.ConnectionError,
                "is refused by the proxy",
                "Check -Proxy and -ProxyCredential of Connect-CPThirdParty, or HTTPS_PROXY."),
        };

    private static readonly Dictionary<JournalFault, (string Id, ErrorCategory Category)> s_journal = new()
    {
        [JournalFault.InUse] = ("JournalInUse", ErrorCategory.ResourceBusy),
        [JournalFault.Damaged] = ("JournalDamaged", ErrorCategory.InvalidData),
        [JournalFault.Unusable] = ("JournalUnusable", ErrorCategory.OpenError),
        [JournalFault.NotWritten] = ("JournalNotWritten", ErrorCategory.WriteError),
    };

    private static readonly Dictionary<CredentialFault, string> s_credential = new()
    {
        [CredentialFault.NotFound] = "CredentialsNotFound",
        [CredentialFault.ProfileNotFound] = "ProfileNotFound",
        [CredentialFault.ProfileUnusable] = "ProfileUnusable",
        [CredentialFault.SignInNeeded] = "SignInNeeded",
        [CredentialFault.SourceFailed] = "CredentialsFailed",
    };

    private static readonly Dictionary<ArtifactFault, (string Id, ErrorCategory Category)> s_artifact = new()
    {
        [ArtifactFault.NotFound] = ("ArtifactNotFound", ErrorCategory.ObjectNotFound),
        [ArtifactFault.AccessDenied] = ("ArtifactAccessDenied", ErrorCategory.PermissionDenied),
        [ArtifactFault.KeyUnusable] = ("ArtifactKeyUnusable", ErrorCategory.PermissionDenied),
        [ArtifactFault.NoCredentials] = ("ArtifactCredentialsMissing", ErrorCategory.AuthenticationError),
        [ArtifactFault.CredentialsExpired] = ("ArtifactCredentialsExpired", ErrorCategory.AuthenticationError),
        [ArtifactFault.CredentialsRejected] = ("ArtifactCredentialsRejected", ErrorCategory.AuthenticationError),
        [ArtifactFault.BucketElsewhere] = ("ArtifactBucketElsewhere", ErrorCategory.ResourceUnavailable),
        [ArtifactFault.Replaced] = ("ArtifactReplaced", ErrorCategory.ResourceBusy),
        [ArtifactFault.Damaged] = ("ArtifactDamaged", ErrorCategory.InvalidData),
        [ArtifactFault.Throttled] = ("ArtifactThrottled", ErrorCategory.LimitsExceeded),
        [ArtifactFault.Unavailable] = ("ArtifactStoreUnavailable", ErrorCategory.ResourceUnavailable),
        [ArtifactFault.Unsupported] = ("ArtifactStoreUnsupported", ErrorCategory.NotImplemented),
        [ArtifactFault.UnexpectedResponse] = ("ArtifactUnexpectedResponse", ErrorCategory.ProtocolError),
        [ArtifactFault.NoLocation] = ("ArtifactLocationMissing", ErrorCategory.InvalidData),
        [ArtifactFault.SourceNotFound] = ("PathNotFound", ErrorCategory.ObjectNotFound),
        [ArtifactFault.SourceChanged] = ("PathChanged", ErrorCategory.ResourceBusy),
        [ArtifactFault.DestinationExists] = ("DestinationExists", ErrorCategory.ResourceExists),
        [ArtifactFault.DiskFull] = ("DiskFull", ErrorCategory.WriteError),
        [ArtifactFault.PathUnusable] = ("PathUnusable", ErrorCategory.OpenError),
    };

    private static readonly Dictionary<ArchiveFault, (string Id, ErrorCategory Category)> s_archive = new()
    {
        [ArchiveFault.Damaged] = ("ArchiveDamaged", ErrorCategory.InvalidData),
        [ArchiveFault.Unsafe] = ("ArchiveUnsafe", ErrorCategory.SecurityError),
        [ArchiveFault.TooLarge] = ("ArchiveTooLarge", ErrorCategory.LimitsExceeded),
        [ArchiveFault.Unsupported] = ("ArchiveUnsupported", ErrorCategory.NotImplemented),
        [ArchiveFault.Conflict] = ("ArchiveConflict", ErrorCategory.ResourceExists),
        [ArchiveFault.Storage] = ("ArchiveStorage", ErrorCategory.OpenError),
    };

    /// <summary>
    /// The error for an exception of ours, or <see langword="null"/> for one that is none of the catalogue.
    /// </summary>
    public static CommandError? Find(Exception error, object? target) => error switch
    {
        // The job that was at work, where there is one, is what the error is about.
        RecordException record => record.Error with { Target = target ?? record.Error.Target },
        ThirdPartyServiceException service => Service(service, target),
        ThirdPartyConnectionException connection => Connection(connection, target),
        CredentialException credential => new CommandError(
            s_credential[credential.Fault], ErrorCategory.AuthenticationError, credential.ProfileName ?? target,
            credential,
            credential.Message, credential.RecommendedAction),
        InvalidInputException input => InvalidInput(input, target),
        ClientTokenNotFoundException token => new CommandError(
            "ClientTokenNotFound", ErrorCategory.AuthenticationError, target ?? token.JobId, token, token.Message,
            "Give -ClientToken (a token, a hashtable of client id to token, or a script block), connect with it, or "
            + $"set {EnvironmentTokenSource.Variable}."),
        ArtifactTransferException artifact => new CommandError(
            s_artifact[artifact.Fault].Id, s_artifact[artifact.Fault].Category, artifact.Path ?? target, artifact,
            artifact.Message, artifact.RecommendedAction),
        ArchiveException archive => new CommandError(
            s_archive[archive.Fault].Id, s_archive[archive.Fault].Category, target ?? archive.Path, archive,
            archive.Message, archive.RecommendedAction),
        JournalException journal => new CommandError(
            s_journal[journal.Fault].Id, s_journal[journal.Fault].Category, journal.Path, journal, journal.Message,
            journal.RecommendedAction),
        WorkDirectoryException folder => new CommandError(
            "WorkDirectoryUnusable", ErrorCategory.OpenError, folder.Path, folder, folder.Message,
            "Give -WorkDirectory a folder where the worker may write, on a disk with room."),
        HandlersStuckException stuck => new CommandError(
            "HandlerStuck", ErrorCategory.OperationTimeout, target, stuck, stuck.Message,
            "End this process, which ends them, and start the worker again; find out what the handlers wait for."),
        EmulatorStartException emulator => new CommandError(
            "EmulatorNotStarted", ErrorCategory.ResourceUnavailable, target, emulator, emulator.Message, emulator.RecommendedAction),
        _ => null,
    };

    public static CommandError InvalidInput(InvalidInputException error, object? target) => new(
        "InvalidInput", ErrorCategory.InvalidArgument, target ?? error.InputName, error, error.Message,
        error.RecommendedAction);

    /// <summary>An acknowledgement whose status is not InProgress.</summary>
    public static CommandError JobTaken(string jobId, string status, object target)
    {
        string message =
            $"Job {jobId} was not claimed: its status is '{status}', so another worker has it or it is over.";
        return new CommandError(
            "JobTaken", ErrorCategory.ResourceBusy, target, new InvalidOperationException(message), message,
            "Leave the job: it is not this worker's.");
    }

    public static CommandError NoNonce(string jobId, object target)
    {
        string message = $"The details of job {jobId} have no nonce, so it cannot be claimed.";
        return new CommandError(
            "NonceMissing", ErrorCategory.ResourceUnavailable, target, new InvalidOperationException(message), message,
            "Leave the job: it is over, or already claimed.");
    }

    /// <summary>A name that none of the job's artifacts has.</summary>
    public static CommandError ArtifactNotInJob(
        string name, string kind, string jobId, IEnumerable<string?> known, object target)
    {
        string all = string.Join(", ", known);
        string message = $"Job {jobId} has no {kind} artifact '{name}'.";
        return new CommandError(
            "ArtifactNotInJob", ErrorCategory.ObjectNotFound, target, new InvalidOperationException(message), message,
            all.Length > 0 ? $"Use one of: {all}." : $"The job has no {kind} artifacts at all.");
    }

    /// <summary>There is not one output artifact to take for granted.</summary>
    public static CommandError ArtifactAmbiguous(string jobId, IReadOnlyCollection<string?> known, object target)
    {
        string message = known.Count == 0
            ? $"Job {jobId} has no output artifact to publish."
            : $"Job {jobId} has {known.Count} output artifacts, and -Name does not say which one to publish.";
        return new CommandError(
            "ArtifactAmbiguous", ErrorCategory.InvalidArgument, target, new InvalidOperationException(message), message,
            known.Count == 0
                ? "Give the action of the pipeline an output artifact, or publish nothing."
                : $"Use -Name with one of: {string.Join(", ", known)}.");
    }

    public static CommandError WaitTimedOut(ActionTypeId actionType, TimeSpan waited)
    {
        string message = string.Format(
            CultureInfo.CurrentCulture, "No job of {0} came within {1:g}.", actionType, waited);
        return new CommandError(
            "WaitTimedOut", ErrorCategory.OperationTimeout, actionType, new TimeoutException(message), message,
            "Wait longer with -Timeout, or check that the pipeline's action ran.");
    }

    public static CommandError SessionNotFound(string name, IEnumerable<string?> known)
    {
        string all = string.Join(", ", known);
        string message = $"There is no session '{name}' in this runspace.";
        return new CommandError(
            "SessionNotFound", ErrorCategory.ObjectNotFound, name, new InvalidOperationException(message), message,
            all.Length > 0 ? $"Use one of: {all}." : "Make it with Connect-CPThirdParty -Name.");
    }

    /// <summary>PowerShell wants to ask before the cmdlet goes on, and there is nobody to ask.</summary>
    public static CommandError PromptUnavailable(string target, Exception error)
    {
        string message = $"A confirmation is needed for {target}, and PowerShell cannot ask here: {error.Message}";
        return new CommandError(
            "PromptUnavailable", ErrorCategory.InvalidOperation, target, error, message,
            "Use -Confirm:$false, or set $ConfirmPreference to High.");
    }

    public static CommandError TokenSourceFailed(string source, string? clientId, Exception error)
    {
        string message = $"The client token of client '{clientId}' could not be looked up in {source}: {error.Message}";
        return new CommandError(
            "ClientTokenSourceFailed", ErrorCategory.AuthenticationError, clientId, error, message,
            "Fix the source, or give the token with -ClientToken.");
    }

    public static CommandError EmulatorNotFound(string? name)
    {
        string message = name is null
            ? "No emulator is running in this process."
            : $"No emulator '{name}' is running in this process.";
        return new CommandError(
            "EmulatorNotFound", ErrorCategory.ObjectNotFound, name, new InvalidOperationException(message), message,
            "Start one with Start-CPThirdPartyEmulator; Get-CPThirdPartyEmulator shows those that run.");
    }

    public static CommandError EmulatorExists(string name)
    {
        string message = $"An emulator named '{name}' is already running in this process.";
        return new CommandError(
            "EmulatorExists", ErrorCategory.ResourceExists, name, new InvalidOperationException(message), message,
            "Use another name, or stop the running one with Stop-CPThirdPartyEmulator.");
    }

    /// <summary>The script of <c>-FilePath</c> is not there, or is no script.</summary>
    public static CommandError HandlerFileNotFound(string path)
    {
        string message = $"There is no script '{path}'.";
        return new CommandError(
            "HandlerFileNotFound", ErrorCategory.ObjectNotFound, path,
            new System.IO.FileNotFoundException(message, path), message,
            "Give -FilePath the path of a .ps1 file that handles a job.");
    }

    /// <summary>The script of <c>-FilePath</c> cannot be read or parsed, or may not run here.</summary>
    public static CommandError HandlerFileUnusable(string path, Exception error) => new(
        "HandlerFileUnusable", ErrorCategory.ParserError, path, error,
        $"The script '{path}' cannot be used: {error.Message}",
        "Fix the script. Check that this account can read it, and that the execution policy allows it.");

    /// <summary>A script block cannot go to another runspace.</summary>
    public static CommandError UsingScriptBlock(string variable)
    {
        string message = $"$using:{variable} is a script block, which belongs to the runspace that it was made in.";
        return new CommandError(
            "UsingScriptBlock", ErrorCategory.InvalidArgument, variable, new InvalidOperationException(message),
            message,
            "Write the script into the handler or into a module, or use -ThrottleLimit 1.");
    }

    /// <summary>Jobs waited, and a worker could take none of them.</summary>
    public static CommandError NoJobClaimed(IReadOnlyList<JobReport> skipped)
    {
        string message = skipped.Count == 1
            ? $"A job waited, and it could not be claimed: {skipped[0].Message}"
            : $"{skipped.Count} jobs waited, and none of them could be claimed; the first: {skipped[0].Message}";
        return new CommandError(
            "NoJobClaimed", ErrorCategory.ResourceUnavailable, skipped.Select(each => each.JobId).ToArray(),
            new InvalidOperationException(message), message,
            "See the warnings for the reasons, most often a client token that is missing or wrong.");
    }

    /// <summary>The log of <c>-LogPath</c> cannot be opened.</summary>
    public static CommandError LogUnusable(string path, Exception error) => new(
        "LogUnusable", ErrorCategory.OpenError, path, error, $"The log '{path}' cannot be opened: {error.Message}",
        "Give -LogPath a file that this account can write to.");

    /// <summary>An exception that ended a handler without an error record.</summary>
    public static CommandError HandlerFailed(Exception error) => new(
        "HandlerFailed", ErrorCategory.OperationStopped, null, error, error.Message,
        "See what the handler does there.");

    /// <summary>What no other entry knows: a defect of this module.</summary>
    public static CommandError Unexpected(Exception error, object? target) => new(
        "Unexpected", ErrorCategory.InvalidOperation, target, error, $"{error.GetType().Name}: {error.Message}",
        "This is a defect of the module. Report it at " + IssuesUrl
        + " with the error's exception and what -Debug shows.");

    private static CommandError Service(ThirdPartyServiceException error, object? target)
    {
        (string id, ErrorCategory category, string advice) = s_service[error.GetType()];
        ServiceError about = error.Error;

        // An answer without a name of an error tells its status in the message.
        string name = about.Code.Length > 0 ? $"{about.Code}: " : string.Empty;
        string tries = about.Attempts > 1 ? $" after {about.Attempts} attempts" : string.Empty;
        string requestId = about.RequestId is null ? string.Empty : $" (request id {about.RequestId})";
        return new CommandError(
            id, category, target, error,
            $"{about.Operation}{About(target)} failed{tries}: {name}{about.Message}{requestId}",
            advice.Replace("{0}", about.Operation));
    }

    /// <summary>Of many jobs in a pipeline, the message tells which one it is about.</summary>
    private static string About(object? target) => target switch
    {
        ThirdPartyJob job => $" for job {job.JobId}",
        string jobId => $" for job {jobId}",
        ActionTypeId actionType => $" for {actionType}",
        _ => string.Empty,
    };

    private static CommandError Connection(ThirdPartyConnectionException error, object? target)
    {
        (string id, ErrorCategory category, string what, string advice) = s_connection[error.Fault];
        string tries = error.Attempts > 1 ? $" after {error.Attempts} attempts" : string.Empty;
        return new CommandError(
            id, category, target ?? error.Endpoint, error,
            $"{error.Operation}{About(target)} failed{tries}: the endpoint {error.Endpoint} {what}: {error.Message}",
            advice);
    }
}
