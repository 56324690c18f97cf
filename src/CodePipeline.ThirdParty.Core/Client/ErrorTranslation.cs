using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Translates the SDK's exceptions to the module's own. It keeps no SDK exception inside, because the request object of
/// an SDK exception contains secrets.
/// </summary>
internal static class ErrorTranslation
{
    // Masking a very short token would only make the message unreadable.
    private const int ShortestMasked = 8;

    private static readonly Dictionary<string, Func<ServiceError, ThirdPartyServiceException>> s_byCode =
        new(StringComparer.Ordinal)
        {
            ["ActionTypeNotFoundException"] = error => new ActionTypeNotFoundException(error),
            ["ValidationException"] = error => new ValidationException(error),
            ["JobNotFoundException"] = error => new JobNotFoundException(error),
            ["InvalidClientTokenException"] = error => new InvalidClientTokenException(error),
            ["InvalidJobException"] = error => new InvalidJobException(error),
            ["InvalidJobStateException"] = error => new InvalidJobStateException(error),
            ["InvalidNonceException"] = error => new InvalidNonceException(error),
            ["ThrottlingException"] = error => new ThrottlingException(error),
            ["Throttling"] = error => new ThrottlingException(error),
            ["TooManyRequestsException"] = error => new ThrottlingException(error),
            ["RequestLimitExceeded"] = error => new ThrottlingException(error),
            ["SlowDown"] = error => new ThrottlingException(error),
            ["ExpiredTokenException"] = error => new ExpiredTokenException(error),
            ["ExpiredToken"] = error => new ExpiredTokenException(error),
            ["AccessDeniedException"] = error => new AccessDeniedException(error),
            ["AccessDenied"] = error => new AccessDeniedException(error),
            ["UnauthorizedOperation"] = error => new AccessDeniedException(error),
            ["UnrecognizedClientException"] = error => new UnrecognizedClientException(error),
            ["InvalidClientTokenId"] = error => new UnrecognizedClientException(error),
            ["MissingAuthenticationTokenException"] = error => new UnrecognizedClientException(error),
            ["MissingAuthenticationToken"] = error => new UnrecognizedClientException(error),
            ["OptInRequired"] = error => new UnrecognizedClientException(error),
            ["IncompleteSignatureException"] = error => new InvalidSignatureException(error),
            ["IncompleteSignature"] = error => new InvalidSignatureException(error),
            ["InvalidSignatureException"] = SignatureOrClock,
            ["SignatureDoesNotMatch"] = SignatureOrClock,
            ["RequestExpired"] = error => new ClockSkewException(error),
            ["RequestTimeTooSkewed"] = error => new ClockSkewException(error),
            ["RequestInTheFuture"] = error => new ClockSkewException(error),
            ["InternalFailure"] = error => new ServiceUnavailableException(error),
            ["InternalServerError"] = error => new ServiceUnavailableException(error),
            ["ServiceUnavailable"] = error => new ServiceUnavailableException(error),
            ["ServiceUnavailableException"] = error => new ServiceUnavailableException(error),
        };

    public static ThirdPartyServiceException Service(OperationRequest call, AmazonServiceException error, Secret? token)
    {
        string code = error.ErrorCode ?? string.Empty;
        string message = error.Message ?? string.Empty;
        if (token is not null && token.Reveal().Length >= ShortestMasked)
        {
            // The service may repeat the token in its message.
            message = message.Replace(token.Reveal(), Secret.Mask);
        }

        int status = (int)error.StatusCode;
        if (message.Length == 0)
        {
            message = code.Length == 0
                ? $"HTTP {status} with a body that is not from the service."
                : $"HTTP {status} without a message.";
        }

        var details = new ServiceError(
            call.Operation,
            code,
            message,
            NullIfEmpty(error.RequestId),
            status,
            call.Attempts,
            call.ResponseLost,
            error.Data[OperationUnmarshaller.ServerTime] as DateTimeOffset?);
        return s_byCode.TryGetValue(code, out Func<ServiceError, ThirdPartyServiceException>? make)
            ? make(details)
            : status switch
            {
                501 => new UnexpectedResponseException(details),
                >= 500 => new ServiceUnavailableException(details),
                429 => new ThrottlingException(details),

                // Only the service sends an error code. A proxy's page has just a status.
                >= 400 when code.Length > 0 => new OtherServiceException(details),
                _ => new UnexpectedResponseException(details),
            };
    }

    /// <summary>
    /// The error for a success response that a proxy or a captive portal sent instead of the service.
    /// </summary>
    public static UnexpectedResponseException NotFromService(OperationRequest call) =>
        Unexpected(call, "HTTP 200, but not from the service: the response has no JSON content type.", null);

    public static UnexpectedResponseException Unreadable(OperationRequest call, OperationResponse response) =>
        Unexpected(
            call, "HTTP 200 with a body that is not a valid response of this operation.",
            NullIfEmpty(response.ResponseMetadata?.RequestId));

    private static UnexpectedResponseException Unexpected(OperationRequest call, string message, string? requestId) =>
        new(new ServiceError(
            call.Operation, string.Empty, message, requestId, 200, call.Attempts, ResponseLost: true,
            ServerTime: null));

    /// <summary>The error for a response over the size limit. The call may have taken effect.</summary>
    public static UnexpectedResponseException TooLong(OperationRequest call) =>
        Unexpected(call, $"The body is longer than {ResponseLimit.LongestInMiB} MiB.", null);

    /// <summary>
    /// The service's error response behind an exception. Before the first attempt, a response comes from the credential
    /// source, so the result is <see langword="null"/>.
    /// </summary>
    public static AmazonServiceException? FromResponse(OperationRequest call, Exception error) => call.Attempts == 0
        ? null
        : ConnectionErrors.Chain(error).OfType<AmazonServiceException>()
            .FirstOrDefault(response => (int)response.StatusCode > 0);

    /// <summary>
    /// The connection error behind an exception; <see langword="null"/> if the exception has another cause.
    /// </summary>
    public static ThirdPartyConnectionException? Connection(OperationRequest call, string endpoint, Exception error) =>
        ConnectionErrors.Find(call.Operation, call.Attempts, endpoint, error, call.ResponseLost);

    private static ThirdPartyServiceException SignatureOrClock(ServiceError error) =>
        error.Message.IndexOf("Signature expired", StringComparison.OrdinalIgnoreCase) >= 0
        || error.Message.IndexOf("not yet current", StringComparison.OrdinalIgnoreCase) >= 0
            ? new ClockSkewException(error)
            : new InvalidSignatureException(error);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
