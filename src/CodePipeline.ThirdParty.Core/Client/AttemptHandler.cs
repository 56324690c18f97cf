using System;
using System.Collections.Generic;
using System.Linq;
#if NET
using System.Net.Http;
#else
using System.Net;
#endif
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Runs for each attempt of a call, below the SDK's retries. Counts the attempt and logs it with its secrets redacted.
/// </summary>
internal sealed class AttemptHandler : PipelineHandler
{
    public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        var call = (OperationRequest)executionContext.RequestContext.OriginalRequest;
        foreach (KeyValuePair<string, string> header in executionContext.RequestContext.Request.Headers)
        {
            HeaderCheck.Check(header.Key, header.Value);
        }

        call.Attempts++;
        call.Wire?.Invoke(WireLogFormatter.Request(call, executionContext.RequestContext.Request.Endpoint));
        try
        {
            T response = await base.InvokeAsync<T>(executionContext).ConfigureAwait(false);
            call.Wire?.Invoke(WireLogFormatter.Response(call, (OperationResponse)(object)response));
            return response;
        }
        catch (AmazonServiceException error)
        {
            call.ResponseLost |= IsLost(error);
            call.Wire?.Invoke(WireLogFormatter.Error(call, error));
            throw;
        }
        catch (Exception error)
        {
            call.ResponseLost |= !NeverSent(error);
            call.Wire?.Invoke(WireLogFormatter.NoResponse(call, error));
            throw;
        }
    }

    // A 200 response that breaks off is an AmazonUnmarshallingException.
    private static bool IsLost(AmazonServiceException error) =>
#if NET
        error is AmazonUnmarshallingException || (int)error.StatusCode >= 500;
#else
        // The SDK for .NET Framework reports a closed connection as a service error without a status.
        error.StatusCode == 0 && error.InnerException is WebException ended
            ? !NeverSent(ended)
            : error is AmazonUnmarshallingException || (int)error.StatusCode >= 500;
#endif

    /// <summary>
    /// Whether the connection failed before the request was sent, so the service cannot have seen it.
    /// </summary>
    internal static bool NeverSent(Exception error) =>
#if NET
        error is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        };
#else
        error is WebException
        {
            Status: WebExceptionStatus.ConnectFailure or WebExceptionStatus.NameResolutionFailure
                or WebExceptionStatus.ProxyNameResolutionFailure or WebExceptionStatus.TrustFailure
                or WebExceptionStatus.SecureChannelFailure,
        };
#endif
}
