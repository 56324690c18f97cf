using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Tasks;

namespace CodePipeline.ThirdParty.Connections;

/// <summary>Finds the connection error behind the exceptions of the SDK and of .NET.</summary>
internal static class ConnectionErrors
{
    /// <summary>The error of an input that is read while the connection is made: the CA bundle.</summary>
    public static InvalidInputException? FindInputError(Exception error) =>
        Chain(error).OfType<InvalidInputException>().FirstOrDefault();

    /// <summary>The connection error behind an exception; <see langword="null"/> if there is none.</summary>
    /// <param name="operation">The operation of the API.</param>
    /// <param name="attempts">How many attempts were made.</param>
    /// <param name="endpoint">The URL that was called.</param>
    /// <param name="error">The exception.</param>
    /// <param name="isResponseLost">Whether the call may have taken effect.</param>
    public static ThirdPartyConnectionException? Find(
        string operation, int attempts, string endpoint, Exception error, bool isResponseLost = false)
    {
        Exception[] chain = Chain(error).ToArray();
        Exception? inner = null;
        ConnectionFault? fault =
            TryFind<AuthenticationException>(chain, out inner) ? ConnectionFault.Tls
            : TryFind<TimeoutException>(chain, out inner) ? ConnectionFault.Timeout
            : TryFind(chain, out inner, (WebException web) => web.Status == WebExceptionStatus.TrustFailure
                || web.Status == WebExceptionStatus.SecureChannelFailure) ? ConnectionFault.Tls
            : TryFind(chain, out inner, (WebException web) => web.Status == WebExceptionStatus.NameResolutionFailure)
                ? ConnectionFault.NameNotResolved
            : TryFind(chain, out inner, (WebException web) => web.Status == WebExceptionStatus.Timeout)
                ? ConnectionFault.Timeout
            : TryFind(chain, out inner, (SocketException socket) => socket.SocketErrorCode
                is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery)
                ? ConnectionFault.NameNotResolved
            : TryFind(chain, out inner, (SocketException socket) => socket.SocketErrorCode == SocketError.TimedOut)
                ? ConnectionFault.Timeout
            : TryFind(chain, out inner, (HttpRequestException http) => IsProxy(http)) ? ConnectionFault.Proxy
            : TryFind<TaskCanceledException>(chain, out inner) ? ConnectionFault.Timeout
            : TryFind<SocketException>(chain, out inner) ? ConnectionFault.Unreachable
            : TryFind<HttpRequestException>(chain, out inner) ? ConnectionFault.Unreachable
            : TryFind<WebException>(chain, out inner) ? ConnectionFault.Unreachable
            : TryFind<System.IO.IOException>(chain, out inner) ? ConnectionFault.Unreachable

            // The connection was closed during a write.
            : TryFind(
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
            kind, operation, endpoint, clearest.Message, attempts, clearest, isResponseLost);
    }

    private static bool IsProxy(HttpRequestException error) =>
#if NET
        error.HttpRequestError == HttpRequestError.ProxyTunnelError
        || error.StatusCode == HttpStatusCode.ProxyAuthenticationRequired;
#else
        error.Message.Contains("407");
#endif

    private static bool TryFind<T>(Exception[] chain, out Exception? found, Func<T, bool>? where = null)
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
}
