using System;
using System.Linq;
using Amazon.Runtime;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>What services that give credentials answered: their exceptions hold requests with secrets.</summary>
internal static class SdkErrors
{
    /// <summary>The words; <see langword="null"/> for what is no answer and no fault of the connection.</summary>
    public static string? Describe(Exception error)
    {
        if (ConnectionErrors.Chain(error).OfType<AmazonServiceException>().FirstOrDefault() is { } answer
            && (int)answer.StatusCode > 0)
        {
            string code = string.IsNullOrEmpty(answer.ErrorCode) ? $"HTTP {(int)answer.StatusCode}" : answer.ErrorCode;
            return string.IsNullOrWhiteSpace(answer.Message) ? code : $"{code}: {answer.Message.Trim()}";
        }

        return ConnectionErrors.Find(string.Empty, 0, string.Empty, error)?.Message;
    }
}
