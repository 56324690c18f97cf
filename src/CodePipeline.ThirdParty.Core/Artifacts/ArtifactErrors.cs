using System;
using System.Collections.Generic;
using System.IO;
using Amazon.Runtime;
using Amazon.S3;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Creates the errors of artifact transfers, each with a message and a recommended action.</summary>
internal static class ArtifactErrors
{
    private static readonly Dictionary<string, ArtifactFault> s_byCode = new(StringComparer.Ordinal)
    {
        ["NoSuchKey"] = ArtifactFault.NotFound,
        ["NoSuchBucket"] = ArtifactFault.NotFound,
        ["NoSuchVersion"] = ArtifactFault.NotFound,
        ["NotFound"] = ArtifactFault.NotFound,
        ["AccessDenied"] = ArtifactFault.AccessDenied,
        ["AllAccessDisabled"] = ArtifactFault.AccessDenied,
        ["AccountProblem"] = ArtifactFault.AccessDenied,
        ["ExpiredToken"] = ArtifactFault.CredentialsExpired,
        ["ExpiredTokenException"] = ArtifactFault.CredentialsExpired,
        ["TokenRefreshRequired"] = ArtifactFault.CredentialsExpired,
        ["InvalidToken"] = ArtifactFault.CredentialsRejected,
        ["InvalidAccessKeyId"] = ArtifactFault.CredentialsRejected,
        ["SignatureDoesNotMatch"] = ArtifactFault.CredentialsRejected,
        ["RequestTimeTooSkewed"] = ArtifactFault.CredentialsRejected,
        ["PermanentRedirect"] = ArtifactFault.BucketElsewhere,
        ["TemporaryRedirect"] = ArtifactFault.BucketElsewhere,
        ["AuthorizationHeaderMalformed"] = ArtifactFault.BucketElsewhere,
        ["IllegalLocationConstraintException"] = ArtifactFault.BucketElsewhere,
        ["PreconditionFailed"] = ArtifactFault.Replaced,
        ["NotImplemented"] = ArtifactFault.Unsupported,
        ["BadDigest"] = ArtifactFault.Damaged,
        ["XAmzContentSHA256Mismatch"] = ArtifactFault.Damaged,
        ["XAmzContentChecksumMismatch"] = ArtifactFault.Damaged,
        ["SlowDown"] = ArtifactFault.Throttled,
        ["Throttling"] = ArtifactFault.Throttled,
        ["ThrottlingException"] = ArtifactFault.Throttled,
        ["RequestLimitExceeded"] = ArtifactFault.Throttled,
    };

    private static readonly Dictionary<ArtifactFault, string> s_recommendedActions = new()
    {
        [ArtifactFault.NotFound] = "Check that the earlier action published the artifact, and that the artifact was "
            + "not deleted since.",
        [ArtifactFault.AccessDenied] = "Check that the job is still in progress, and that the policies of the bucket "
            + "and its KMS key allow the job's credentials.",
        [ArtifactFault.KeyUnusable] =
            "Check that the KMS key is enabled and that its policy allows the pipeline to use it.",
        [ArtifactFault.CredentialsExpired] = "Read the job's details again (Get-CPThirdPartyJobDetail). A job that "
            + "has ended gets no new credentials.",
        [ArtifactFault.CredentialsRejected] = "Check this machine's clock, and check that the S3 endpoint "
            + "(-S3EndpointUrl, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL) belongs to the service that offered the job.",
        [ArtifactFault.BucketElsewhere] =
            "Check that the S3 endpoint (AWS_ENDPOINT_URL_S3) serves the bucket's region.",
        [ArtifactFault.Replaced] = "Download the artifact again.",
        [ArtifactFault.Damaged] = "Try again. If it fails again, rerun the action that produced the artifact.",
        [ArtifactFault.Throttled] = "Transfer fewer artifacts at the same time, or raise -MaxAttempts.",
        [ArtifactFault.Unavailable] = "Try again later.",
        [ArtifactFault.Unsupported] = "If the store does not support trailing checksums, set "
            + "AWS_REQUEST_CHECKSUM_CALCULATION, or request_checksum_calculation in the profile, to when_required.",
        [ArtifactFault.UnexpectedResponse] =
            "Check the S3 endpoint, and check whether a proxy responds instead of S3.",
    };

    public static ArtifactFault FaultOf(AmazonServiceException error)
    {
        string code = error.ErrorCode ?? string.Empty;
        return s_byCode.TryGetValue(code, out ArtifactFault fault) ? fault
            : code.StartsWith("KMS", StringComparison.Ordinal) ? ArtifactFault.KeyUnusable
            : (int)error.StatusCode switch
            {
                404 => ArtifactFault.NotFound,
                403 => ArtifactFault.AccessDenied,
                301 or 307 => ArtifactFault.BucketElsewhere,
                412 => ArtifactFault.Replaced,
                429 => ArtifactFault.Throttled,
                501 => ArtifactFault.Unsupported,
                >= 500 => ArtifactFault.Unavailable,
                _ => ArtifactFault.UnexpectedResponse,
            };
    }

    /// <summary>
    /// Translates an error response of the store. The SDK's exception is not kept as the inner exception, because its
    /// request object contains the session token.
    /// </summary>
    public static ArtifactTransferException FromResponse(
        string operation, string about, AmazonServiceException error, int attempts, IEnumerable<string> secrets)
    {
        ArtifactFault fault = FaultOf(error);
        string code = string.IsNullOrEmpty(error.ErrorCode) ? $"HTTP {(int)error.StatusCode}" : error.ErrorCode;
        string detail = string.IsNullOrWhiteSpace(error.Message) ? string.Empty : $": {error.Message.Trim()}";
        foreach (string secret in secrets)
        {
            // S3 repeats an expired or unknown token in its response.
            detail = detail.Replace(secret, Secret.Mask);
        }

        string? extended = (error as AmazonS3Exception)?.AmazonId2;
        string requestIds = string.IsNullOrEmpty(error.RequestId) ? string.Empty
            : string.IsNullOrEmpty(extended) ? $" (request id {error.RequestId})"
            : $" (request id {error.RequestId}, extended request id {extended})";
        string retries = attempts > 1 ? $" after {attempts} attempts" : string.Empty;
        return new ArtifactTransferException(
            fault, $"{operation} of {about} failed{retries}: {code}{detail}{requestIds}", s_recommendedActions[fault])
        {
            Code = NullIfEmpty(error.ErrorCode),
            StatusCode = (int)error.StatusCode,
            RequestId = NullIfEmpty(error.RequestId),
            ExtendedRequestId = NullIfEmpty(extended),
        };
    }

    public static ArtifactTransferException Unexpected(string operation, string about, string what) =>
        New(ArtifactFault.UnexpectedResponse, $"{operation} of {about} failed: {what}.");

    public static ArtifactTransferException Damaged(string about, string what) =>
        New(ArtifactFault.Damaged, $"The downloaded copy of {about} differs from the object in S3: {what}.");

    public static ArtifactTransferException Replaced(string about) =>
        New(ArtifactFault.Replaced, $"The S3 object of {about} was replaced during the download.");

    public static ArtifactTransferException NoCredentials(string jobId) => new(
        ArtifactFault.NoCredentials, $"The details of job {jobId} contain no credentials for its artifacts.",
        "Use the details of a job that is in progress (Get-CPThirdPartyJobDetail).");

    public static ArtifactTransferException NotRenewed(string jobId, Exception? cause) => new(
        ArtifactFault.CredentialsExpired,
        $"The credentials for the artifacts of job {jobId} have expired, and "
        + (cause is null ? "the job provides no new ones." : $"renewing them failed: {cause.Message}"),
        s_recommendedActions[ArtifactFault.CredentialsExpired], cause);

    public static ArtifactTransferException NoLocation(string about, string what) => new(
        ArtifactFault.NoLocation, $"The job specifies no usable location for {about}: {what}.",
        "Run the pipeline again. CodePipeline provides the location.");

    public static ArtifactTransferException Exists(string path) => new(
        ArtifactFault.DestinationExists, $"'{path}' already exists.",
        "Use -Force to replace it, or choose another -Destination.")
    {
        Path = path,
    };

    public static ArtifactTransferException SourceNotFound(string path) => new(
        ArtifactFault.SourceNotFound, $"The file or folder '{path}' does not exist.", "Check -Path.")
    {
        Path = path,
    };

    public static ArtifactTransferException SourceChanged(string path) => new(
        ArtifactFault.SourceChanged, $"The file '{path}' changed while it was being published.",
        "Publish it after all programs have finished writing to it.")
    {
        Path = path,
    };

    /// <summary>The path is not a regular file with a known length.</summary>
    public static ArtifactTransferException NotAFile(string path, string what) => new(
        ArtifactFault.PathUnusable, $"'{path}' cannot be published: {what}.",
        "Copy its content to a regular file and publish that file.")
    {
        Path = path,
    };

    /// <summary>The store confirmed the upload, but the stored object has another length.</summary>
    public static ArtifactTransferException StoredDifferently(string about, long sent, long stored) => new(
        ArtifactFault.Damaged,
        $"{sent:N0} bytes of {about} were sent, but the store holds {stored:N0}. It did not confirm a checksum.",
        "Check the S3 endpoint. A store without support for trailing checksums (aws-chunked) saves them as content.");

    public static ArtifactTransferException NoRoom(string path, long needed, long free) => new(
        ArtifactFault.DiskFull,
        $"Not enough disk space for '{path}': it needs {needed:N0} bytes, and {free:N0} are free.",
        "Free disk space, or use a destination on another disk.")
    {
        Path = path,
    };

    /// <summary>The disk of the temporary folder is too full for the zip of a large folder.</summary>
    public static ArtifactTransferException NoRoomForZip(string folder, string temporary, Exception cause) => new(
        ArtifactFault.DiskFull,
        $"Not enough disk space for the zip of '{folder}' in the temporary folder '{temporary}': "
        + "the disk is full, or a quota is exceeded.",
        "Free disk space there, or set TMPDIR (TEMP on Windows) to a folder on another disk.", cause)
    {
        Path = temporary,
    };

    /// <summary>Translates an I/O error at a path.</summary>
    public static ArtifactTransferException OfPath(string doing, string path, Exception error)
    {
        (ArtifactFault fault, string why, string recommendedAction) =
            FileErrors.IsDiskFull(error) ? (ArtifactFault.DiskFull, "the disk is full, or a quota is exceeded.",
                "Free disk space, or use a destination on another disk.")
            : error is UnauthorizedAccessException ? (ArtifactFault.PathUnusable, error.Message,
                "Grant this account access to it, or use another path.")
            : FileAbove(path) is string file ? (ArtifactFault.PathUnusable, $"'{file}' is a file, not a folder.",
                "Specify a folder, or a path that does not exist yet.")
            : (ArtifactFault.PathUnusable, error.Message,
                "Check the path, and check that no other program has the file open.");
        return new ArtifactTransferException(fault, $"{doing} '{path}' failed: {why}", recommendedAction, error)
        {
            Path = path,
        };
    }

    /// <summary>Finds a file at a place where the path needs a folder.</summary>
    private static string? FileAbove(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        while (!string.IsNullOrEmpty(folder) && !File.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return string.IsNullOrEmpty(folder) ? null : folder;
    }

    private static ArtifactTransferException New(ArtifactFault fault, string message) =>
        new(fault, message, s_recommendedActions[fault]);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
