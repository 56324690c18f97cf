using System;
using System.Linq;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>
/// Describes errors of the services that issue credentials. The exceptions themselves contain requests with secrets.
/// </summary>
internal static class SdkErrors
{
    /// <summary>
    /// The description of an error response or a connection error; <see langword="null"/> for any other exception.
    /// </summary>
    public static string? Describe(Exception error)
    {
        if (ConnectionErrors.Chain(error).OfType<AmazonServiceException>().FirstOrDefault() is { } response
            && (int)response.StatusCode > 0)
        {
            string code = string.IsNullOrEmpty(response.ErrorCode)
                ? $"HTTP {(int)response.StatusCode}"
                : response.ErrorCode;
            return string.IsNullOrWhiteSpace(response.Message) ? code : $"{code}: {response.Message.Trim()}";
        }

        return ConnectionErrors.Find(string.Empty, 0, string.Empty, error)?.Message;
    }
}
