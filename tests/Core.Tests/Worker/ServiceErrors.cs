using System;
using CodePipeline.ThirdParty.Client;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>Errors as the service answers them.</summary>
internal static class ServiceErrors
{
    public static ServiceError Of(string code, bool answerLost = false) =>
        new("TheOperation", code, $"The service says {code}.", "request-1", 400, 1, answerLost, null);

    /// <summary>The error that the client makes of a code.</summary>
    public static ThirdPartyServiceException Coded(string code) => ErrorTranslation.Service(
        new AcknowledgeThirdPartyJobRequest(Array.Empty<byte>(), wire: null),
        new Amazon.Runtime.AmazonServiceException($"The service says {code}.") { ErrorCode = code },
        token: null);

    public static ThrottlingException Throttling => new(Of("ThrottlingException"));

    public static ServiceUnavailableException Unavailable => new(Of("InternalFailure", answerLost: true));

    /// <summary>A captive portal's, say.</summary>
    public static UnexpectedResponseException Foreign => new(
        new ServiceError("TheOperation", string.Empty, "HTTP 200 of a portal.", null, 200, 1, true, null));

    public static InvalidNonceException InvalidNonce(bool answerLost = false) =>
        new(Of("InvalidNonceException", answerLost));

    public static InvalidJobStateException InvalidState(bool answerLost = false) =>
        new(Of("InvalidJobStateException", answerLost));
}
