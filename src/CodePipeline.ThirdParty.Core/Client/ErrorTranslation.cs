using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Tasks;
using Amazon.Runtime;

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
    /// The error about an input that is read during the connect (the CA bundle); <see langword="null"/> if there is
    /// none.
    /// </summary>
    public static InvalidInputException? OfInput(Exception error) =>
        Chain(error).OfType<InvalidInputException>().FirstOrDefault();

    /// <summary>
    /// The service's error response behind an exception. Before the first attempt, a response comes from the credential
    /// source, so the result is <see langword="null"/>.
    /// </summary>
    public static AmazonServiceException? FromResponse(OperationRequest call, Exception error) => call.Attempts == 0
        ? null
        : Chain(error).OfType<AmazonServiceException>().FirstOrDefault(response => (int)response.StatusCode > 0);

    /// <summary>
    /// The connection error behind an exception; <see langword="null"/> if the exception has another cause.
    /// </summary>
    public static ThirdPartyConnectionException? Connection(OperationRequest call, string endpoint, Exception error) =>
        Connection(call.Operation, call.Attempts, endpoint, error, call.ResponseLost);

    /// <summary>The same, for a call to any service.</summary>
    public static ThirdPartyConnectionException? Connection(
        string operation, int attempts, string endpoint, Exception error, bool answerLost = false)
    {
        Exception[] chain = Chain(error).ToArray();
        Exception? inner = null;
        ConnectionFault? fault =
            Find<AuthenticationException>(chain, out inner) ? ConnectionFault.Tls
            : Find<TimeoutException>(chain, out inner) ? ConnectionFault.Timeout
            : Find(chain, out inner, (WebException web) => web.Status == WebExceptionStatus.TrustFailure
                || web.Status == WebExceptionStatus.SecureChannelFailure) ? ConnectionFault.Tls
            : Find(chain, out inner, (WebException web) => web.Status == WebExceptionStatus.NameResolutionFailure)
                ? ConnectionFault.NameNotResolved
            : Find(chain, out inner, (WebException web) => web.Status == WebExceptionStatus.Timeout)
                ? ConnectionFault.Timeout
            : Find(chain, out inner, (SocketException socket) => socket.SocketErrorCode
                is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery)
                ? ConnectionFault.NameNotResolved
            : Find(chain, out inner, (SocketException socket) => socket.SocketErrorCode == SocketError.TimedOut)
                ? ConnectionFault.Timeout
            : Find(chain, out inner, (HttpRequestException http) => IsProxy(http)) ? ConnectionFault.Proxy
            : Find<TaskCanceledException>(chain, out inner) ? ConnectionFault.Timeout
            : Find<SocketException>(chain, out inner) ? ConnectionFault.Unreachable
            : Find<HttpRequestException>(chain, out inner) ? ConnectionFault.Unreachable
            : Find<WebException>(chain, out inner) ? ConnectionFault.Unreachable
            : Find<System.IO.IOException>(chain, out inner) ? ConnectionFault.Unreachable

            // The connection was closed during a write.
            : Find(
                chain, out inner,
                (ObjectDisposedException gone) => gone.ObjectName.StartsWith("System.Net.", StringComparison.Ordinal))
                ? ConnectionFault.Unreachable
            : null;
        if (fault is not ConnectionFault kind)
        {
            return null;
        }

        // The innermost message is the clearest: "Connection refused", "Name or service not known".
        Exception clearest = kind is ConnectionFault.Unreachable ? chain[chain.Length - 1] : inner!;
        return new ThirdPartyConnectionException(
            kind, operation, endpoint, clearest.Message, attempts, clearest, answerLost);
    }

    private static ThirdPartyServiceException SignatureOrClock(ServiceError error) =>
        error.Message.IndexOf("Signature expired", StringComparison.OrdinalIgnoreCase) >= 0
        || error.Message.IndexOf("not yet current", StringComparison.OrdinalIgnoreCase) >= 0
            ? new ClockSkewException(error)
            : new InvalidSignatureException(error);

    private static bool IsProxy(HttpRequestException error) =>
#if NET
        error.HttpRequestError == HttpRequestError.ProxyTunnelError
        || error.StatusCode == HttpStatusCode.ProxyAuthenticationRequired;
#else
        error.Message.Contains("407");
#endif

    private static bool Find<T>(Exception[] chain, out Exception? found, Func<T, bool>? where = null)
        where T : Exception
    {
        found = chain.OfType<T>().FirstOrDefault(candidate => where is null || where(candidate));
        return found is not null;
    }

    /// <summary>An exception and its inner exceptions, outermost first.</summary>
    public static IEnumerable<Exception> Chain(Exception error)
    {
        for (Exception? current = error; current is not null; current = current.InnerException)
        {
            yield return current;
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
