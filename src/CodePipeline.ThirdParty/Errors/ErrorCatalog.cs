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

/// <summary>Every error that the cmdlets write. Scripts compare the ids, so the ids are API.</summary>
internal static class ErrorCatalog
{
    private const string IssuesUrl = "https://github.com/codepipeline-thirdparty/CodePipeline.ThirdParty/issues";

    private static readonly Dictionary<Type, (string Id, ErrorCategory Category, string Action)> s_service = new()
    {
        [typeof(ActionTypeNotFoundException)] = ("ActionTypeNotFound", ErrorCategory.ObjectNotFound,
            "Check category, provider and version, and that the action type is registered in this region."),
        [typeof(ValidationException)] = ("ServiceValidation", ErrorCategory.InvalidArgument,
            "Correct the input that the service names."),
        [typeof(JobNotFoundException)] = ("JobNotFound", ErrorCategory.ObjectNotFound,
            "Check the job id, and use the region and account of the poll."),
        [typeof(InvalidClientTokenException)] = ("InvalidClientToken", ErrorCategory.AuthenticationError,
            "Look up the client token for the job's ClientId. The client id itself is not the token."),
        [typeof(InvalidJobException)] = ("InvalidJob", ErrorCategory.ResourceUnavailable,
            "Skip the job: it has ended, or it is not a job for workers."),
        [typeof(InvalidJobStateException)] = ("InvalidJobState", ErrorCategory.ResourceUnavailable,
            "Confirm a job before you complete it, and complete it once. After a job's time limit, the service accepts "
            + "no result."),
        [typeof(InvalidNonceException)] = ("JobTaken", ErrorCategory.ResourceBusy,
            "Skip the job: another worker claimed it."),
        [typeof(ThrottlingException)] = ("Throttled", ErrorCategory.LimitsExceeded,
            "Send fewer requests, or connect with -RetryMode Adaptive or a higher -MaxAttempts."),
        [typeof(ExpiredTokenException)] = ("CredentialsExpired", ErrorCategory.AuthenticationError,
            "Get new credentials: sign in again, or renew the session token."),
        [typeof(AccessDeniedException)] = ("AccessDenied", ErrorCategory.PermissionDenied,
            "Allow codepipeline:{0} for this identity. Test-CPThirdPartyConnection shows what is allowed."),
        [typeof(UnrecognizedClientException)] = ("CredentialsNotRecognized", ErrorCategory.AuthenticationError,
            "Check the access key and the session token, and that they belong to this partition and account."),
        [typeof(InvalidSignatureException)] = ("InvalidSignature", ErrorCategory.AuthenticationError,
            "Check that the secret key belongs to the access key."),
        [typeof(ClockSkewException)] = ("ClockSkew", ErrorCategory.AuthenticationError,
            "Correct the clock of this machine."),
        [typeof(ServiceUnavailableException)] = ("ServiceUnavailable", ErrorCategory.ResourceUnavailable,
            "Try again later."),
        [typeof(OtherServiceException)] = ("ServiceError", ErrorCategory.InvalidResult,
            "Look up the error name in the AWS documentation. AWS Support needs the request id."),
        [typeof(UnexpectedResponseException)] = ("UnexpectedResponse", ErrorCategory.ProtocolError,
            "Check the endpoint, and check whether a proxy responds instead of the service."),
    };

    private static readonly Dictionary<ConnectionFault, (string Id, ErrorCategory Category, string What, string Action)>
        s_connection = new()
        {
            [ConnectionFault.Unreachable] = ("EndpointUnreachable", ErrorCategory.ConnectionError,
                "cannot be reached", "Check the endpoint, the network and the proxy."),
            [ConnectionFault.NameNotResolved] = ("EndpointNameNotResolved", ErrorCategory.ConnectionError,
                "has a host name that DNS cannot resolve",
                "Check the region and the endpoint for typos, and this machine's DNS."),
            [ConnectionFault.Tls] = ("TlsFailed", ErrorCategory.ConnectionError,
                "did not offer a trusted TLS connection",
                "Check that the endpoint supports https. Behind an inspecting proxy, set its CA with -CaBundle, "
                + "AWS_CA_BUNDLE or ca_bundle in the profile."),
            [ConnectionFault.Timeout] = ("EndpointTimeout", ErrorCategory.OperationTimeout,
                "did not respond in time", "Try again, or raise -Timeout and -ConnectTimeout of Connect-CPThirdParty."),
            [ConnectionFault.Proxy] = ("ProxyRefused", ErrorCategory.ConnectionError,
                "was refused by the proxy",
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
    /// The error for one of the module's exceptions, or <see langword="null"/> for an exception that is not in the
    /// catalogue.
    /// </summary>
    public static CommandError? Find(Exception error, object? target) => error switch
    {
        // The target is the current job, if there is one.
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
            "Pass -ClientToken (a token, a hashtable of client id to token, or a script block), connect with it, or "
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
            "Set -WorkDirectory to a writable folder on a disk with free space."),
        HandlersStuckException stuck => new CommandError(
            "HandlerStuck", ErrorCategory.OperationTimeout, target, stuck, stuck.Message,
            "End this process to end the handlers, and restart the worker. Find out what the handlers wait for."),
        EmulatorStartException emulator => new CommandError(
            "EmulatorNotStarted", ErrorCategory.ResourceUnavailable, target, emulator, emulator.Message,
            emulator.RecommendedAction),
        _ => null,
    };

    public static CommandError InvalidInput(InvalidInputException error, object? target) => new(
        "InvalidInput", ErrorCategory.InvalidArgument, target ?? error.InputName, error, error.Message,
        error.RecommendedAction);

    /// <summary>The service acknowledged the job with another status than InProgress.</summary>
    public static CommandError JobTaken(string jobId, string status, object target)
    {
        string message =
            $"Job {jobId} was not claimed: its status is '{status}', so another worker claimed it or it has ended.";
        return new CommandError(
            "JobTaken", ErrorCategory.ResourceBusy, target, new InvalidOperationException(message), message,
            "Skip the job: it does not belong to this worker.");
    }

    public static CommandError NoNonce(string jobId, object target)
    {
        string message = $"The details of job {jobId} have no nonce, so it cannot be claimed.";
        return new CommandError(
            "NonceMissing", ErrorCategory.ResourceUnavailable, target, new InvalidOperationException(message), message,
            "Skip the job: it has ended, or a worker already claimed it.");
    }

    /// <summary>No artifact of the job has this name.</summary>
    public static CommandError ArtifactNotInJob(
        string name, string kind, string jobId, IEnumerable<string?> known, object target)
    {
        string all = string.Join(", ", known);
        string message = $"Job {jobId} has no {kind} artifact '{name}'.";
        return new CommandError(
            "ArtifactNotInJob", ErrorCategory.ObjectNotFound, target, new InvalidOperationException(message), message,
            all.Length > 0 ? $"Use one of: {all}." : $"The job has no {kind} artifacts.");
    }

    /// <summary>The job has no output artifact or several, and none is named.</summary>
    public static CommandError ArtifactAmbiguous(string jobId, IReadOnlyCollection<string?> known, object target)
    {
        string message = known.Count == 0
            ? $"Job {jobId} has no output artifact to publish."
            : $"Job {jobId} has {known.Count} output artifacts, and -Name is missing.";
        return new CommandError(
            "ArtifactAmbiguous", ErrorCategory.InvalidArgument, target, new InvalidOperationException(message), message,
            known.Count == 0
                ? "Add an output artifact to the pipeline's action, or publish nothing."
                : $"Use -Name with one of: {string.Join(", ", known)}.");
    }

    public static CommandError WaitTimedOut(ActionTypeId actionType, TimeSpan waited)
    {
        string message = string.Format(
            CultureInfo.CurrentCulture, "No job of {0} arrived within {1:g}.", actionType, waited);
        return new CommandError(
            "WaitTimedOut", ErrorCategory.OperationTimeout, actionType, new TimeoutException(message), message,
            "Wait longer with -Timeout, or check that the pipeline's action ran.");
    }

    public static CommandError SessionNotFound(string name, IEnumerable<string?> known)
    {
        string all = string.Join(", ", known);
        string message = $"No session '{name}' exists in this runspace.";
        return new CommandError(
            "SessionNotFound", ErrorCategory.ObjectNotFound, name, new InvalidOperationException(message), message,
            all.Length > 0 ? $"Use one of: {all}." : "Create it with Connect-CPThirdParty -Name.");
    }

    /// <summary>The cmdlet needs confirmation, but the host cannot prompt the user.</summary>
    public static CommandError PromptUnavailable(string target, Exception error)
    {
        string message =
            $"The cmdlet needs confirmation for {target}, but PowerShell cannot prompt here: {error.Message}";
        return new CommandError(
            "PromptUnavailable", ErrorCategory.InvalidOperation, target, error, message,
            "Use -Confirm:$false, or set $ConfirmPreference to High.");
    }

    public static CommandError TokenSourceFailed(string source, string? clientId, Exception error)
    {
        string message = $"The client token of client '{clientId}' could not be looked up in {source}: {error.Message}";
        return new CommandError(
            "ClientTokenSourceFailed", ErrorCategory.AuthenticationError, clientId, error, message,
            "Fix the token source, or pass -ClientToken.");
    }

    public static CommandError EmulatorNotFound(string? name)
    {
        string message = name is null
            ? "No emulator is running in this process."
            : $"No emulator '{name}' is running in this process.";
        return new CommandError(
            "EmulatorNotFound", ErrorCategory.ObjectNotFound, name, new InvalidOperationException(message), message,
            "Start one with Start-CPThirdPartyEmulator. Get-CPThirdPartyEmulator lists the running ones.");
    }

    public static CommandError EmulatorExists(string name)
    {
        string message = $"An emulator named '{name}' is already running in this process.";
        return new CommandError(
            "EmulatorExists", ErrorCategory.ResourceExists, name, new InvalidOperationException(message), message,
            "Use another name, or stop the running one with Stop-CPThirdPartyEmulator.");
    }

    /// <summary>The script of <c>-FilePath</c> does not exist or is not a PowerShell script.</summary>
    public static CommandError HandlerFileNotFound(string path)
    {
        string message = $"The script '{path}' does not exist.";
        return new CommandError(
            "HandlerFileNotFound", ErrorCategory.ObjectNotFound, path,
            new System.IO.FileNotFoundException(message, path), message,
            "Set -FilePath to a .ps1 file that handles a job.");
    }

    /// <summary>The script of <c>-FilePath</c> cannot be read or parsed, or the execution policy blocks it.</summary>
    public static CommandError HandlerFileUnusable(string path, Exception error) => new(
        "HandlerFileUnusable", ErrorCategory.ParserError, path, error,
        $"The script '{path}' cannot be used: {error.Message}",
        "Fix the script. Check that this account can read it, and that the execution policy allows it.");

    /// <summary>A handler in another runspace uses a script block of the caller.</summary>
    public static CommandError UsingScriptBlock(string variable)
    {
        string message = $"$using:{variable} is a script block, which runs only in the runspace that created it.";
        return new CommandError(
            "UsingScriptBlock", ErrorCategory.InvalidArgument, variable, new InvalidOperationException(message),
            message,
            "Move the code into the handler or into a module, or use -ThrottleLimit 1.");
    }

    /// <summary>Jobs were waiting, but the worker could not claim any of them.</summary>
    public static CommandError NoJobClaimed(IReadOnlyList<JobReport> skipped)
    {
        string message = skipped.Count == 1
            ? $"1 job was waiting, but the worker could not claim it: {skipped[0].Message}"
            : $"{skipped.Count} jobs were waiting, but the worker could not claim any of them. The first one: "
                + skipped[0].Message;
        return new CommandError(
            "NoJobClaimed", ErrorCategory.ResourceUnavailable, skipped.Select(each => each.JobId).ToArray(),
            new InvalidOperationException(message), message,
            "Read the warnings for the reasons. The most common one is a missing or wrong client token.");
    }

    /// <summary>The log of <c>-LogPath</c> cannot be opened.</summary>
    public static CommandError LogUnusable(string path, Exception error) => new(
        "LogUnusable", ErrorCategory.OpenError, path, error, $"The log '{path}' cannot be opened: {error.Message}",
        "Set -LogPath to a file that this account can write to.");

    /// <summary>A handler ended with an exception that has no error record.</summary>
    public static CommandError HandlerFailed(Exception error) => new(
        "HandlerFailed", ErrorCategory.OperationStopped, null, error, error.Message,
        "Check the handler at the reported position.");

    /// <summary>An exception that no other entry covers: a bug in this module.</summary>
    public static CommandError Unexpected(Exception error, object? target) => new(
        "Unexpected", ErrorCategory.InvalidOperation, target, error, $"{error.GetType().Name}: {error.Message}",
        "This is a bug in the module. Report it at " + IssuesUrl
        + " with the error's exception and the output of -Debug.");

    private static CommandError Service(ThirdPartyServiceException error, object? target)
    {
        (string id, ErrorCategory category, string advice) = s_service[error.GetType()];
        ServiceError about = error.Error;

        // A response without an error code has its HTTP status in the message.
        string name = about.Code.Length > 0 ? $"{about.Code}: " : string.Empty;
        string tries = about.Attempts > 1 ? $" after {about.Attempts} attempts" : string.Empty;
        string requestId = about.RequestId is null ? string.Empty : $" (request id {about.RequestId})";
        return new CommandError(
            id, category, target, error,
            $"{about.Operation}{About(target)} failed{tries}: {name}{about.Message}{requestId}",
            advice.Replace("{0}", about.Operation));
    }

    /// <summary>Names the target, because a pipeline can process many jobs.</summary>
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
