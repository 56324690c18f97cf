using System;
using System.Collections.Generic;
using System.IO;
using Amazon.Runtime;
using Amazon.S3;
using CodePipeline.ThirdParty.Files;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>The errors of moving artifacts, in words that name the artifact and the recommended action.</summary>
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

    private static readonly Dictionary<ArtifactFault, string> s_cures = new()
    {
        [ArtifactFault.NotFound] = "Check that the action before has published the artifact; an artifact of an old "
            + "execution may have been deleted.",
        [ArtifactFault.AccessDenied] = "The job's own credentials reach its artifacts only; check the policies of the "
            + "bucket and of its key, and that the job is not over.",
        [ArtifactFault.KeyUnusable] =
            "Check that the KMS key is enabled, and that its policy lets the pipeline use it.",
        [ArtifactFault.CredentialsExpired] = "Read the job's details again (Get-CPThirdPartyJobDetail); a job that is "
            + "over gets no new credentials.",
        [ArtifactFault.CredentialsRejected] = "Check that the endpoint of S3 belongs to the service that the job came "
            + "from (-S3EndpointUrl, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL), and the clock of this machine.",
        [ArtifactFault.BucketElsewhere] =
            "Check that the endpoint of S3 (AWS_ENDPOINT_URL_S3) serves the bucket's region.",
        [ArtifactFault.Replaced] = "Try again: the artifact was being written.",
        [ArtifactFault.Damaged] = "Try again; if it stays so, have the artifact made again by the action before.",
        [ArtifactFault.Throttled] = "Move fewer artifacts at a time, or connect with more -MaxAttempts.",
        [ArtifactFault.Unavailable] = "Try again later.",
        [ArtifactFault.Unsupported] = "For a store that knows no checksums at the end of a body, set "
            + "AWS_REQUEST_CHECKSUM_CALCULATION, or request_checksum_calculation in the profile, to when_required.",
        [ArtifactFault.UnexpectedResponse] = "Check the endpoint of S3, and whether a proxy answers in its place.",
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
    /// What the store answered. The SDK's exception is not kept: its request object carries the token.
    /// </summary>
    public static ArtifactTransferException FromResponse(
        string operation, string about, AmazonServiceException error, int attempts, IEnumerable<string> secrets)
    {
        ArtifactFault fault = FaultOf(error);
        string code = string.IsNullOrEmpty(error.ErrorCode) ? $"HTTP {(int)error.StatusCode}" : error.ErrorCode;
        string said = string.IsNullOrWhiteSpace(error.Message) ? string.Empty : $": {error.Message.Trim()}";
        foreach (string secret in secrets)
        {
            // S3 repeats an expired or unknown token in its answer.
            said = said.Replace(secret, Secret.Mask);
        }

        string? extended = (error as AmazonS3Exception)?.AmazonId2;
        string ids = string.IsNullOrEmpty(error.RequestId) ? string.Empty
            : string.IsNullOrEmpty(extended) ? $" (request id {error.RequestId})"
            : $" (request id {error.RequestId}, extended request id {extended})";
        string tries = attempts > 1 ? $" after {attempts} attempts" : string.Empty;
        return new ArtifactTransferException(
            fault, $"{operation} of {about} failed{tries}: {code}{said}{ids}", s_cures[fault])
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
        New(ArtifactFault.Damaged, $"What came of {about} is not what lies in S3: {what}.");

    public static ArtifactTransferException Replaced(string about) =>
        New(ArtifactFault.Replaced, $"The object of {about} was replaced while it was being downloaded.");

    public static ArtifactTransferException NoCredentials(string jobId) => new(
        ArtifactFault.NoCredentials, $"The details of job {jobId} hold no credentials for its artifacts.",
        "Read the details of a job that is not over, with Get-CPThirdPartyJobDetail.");

    public static ArtifactTransferException NotRenewed(string jobId, Exception? cause) => new(
        ArtifactFault.CredentialsExpired,
        $"The credentials for the artifacts of job {jobId} are past their end, and "
        + (cause is null ? "the job gives no new ones." : $"no new ones could be got: {cause.Message}"),
        s_cures[ArtifactFault.CredentialsExpired], cause);

    public static ArtifactTransferException NoLocation(string about, string what) => new(
        ArtifactFault.NoLocation, $"The job does not say where {about} lies: {what}.",
        "This is between the pipeline and the service; run the pipeline again.");

    public static ArtifactTransferException Exists(string path) => new(
        ArtifactFault.DestinationExists, $"'{path}' already exists.",
        "Use -Force to replace it, or another -Destination.")
    {
        Path = path,
    };

    public static ArtifactTransferException SourceNotFound(string path) => new(
        ArtifactFault.SourceNotFound, $"There is no file or folder '{path}'.", "Check -Path.")
    {
        Path = path,
    };

    public static ArtifactTransferException SourceChanged(string path) => new(
        ArtifactFault.SourceChanged, $"The file '{path}' was changed while it was being published.",
        "Publish it when nothing writes to it any more.")
    {
        Path = path,
    };

    /// <summary>Something other than a file whose bytes are there.</summary>
    public static ArtifactTransferException NotAFile(string path, string what) => new(
        ArtifactFault.PathUnusable, $"'{path}' cannot be published: {what}.",
        "Copy its content into a file, and publish that.")
    {
        Path = path,
    };

    /// <summary>The store says that it has an upload, and has another object.</summary>
    public static ArtifactTransferException StoredDifferently(string about, long sent, long stored) => new(
        ArtifactFault.Damaged,
        $"{sent:N0} bytes were sent of {about}, and the store keeps {stored:N0}. It did not confirm their checksum.",
        "Check the endpoint of S3: a store that does not know checksums behind a body (aws-chunked) keeps them as "
            + "content.");

    public static ArtifactTransferException NoRoom(string path, long needed, long free) => new(
        ArtifactFault.DiskFull,
        $"There is no room for '{path}': it takes {needed:N0} bytes, and the disk has {free:N0} left.",
        "Make room, or use a destination on another disk.")
    {
        Path = path,
    };

    /// <summary>A large folder's zip is made in a file, for which there is no room.</summary>
    public static ArtifactTransferException NoRoomForZip(string folder, string temporary, Exception cause) => new(
        ArtifactFault.DiskFull,
        $"There is no room for the zip of '{folder}' in '{temporary}', where it lies until it is uploaded: "
        + "the disk is full, or a quota is used up.",
        "Make room there, or have temporary files on another disk (TMPDIR, TEMP).", cause)
    {
        Path = temporary,
    };

    /// <summary>What the system says of a file.</summary>
    public static ArtifactTransferException OfPath(string doing, string path, Exception error)
    {
        (ArtifactFault fault, string why, string recommendedAction) =
            FileErrors.IsDiskFull(error) ? (ArtifactFault.DiskFull, "the disk is full, or a quota is used up.",
                "Make room, or use a destination on another disk.")
            : error is UnauthorizedAccessException ? (ArtifactFault.PathUnusable, error.Message,
                "Grant this account the right to it, or use another path.")
            : FileAbove(path) is string file ? (ArtifactFault.PathUnusable, $"'{file}' is a file, not a folder.",
                "Give the path of a folder, or one that does not exist yet.")
            : (ArtifactFault.PathUnusable, error.Message, "Check the path, and that nothing else has the file open.");
        return new ArtifactTransferException(fault, $"{doing} '{path}' failed: {why}", recommendedAction, error) { Path = path };
    }

    /// <summary>A file where a folder of the path should be.</summary>
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
        new(fault, message, s_cures[fault]);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
