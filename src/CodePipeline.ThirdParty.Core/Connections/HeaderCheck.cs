using System;
using System.Linq;
#if NET
using System.Collections.Generic;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
#endif

namespace CodePipeline.ThirdParty.Connections;

/// <summary>Rejects header values that HTTP does not allow. The error of .NET would look like a broken connection.</summary>
internal static class HeaderCheck
{
    /// <summary>Checks one header. The message leaves out the value, which may be a secret.</summary>
    /// <exception cref="InvalidInputException">The value has a control character or is not ASCII.</exception>
    public static void Check(string name, string? value)
    {
        if (value?.Any(c => c is (< ' ' and not '\t') or > '~') == true)
        {
            throw new InvalidInputException(
                name,
                $"The value of the header {name} has a character that HTTP does not allow.",
                "Use only printable ASCII characters in access keys, session tokens, AWS_EXECUTION_ENV and "
                + "AWS_SDK_UA_APP_ID.");
        }
    }
}
#if NET

/// <summary>Checks the headers of every request: to CodePipeline, S3 and the services that issue credentials.</summary>
internal sealed class HeaderCheckHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach (KeyValuePair<string, HeaderStringValues> header in request.Headers.NonValidated)
        {
            foreach (string value in header.Value)
            {
                HeaderCheck.Check(header.Key, value);
            }
        }

        return base.SendAsync(request, cancellationToken);
    }
}
#endif
