using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Emulation.Signing;
using CodePipeline.ThirdParty.Retries;

namespace CodePipeline.ThirdParty.Emulation.Wire;

/// <summary>
/// Handles a request: routes S3 requests, verifies the signature, injects a fault, runs the operation and records the
/// request.
/// </summary>
internal sealed class RequestPipeline
{
    private const int RecordedBodyLimit = 64 * 1024;
    private const string JsonType = "application/x-amz-json-1.1";

    private readonly SigV4Verifier _verifier;
    private readonly OperationDispatcher _dispatcher;
    private readonly S3Service _objectStore;
    private readonly RequestLog _log;
    private readonly TimeProvider _clock;
    private volatile FaultInjector? _faults;

    internal RequestPipeline(
        SigV4Verifier verifier,
        OperationDispatcher dispatcher,
        S3Service objectStore,
        RequestLog log,
        TimeProvider clock)
    {
        _objectStore = objectStore;
        _verifier = verifier;
        _dispatcher = dispatcher;
        _log = log;
        _clock = clock;
    }

    internal void OrderFaults(FaultPlan? plan) => _faults = plan is null ? null : new FaultInjector(plan);

    internal async Task<HttpResponse> AnswerAsync(HttpRequest call, string requestId, CancellationToken stop)
    {
        if (S3Request.IsFor(call))
        {
            return await _objectStore.AnswerAsync(call, requestId, _faults, stop).ConfigureAwait(false);
        }

        await call.ReadBodyAsync().ConfigureAwait(false);
        DateTimeOffset time = _clock.GetUtcNow();
        string? operation = call.Method == "POST" && call.RawPath == "/"
            ? Operations.FromTarget(call.Headers["X-Amz-Target"])
            : null;
        FaultRule? fault = null;
        bool isVerified = false;
        HttpResponse response;
        try
        {
            Check(call, operation);
            isVerified = true;
            fault = _faults?.Next(operation!);
            response = Run(fault?.Kind, operation!, call.Body);
        }
        catch (ServiceException error)
        {
            response = HttpResponse.Error(error);
        }

        if (_log.IsOn)
        {
            _log.Add(new RecordedRequest(
                requestId,
                operation,
                time,
                response.StatusCode,
                response.ErrorName,
                fault?.Kind,
                isVerified ? RecordedBody(call.Body) : string.Empty));
        }

        if (fault?.Kind == FaultKind.Slow)
        {
            await _clock.DelayAsync(fault.Delay, stop).ConfigureAwait(false);
        }

        return response;
    }

    // Any process on the machine can send requests, so the recorded body needs a limit.
    private static string RecordedBody(byte[] body) =>
        Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, RecordedBodyLimit));

    private void Check(HttpRequest call, string? operation)
    {
        if (operation is null)
        {
            throw new ServiceException(
                "UnknownOperationException",
                "The emulator supports only POST / with the X-Amz-Target of a third-party job operation.",
                call.Method == "POST" && call.RawPath == "/" ? 400 : 404);
        }

        if (call.IsTooLong)
        {
            throw new ServiceException("RequestEntityTooLargeException", "The body is longer than 1 MiB.", 413);
        }

        string contentType = call.Headers["Content-Type"] ?? string.Empty;
        if (!contentType.Split(';')[0].Trim().Equals(JsonType, StringComparison.OrdinalIgnoreCase))
        {
            throw new ServiceException("UnknownOperationException", $"The Content-Type is not {JsonType}.");
        }

        _verifier.Verify(call);
    }

    private HttpResponse Run(FaultKind? fault, string operation, byte[] body)
    {
        switch (fault)
        {
            case FaultKind.Throttle:
                throw new ServiceException("ThrottlingException", "Rate exceeded");
            case FaultKind.ExpiredToken:
                throw new ServiceException(
                    "ExpiredTokenException", "The security token included in the request is expired");
            case FaultKind.AccessDenied:
                throw new ServiceException(
                    "AccessDeniedException", $"The caller is not authorized to perform: codepipeline:{operation}");
            case FaultKind.InternalFailure:
                throw new ServiceException(
                    "InternalFailure", "The request processing has failed because of an unknown error.", 500);
            case FaultKind.ServiceUnavailable:
                return HttpResponse.Unavailable;
            case FaultKind.DropBefore:
                return HttpResponse.Dropped;
        }

        HttpResponse response;
        try
        {
            response = HttpResponse.Success(_dispatcher.Dispatch(operation, body));
        }
        catch (ServiceException error)
        {
            response = HttpResponse.Error(error);
        }

        return fault switch
        {
            FaultKind.DropAfter => HttpResponse.Dropped,
            FaultKind.Garbled => response.Garbled(),
            FaultKind.CutOff => response.CutOff(),
            _ => response,
        };
    }
}
