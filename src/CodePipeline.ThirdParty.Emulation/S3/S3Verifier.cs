using System;
using System.Globalization;
using System.Linq;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Signing;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Verifies the Signature Version 4 of an S3 request, in the header or in a presigned URL.</summary>
internal sealed class S3Verifier
{
    private const string Service = "s3";
    private const int LongestExpiry = 604_800;

    private readonly EmulatorOptions _options;
    private readonly string _accessKeyId;
    private readonly Secret _secretAccessKey;
    private readonly byte[] _credentialKey;

    internal S3Verifier(EmulatorOptions options, string accessKeyId, Secret secretAccessKey, byte[] credentialKey)
    {
        _options = options;
        _accessKeyId = accessKeyId;
        _secretAccessKey = secretAccessKey;
        _credentialKey = credentialKey;
    }

    /// <summary>Verifies the signature of a request and returns the caller.</summary>
    /// <param name="request">The request.</param>
    /// <param name="bucketRegion">The region of the bucket; <see langword="null"/> without an existing bucket.</param>
    /// <exception cref="S3Exception">The signature is missing, invalid or expired.</exception>
    internal S3Caller Verify(S3Request request, string? bucketRegion)
    {
        if (request.Has("Signature") && request.Has("AWSAccessKeyId"))
        {
            throw OldSignature();
        }

        return request.Has("X-Amz-Algorithm") || request.Has("X-Amz-Signature")
            ? VerifyQuery(request, bucketRegion)
            : VerifyHeader(request, bucketRegion);
    }

    private static S3Exception OldSignature() => S3Exception.InvalidRequest(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");

    private static S3Exception Malformed(string message) =>
        new("AuthorizationHeaderMalformed", "The authorization header is malformed; " + message);

    private static S3Exception BadParameters(string message) => new("AuthorizationQueryParametersError", message);


    private static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void CheckSignedHeaders(HttpRequest call, string signedHeaders)
    {
        string[] missing = SignatureV4.UnsignedHeaders(call, signedHeaders);
        if (missing.Length > 0)
        {
            throw S3Exception.AccessDenied("There were headers present in the request which were not signed")
                .With("HeadersNotSigned", string.Join(", ", missing));
        }
    }

    private static string Payload(string? text)
    {
        string payload = text ?? throw S3Exception.InvalidRequest(
            "Missing required header for this request: x-amz-content-sha256");
        bool isKnown = payload is S3Caller.Unsigned or S3Caller.UnsignedTrailer or S3Caller.SignedChunks
            or S3Caller.SignedChunksTrailer;
        return isKnown || (payload.Length == 64 && payload.All(Uri.IsHexDigit))
            ? payload
            : throw S3Exception.InvalidArgument(
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                    + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
                    + "sha256 value.",
                "x-amz-content-sha256",
                payload);
    }

    private S3Caller VerifyHeader(S3Request request, string? bucketRegion)
    {
        string? text = request.Header("Authorization");
        if (string.IsNullOrWhiteSpace(text))
        {
            throw S3Exception.AccessDenied();
        }

        if (text!.StartsWith("AWS ", StringComparison.Ordinal))
        {
            throw OldSignature();
        }

        AuthorizationHeader header;
        try
        {
            header = AuthorizationHeader.Parse(text);
        }
        catch (ServiceException e)
        {
            throw Malformed(e.Message);
        }

        // Like S3, accept the Date header of old clients.
        string? time = request.Header("X-Amz-Date");
        if (time is null && DateTimeOffset.TryParse(
            request.Header("Date"), CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset date))
        {
            time = SignatureV4.FormatTime(date);
        }

        if (!SignatureV4.TryParseTime(time, out DateTimeOffset signedAt))
        {
            throw S3Exception.AccessDenied("AWS authentication requires a valid Date or x-amz-date header");
        }

        string? jobId = FindCredentials(
            header.AccessKeyId, request.Header("X-Amz-Security-Token"), out string secretAccessKey);
        CheckScope(header, time!, request.Bucket, bucketRegion);
        CheckTime(signedAt, time!);
        string payload = Payload(request.Header("x-amz-content-sha256"));
        CheckSignedHeaders(request.Http, header.SignedHeaders);
        string canonical = CanonicalRequest.CreateForS3(
            request.Http, header.SignedHeaders, payload, leftOutOfQuery: null);
        ChunkSigner signer = CheckSignature(header, time!, canonical, secretAccessKey);
        return new S3Caller(header.AccessKeyId, jobId, payload, signer);
    }

    private S3Caller VerifyQuery(S3Request request, string? bucketRegion)
    {
        string Required(string name) => request.Parameter(name) is { Length: > 0 } value
            ? value
            : throw BadParameters(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                    + "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        if (Required("X-Amz-Algorithm") != AuthorizationHeader.Algorithm)
        {
            throw BadParameters($"X-Amz-Algorithm only supports \"{AuthorizationHeader.Algorithm}\"");
        }

        AuthorizationHeader header = AuthorizationHeader.FromParts(
            Required("X-Amz-Credential"), Required("X-Amz-SignedHeaders"), Required("X-Amz-Signature"))
            ?? throw BadParameters("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; "
                + "expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        string time = Required("X-Amz-Date");
        if (!SignatureV4.TryParseTime(time, out DateTimeOffset signedAt))
        {
            throw BadParameters("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        }

        if (!int.TryParse(
            Required("X-Amz-Expires"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds))
        {
            throw BadParameters("X-Amz-Expires should be a number");
        }

        if (seconds is < 0 or > LongestExpiry)
        {
            throw BadParameters(seconds < 0
                ? "X-Amz-Expires must be non-negative"
                : "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less "
                    + "than 604800 seconds");
        }

        string? jobId = FindCredentials(
            header.AccessKeyId, request.Parameter("X-Amz-Security-Token"), out string secretAccessKey);
        CheckScope(header, time, request.Bucket, bucketRegion);
        DateTimeOffset now = _options.Clock.GetUtcNow();
        if (signedAt > now + _options.AllowedClockSkew)
        {
            throw S3Exception.AccessDenied("Request is not valid yet").With("ServerTime", Iso(now));
        }

        if (now >= signedAt + TimeSpan.FromSeconds(seconds))
        {
            throw S3Exception.AccessDenied("Request has expired")
                .With("X-Amz-Expires", seconds.ToString(CultureInfo.InvariantCulture))
                .With("Expires", Iso(signedAt + TimeSpan.FromSeconds(seconds)))
                .With("ServerTime", Iso(now));
        }

        string payload = Payload(request.Header("x-amz-content-sha256")
            ?? request.Parameter("X-Amz-Content-Sha256") ?? S3Caller.Unsigned);
        CheckSignedHeaders(request.Http, header.SignedHeaders);
        string canonical = CanonicalRequest.CreateForS3(
            request.Http, header.SignedHeaders, payload, "X-Amz-Signature");
        ChunkSigner signer = CheckSignature(header, time, canonical, secretAccessKey);
        return new S3Caller(header.AccessKeyId, jobId, payload, signer);
    }

    /// <summary>
    /// Returns the job of artifact credentials; <see langword="null"/> for the emulator's access key.
    /// </summary>
    private string? FindCredentials(string accessKeyId, string? sessionToken, out string secretAccessKey)
    {
        if (ConstantTimeComparison.AreEqual(accessKeyId, _accessKeyId))
        {
            secretAccessKey = _secretAccessKey.Reveal();
            return sessionToken is null ? null : throw InvalidToken();
        }

        if (sessionToken is null)
        {
            throw new S3Exception(
                "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
                .With("AWSAccessKeyId", accessKeyId);
        }

        if (!EmulatedCredentials.TryRead(
                _credentialKey, sessionToken, out string owner, out string jobId, out DateTimeOffset expiresAt)
            || owner != accessKeyId)
        {
            throw InvalidToken();
        }

        secretAccessKey = EmulatedCredentials.SecretOf(_credentialKey, accessKeyId);
        return _options.Clock.GetUtcNow() < expiresAt ? jobId : throw S3Exception.ExpiredToken();
    }

    private static S3Exception InvalidToken() =>
        new("InvalidToken", "The provided token is malformed or otherwise invalid.");

    /// <remarks>
    /// The emulator's endpoint represents both its own region and the bucket's region. Like S3, it redirects a request
    /// that is signed for its own region to the bucket's region, and rejects any other region.
    /// </remarks>
    private void CheckScope(AuthorizationHeader header, string time, string? bucket, string? bucketRegion)
    {
        if (header.Service != Service)
        {
            throw Malformed($"incorrect service \"{header.Service}\". This endpoint belongs to \"{Service}\".");
        }

        if (header.Terminator != SignatureV4.Terminator)
        {
            throw Malformed(
                $"incorrect terminal \"{header.Terminator}\". This endpoint uses \"{SignatureV4.Terminator}\".");
        }

        if (!SignatureV4.IsDateOf(header.Date, time))
        {
            throw Malformed($"Invalid credential date \"{header.Date}\". This date is not the same as X-Amz-Date.");
        }

        string expected = bucketRegion ?? _options.Region;
        if (header.Region == expected)
        {
            return;
        }

        if (header.Region == _options.Region)
        {
            throw new S3Exception(
                "PermanentRedirect",
                "The bucket you are attempting to access must be addressed using the specified endpoint. Please send "
                    + "all future requests to this endpoint.",
                301)
            {
                BucketRegion = expected,
            }.With("Endpoint", $"{bucket}.s3.{expected}.amazonaws.com").With("Bucket", bucket ?? string.Empty);
        }

        throw new S3Exception(
            "AuthorizationHeaderMalformed",
            $"The authorization header is malformed; the region '{header.Region}' is wrong; expecting '{expected}'")
        {
            BucketRegion = expected,
        }.With("Region", expected);
    }

    private void CheckTime(DateTimeOffset signedAt, string time)
    {
        DateTimeOffset now = _options.Clock.GetUtcNow();
        TimeSpan skew = _options.AllowedClockSkew;
        if (signedAt < now - skew || signedAt > now + skew)
        {
            throw new S3Exception(
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
                403)
                .With("RequestTime", time)
                .With("ServerTime", Iso(now))
                .With("MaxAllowedSkewMilliseconds", skew.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
        }
    }

    private static ChunkSigner CheckSignature(
        AuthorizationHeader header, string time, string canonical, string secretAccessKey)
    {
        byte[] key = SignatureV4.DeriveKey(secretAccessKey, header.Date, header.Region, Service);
        string scope = SignatureV4.Scope(header.Date, header.Region, Service);
        string expected = SignatureV4.Sign(key, time, scope, HttpReader.Latin1.GetBytes(canonical));
        return ConstantTimeComparison.AreEqual(expected, header.Signature)
            ? new ChunkSigner(key, time, scope, header.Signature)
            : throw S3Exception.SignatureDoesNotMatch().With("AWSAccessKeyId", header.AccessKeyId);
    }
}
