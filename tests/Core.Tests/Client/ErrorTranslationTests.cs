using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Tasks;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Secrets;
using Xunit;
using InvalidJobStateException = CodePipeline.ThirdParty.Client.InvalidJobStateException;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

public sealed class ErrorTranslationTests
{
    private static readonly Secret s_token = new("token-sentinel");

    public static TheoryData<string, Type> Codes => new()
    {
        { "ActionTypeNotFoundException", typeof(ActionTypeNotFoundException) },
        { "ValidationException", typeof(ValidationException) },
        { "JobNotFoundException", typeof(JobNotFoundException) },
        { "InvalidClientTokenException", typeof(InvalidClientTokenException) },
        { "InvalidJobException", typeof(InvalidJobException) },
        { "InvalidJobStateException", typeof(InvalidJobStateException) },
        { "InvalidNonceException", typeof(InvalidNonceException) },
        { "ThrottlingException", typeof(ThrottlingException) },
        { "TooManyRequestsException", typeof(ThrottlingException) },
        { "ExpiredTokenException", typeof(ExpiredTokenException) },
        { "AccessDeniedException", typeof(AccessDeniedException) },
        { "UnrecognizedClientException", typeof(UnrecognizedClientException) },
        { "MissingAuthenticationTokenException", typeof(UnrecognizedClientException) },
        { "IncompleteSignatureException", typeof(InvalidSignatureException) },
        { "InvalidSignatureException", typeof(InvalidSignatureException) },
        { "SignatureDoesNotMatch", typeof(InvalidSignatureException) },
        { "RequestExpired", typeof(ClockSkewException) },
        { "RequestTimeTooSkewed", typeof(ClockSkewException) },
        { "InternalFailure", typeof(ServiceUnavailableException) },
        { "ServiceUnavailable", typeof(ServiceUnavailableException) },
        { "Throttling", typeof(ThrottlingException) },
        { "RequestLimitExceeded", typeof(ThrottlingException) },
        { "SlowDown", typeof(ThrottlingException) },
        { "ExpiredToken", typeof(ExpiredTokenException) },
        { "AccessDenied", typeof(AccessDeniedException) },
        { "UnauthorizedOperation", typeof(AccessDeniedException) },
        { "InvalidClientTokenId", typeof(UnrecognizedClientException) },
        { "MissingAuthenticationToken", typeof(UnrecognizedClientException) },
        { "OptInRequired", typeof(UnrecognizedClientException) },
        { "IncompleteSignature", typeof(InvalidSignatureException) },
        { "RequestInTheFuture", typeof(ClockSkewException) },
        { "InternalServerError", typeof(ServiceUnavailableException) },
        { "ServiceUnavailableException", typeof(ServiceUnavailableException) },
        { "SomethingOfALaterModel", typeof(OtherServiceException) },
        { "", typeof(UnexpectedResponseException) },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public void Service_KnownCode_ReturnsItsType(string code, Type type)
    {
        OperationRequest call = Call();
        call.Attempts = 2;
        call.ResponseLost = true;

        ThirdPartyServiceException error = ErrorTranslation.Service(call, Error(code, "words", "req-1"), s_token);

        Assert.IsType(type, error);
        Assert.Equal(
            new ServiceError("AcknowledgeThirdPartyJob", code, "words", "req-1", 400, 2, ResponseLost: true,
                ServerTime: null),
            error.Error);
        Assert.Equal("words", error.Message);
    }

    [Theory]
    [InlineData(500, typeof(ServiceUnavailableException))]
    [InlineData(503, typeof(ServiceUnavailableException))]
    [InlineData(429, typeof(ThrottlingException))]
    [InlineData(404, typeof(OtherServiceException))]
    [InlineData(400, typeof(OtherServiceException))]
    [InlineData(301, typeof(UnexpectedResponseException))]
    public void Service_UnknownCode_UsesStatus(int status, Type type) =>
        Assert.IsType(type, ErrorTranslation.Service(Call(), Error("Odd", "words", null, status), null));

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(407)]
    public void Service_NoCode_IsUnexpectedResponse(int status) => Assert.IsType<UnexpectedResponseException>(
        ErrorTranslation.Service(Call(), Error(string.Empty, "words", null, status), null));

    [Theory]
    [InlineData("LimitExceededException")]
    [InlineData("SubscriptionRequiredException")]
    [InlineData("ConcurrentModificationException")]
    public void Service_UnlistedCode_KeepsCode(string code)
    {
        OtherServiceException error = Assert.IsType<OtherServiceException>(
            ErrorTranslation.Service(Call(), Error(code, "words", "request-1"), null));

        Assert.Equal((code, "words", "request-1"), (error.Error.Code, error.Message, error.Error.RequestId));
    }

    [Theory]
    [InlineData("Signature expired: 20300101T000000Z is now earlier than 20300101T001000Z")]
    [InlineData("Signature not yet current: 20300101T001000Z is still later than 20300101T000000Z")]
    public void Service_ExpiredSignature_IsClockSkew(string message) =>
        Assert.IsType<ClockSkewException>(
            ErrorTranslation.Service(Call(), Error("InvalidSignatureException", message), null));

    [Fact]
    public void Service_TokenInMessage_IsMasked()
    {
        ThirdPartyServiceException error = ErrorTranslation.Service(
            Call(), Error("ValidationException", "Value 'token-sentinel' at 'clientToken'"), s_token);

        Assert.Equal("Value '***' at 'clientToken'", error.Message);
        Assert.DoesNotContain(s_token.Reveal(), error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1234567", "Value 1234567")]
    [InlineData("12345678", "Value ***")]
    public void Service_ShortToken_IsMaskedFrom8Characters(string token, string message) =>
        Assert.Equal(
            message,
            ErrorTranslation.Service(Call(), Error("Odd", "Value " + token), new Secret(token)).Message);

    [Theory]
    [InlineData(0, 400, false)]
    [InlineData(1, 400, true)]
    [InlineData(1, 0, false)]
    public void FromResponse_BeforeFirstAttempt_IsNull(int attempts, int status, bool isResponse)
    {
        OperationRequest call = Call();
        call.Attempts = attempts;
        AmazonServiceException response = Error("ThrottlingException", "words", null, status);

        Assert.Same(
            isResponse ? response : null,
            ErrorTranslation.FromResponse(call, new AmazonClientException("given up", response)));
    }

    [Fact]
    public void Service_KeepsNoSdkException() =>
        Assert.Null(ErrorTranslation.Service(Call(), Error("ValidationException", "words"), s_token).InnerException);

    [Theory]
    [InlineData("", "HTTP 502 with a body that is not from the service.")]
    [InlineData("Odd", "HTTP 502 without a message.")]
    public void Service_NoMessage_DescribesResponse(string code, string message) =>
        Assert.Equal(message, ErrorTranslation.Service(Call(), Error(code, string.Empty, null, 502), null).Message);

    [Fact]
    public void Service_NoRequestId_IsNull() =>
        Assert.Null(ErrorTranslation.Service(Call(), Error("Odd", "words", string.Empty), null).Error.RequestId);

    [Fact]
    public void Unreadable_ReportsResponseLost()
    {
        ServiceError error = ErrorTranslation.Unreadable(
            Call(), new OperationResponse { ResponseMetadata = new ResponseMetadata { RequestId = "req-1" } }).Error;

        Assert.Equal(("req-1", 200, true), (error.RequestId, error.StatusCode, error.ResponseLost));
    }

    public static IEnumerable<object[]> Connections()
    {
        yield return Row(new HttpRequestException("x", new AuthenticationException("tls")), ConnectionFault.Tls);
        yield return Row(new TaskCanceledException("x", new TimeoutException("late")), ConnectionFault.Timeout);
        yield return Row(new TaskCanceledException("x"), ConnectionFault.Timeout);
        yield return Row(new WebException("x", WebExceptionStatus.TrustFailure), ConnectionFault.Tls);
        yield return Row(new WebException("x", WebExceptionStatus.NameResolutionFailure),
            ConnectionFault.NameNotResolved);
        yield return Row(new WebException("x", WebExceptionStatus.Timeout), ConnectionFault.Timeout);
        yield return Row(new WebException("x"), ConnectionFault.Unreachable);
        yield return Row(Socket(SocketError.HostNotFound), ConnectionFault.NameNotResolved);
        yield return Row(Socket(SocketError.TryAgain), ConnectionFault.NameNotResolved);
        yield return Row(Socket(SocketError.TimedOut), ConnectionFault.Timeout);
        yield return Row(Socket(SocketError.ConnectionRefused), ConnectionFault.Unreachable);
#if NET
        yield return Row(new HttpRequestException(HttpRequestError.ProxyTunnelError, "407"), ConnectionFault.Proxy);
#endif
        yield return Row(new HttpRequestException("x", new IOException("reset")), ConnectionFault.Unreachable);
        yield return Row(new IOException("reset"), ConnectionFault.Unreachable);
        yield return Row(new WebException("x", WebExceptionStatus.SecureChannelFailure), ConnectionFault.Tls);
        yield return Row(Socket(SocketError.NoData), ConnectionFault.NameNotResolved);
        yield return Row(Socket(SocketError.NoRecovery), ConnectionFault.NameNotResolved);
        yield return Row(new ObjectDisposedException("System.Net.Sockets.NetworkStream"), ConnectionFault.Unreachable);

        static object[] Row(Exception error, ConnectionFault fault) =>
            new object[] { error.GetType().Name + "/" + error.InnerException?.GetType().Name, error, fault };

        static HttpRequestException Socket(SocketError code) => new("x", new SocketException((int)code));
    }

#pragma warning disable xUnit1026 // The first argument is only for the name of the test.
    [Theory]
    [MemberData(nameof(Connections))]
    public void Connection_Exception_ReturnsItsFault(string name, Exception error, ConnectionFault fault)
    {
        OperationRequest call = Call();
        call.Attempts = 3;

        ThirdPartyConnectionException found = ErrorTranslation.Connection(call, "https://example/", error)!;

        Assert.Equal(
            (fault, "AcknowledgeThirdPartyJob", "https://example/", 3),
            (found.Fault, found.Operation, found.Endpoint, found.Attempts));
    }
#pragma warning restore xUnit1026

    [Fact]
    public void Connection_OtherException_IsNull()
    {
        Assert.Null(ErrorTranslation.Connection(Call(), "https://example/", new InvalidOperationException("x")));
        Assert.Null(ErrorTranslation.Connection(Call(), "https://example/", new ObjectDisposedException("Session")));
    }

    [Fact]
    public void Connection_SpecificFault_KeepsItsMessage() => Assert.Equal(
        "not trusted",
        ErrorTranslation.Connection(
            Call(), "https://example/",
            new HttpRequestException("x", new AuthenticationException("not trusted", new IOException("y"))))!.Message);

    [Fact]
    public void Connection_Unreachable_KeepsInnermostMessage() => Assert.Equal(
        "reset by peer",
        ErrorTranslation.Connection(
            Call(), "https://example/",
            new HttpRequestException("An error occurred", new IOException("reset by peer")))!.Message);

    private static AcknowledgeThirdPartyJobRequest Call() => new(Array.Empty<byte>(), wire: null);

    private static AmazonServiceException Error(string code, string message, string? requestId = null,
        int status = 400) =>
        new(message, innerException: null, ErrorType.Unknown, code, requestId, (HttpStatusCode)status);
}
