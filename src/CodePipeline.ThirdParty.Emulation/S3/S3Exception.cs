using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>An error response with S3's error code.</summary>
internal sealed class S3Exception : Exception
{
    internal S3Exception(string code, string message, int statusCode = 400)
        : base(message)
    {
        Code = code;
        StatusCode = statusCode;
    }

    internal string Code { get; }

    internal int StatusCode { get; }

    /// <summary>More XML elements of the response, in order.</summary>
    internal List<KeyValuePair<string, string>> Details { get; } = new();

    /// <summary>The region for the <c>x-amz-bucket-region</c> header; <see langword="null"/> for none.</summary>
    internal string? BucketRegion { get; init; }

    internal static S3Exception AccessDenied(string message = "Access Denied") => new("AccessDenied", message, 403);

    internal static S3Exception NoSuchBucket(string bucket) =>
        new S3Exception("NoSuchBucket", "The specified bucket does not exist", 404).With("BucketName", bucket);

    internal static S3Exception NoSuchKey(string key) =>
        new S3Exception("NoSuchKey", "The specified key does not exist.", 404).With("Key", key);

    internal static S3Exception NoSuchUpload(string uploadId) => new S3Exception(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
            + "completed.",
        404).With("UploadId", uploadId);

    internal static S3Exception InvalidPart(string uploadId, string partNumber, string etag) => new S3Exception(
        "InvalidPart",
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified "
            + "entity tag may not match the part's entity tag.")
        .With("UploadId", uploadId).With("PartNumber", partNumber).With("ETag", etag);

    internal static S3Exception InvalidRequest(string message) => new("InvalidRequest", message);

    internal static S3Exception InvalidArgument(string message, string name, string value) =>
        new S3Exception("InvalidArgument", message).With("ArgumentName", name).With("ArgumentValue", value);

    internal static S3Exception MalformedXml() => new(
        "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

    internal static S3Exception BadDigest(string what) =>
        new("BadDigest", $"The {what} you specified did not match what we received.");

    internal static S3Exception IncompleteBody() => new(
        "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.");

    internal static S3Exception MalformedTrailer() => new(
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our published schema.");

    internal static S3Exception MissingContentLength() =>
        new("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);

    internal static S3Exception PreconditionFailed(string condition) => new S3Exception(
        "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
        .With("Condition", condition);

    internal static S3Exception MethodNotAllowed(string method) => new S3Exception(
        "MethodNotAllowed", "The specified method is not allowed against this resource.", 405).With("Method", method);

    internal static S3Exception NotImplemented(string what) => new(
        "NotImplemented",
        $"A header or parameter you provided implies functionality that is not implemented: {what}",
        501);

    internal static S3Exception SignatureDoesNotMatch() => new(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
            + "method.",
        403);

    internal static S3Exception ExpiredToken() => new("ExpiredToken", "The provided token has expired.");

    internal static S3Exception SlowDown() => new("SlowDown", "Please reduce your request rate.", 503);

    internal static S3Exception InternalError() =>
        new("InternalError", "We encountered an internal error. Please try again.", 500);

    internal S3Exception With(string name, string value)
    {
        Details.Add(new KeyValuePair<string, string>(name, value));
        return this;
    }
}
