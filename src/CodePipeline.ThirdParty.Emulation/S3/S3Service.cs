using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Signing;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>
/// Handles an S3 request: verifies the signature, checks access, injects a fault, runs the operation and records the
/// request.
/// </summary>
internal sealed class S3Service
{
    internal const string RequestIdHeader = "x-amz-request-id";
    internal const string HostId = "emulator";

    private readonly S3Verifier _verifier;
    private readonly ArtifactAccess _access;
    private readonly ObjectStore _store;
    private readonly ObjectOperations _objects;
    private readonly UploadOperations _uploads;
    private readonly ListOperations _lists;
    private readonly RequestLog _log;
    private readonly TimeProvider _clock;

    internal S3Service(
        S3Verifier verifier, ArtifactAccess access, ObjectStore store, RequestLog log, TimeProvider clock)
    {
        _verifier = verifier;
        _access = access;
        _store = store;
        _objects = new ObjectOperations(store, clock);
        _uploads = new UploadOperations(store, clock);
        _lists = new ListOperations(store);
        _log = log;
        _clock = clock;
    }

    internal async Task<HttpResponse> AnswerAsync(
        HttpRequest call, string requestId, FaultInjector? faults, CancellationToken stop)
    {
        DateTimeOffset time = _clock.GetUtcNow();
        S3Request request = S3Request.Read(call);
        string? operation = null;
        FaultRule? fault = null;
        HttpResponse response = HttpResponse.Dropped;
        try
        {
            operation = S3Operations.NameOf(request);
            bool isKnown = request.Bucket is not null && _store.Has(request.Bucket);
            S3Caller caller = _verifier.Verify(request, isKnown ? _store.Region : null);
            _access.Check(caller, request, operation);
            if (request.Bucket is not null && !isKnown)
            {
                throw S3Exception.NoSuchBucket(request.Bucket);
            }

            fault = faults?.Next(operation);
            response = await AnswerAsync(request, caller, operation, fault?.Kind).ConfigureAwait(false);
        }
        catch (S3Exception error)
        {
            response = S3Xml.Error(error, requestId, call.RawPath);
        }
        finally
        {
            // Also record a request whose client disconnected during the upload.
            if (_log.IsOn)
            {
                _log.Add(new RecordedRequest(
                    requestId, operation, time, response.StatusCode, response.ErrorName, fault?.Kind, string.Empty)
                {
                    BucketName = request.Bucket,
                    ObjectKey = request.Key,
                });
            }
        }

        if (fault?.Kind == FaultKind.Slow)
        {
            await _clock.DelayAsync(fault.Delay, stop).ConfigureAwait(false);
        }

        return response;
    }

    private async Task<HttpResponse> AnswerAsync(
        S3Request request, S3Caller caller, string operation, FaultKind? fault)
    {
        switch (fault)
        {
            case FaultKind.Throttle:
                throw S3Exception.SlowDown();
            case FaultKind.ExpiredToken:
                throw S3Exception.ExpiredToken();
            case FaultKind.AccessDenied:
                throw S3Exception.AccessDenied();
            case FaultKind.InternalFailure:
                throw S3Exception.InternalError();
            case FaultKind.ServiceUnavailable:
                return HttpResponse.Unavailable;
            case FaultKind.DropBefore:
                return HttpResponse.Dropped;
        }

        HttpResponse response = await DispatchAsync(request, caller, operation, fault).ConfigureAwait(false);
        switch (fault)
        {
            case FaultKind.DropAfter:
            case FaultKind.CutOff when request.Http.Method == "HEAD":
                response.Content?.Dispose();
                return HttpResponse.Dropped;
            case FaultKind.CutOff:
                return response.CutOff();
            case FaultKind.Garbled:
                return response.Garbled();
            default:
                return response;
        }
    }

    private async Task<HttpResponse> DispatchAsync(
        S3Request request, S3Caller caller, string operation, FaultKind? fault)
    {
        switch (operation)
        {
            case S3Operations.GetObject:
            case S3Operations.HeadObject:
                return _objects.Get(request, flip: fault == FaultKind.Corrupt);
            case S3Operations.PutObject:
                return await _objects.PutAsync(request, caller, fault).ConfigureAwait(false);
            case S3Operations.UploadPart:
                return await _uploads.PutPartAsync(request, caller, fault).ConfigureAwait(false);
            case S3Operations.DeleteObject:
                return _objects.Delete(request);
            case S3Operations.DeleteObjects:
                return _objects.DeleteMany(await ReadXmlAsync(request, caller, "Delete").ConfigureAwait(false));
            case S3Operations.CreateMultipartUpload:
                return _uploads.Create(request);
            case S3Operations.CompleteMultipartUpload:
                return _uploads.Complete(
                    request,
                    await ReadXmlAsync(request, caller, "CompleteMultipartUpload").ConfigureAwait(false));
            case S3Operations.AbortMultipartUpload:
                return _uploads.Abort(request);
            case S3Operations.ListParts:
                return _uploads.ListParts(request);
            default:
                return _lists.Handle(request, operation);
        }
    }

    private static async Task<IReadOnlyList<System.Xml.Linq.XElement>> ReadXmlAsync(
        S3Request request, S3Caller caller, string root)
    {
        // Enough for 10,000 parts with two checksums each.
        const long LongestXml = 8 << 20;
        await request.Http.ReadBodyAsync(LongestXml).ConfigureAwait(false);
        if (request.Http.IsTooLong)
        {
            throw S3Exception.MalformedXml();
        }

        byte[] body = request.Http.Body;
        if (caller.Payload.Length == 64
            && !caller.Payload.Equals(Hashing.Hex(Hashing.Sha256(body)), StringComparison.OrdinalIgnoreCase))
        {
            throw new S3Exception(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.");
        }

        return S3Xml.Read(body, root);
    }
}
