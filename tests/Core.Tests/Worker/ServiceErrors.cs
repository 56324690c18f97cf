using System;
using CodePipeline.ThirdParty.Client;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>Creates the errors of service calls.</summary>
internal static class ServiceErrors
{
    public static ServiceError Of(string code, bool responseLost = false) =>
        new("TheOperation", code, $"The service says {code}.", "request-1", 400, 1, responseLost, null);

    /// <summary>The exception that the client throws for an error code.</summary>
    public static ThirdPartyServiceException Coded(string code) => ErrorTranslation.Service(
        new AcknowledgeThirdPartyJobRequest(Array.Empty<byte>(), wire: null),
        new Amazon.Runtime.AmazonServiceException($"The service says {code}.") { ErrorCode = code },
        token: null);

    public static ThrottlingException Throttling => new(Of("ThrottlingException"));

    public static ServiceUnavailableException Unavailable => new(Of("InternalFailure", responseLost: true));

    /// <summary>A response that did not come from the service, for example from a captive portal.</summary>
    public static UnexpectedResponseException Foreign => new(
        new ServiceError("TheOperation", string.Empty, "HTTP 200 of a portal.", null, 200, 1, true, null));

    public static InvalidNonceException InvalidNonce(bool responseLost = false) =>
        new(Of("InvalidNonceException", responseLost));

    public static InvalidJobStateException InvalidState(bool responseLost = false) =>
        new(Of("InvalidJobStateException", responseLost));
}
