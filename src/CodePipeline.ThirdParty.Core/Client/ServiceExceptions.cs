using System;

namespace CodePipeline.ThirdParty.Client;

/// <summary>The details of an error response.</summary>
/// <param name="Operation">The operation of the API, for example <c>AcknowledgeThirdPartyJob</c>.</param>
/// <param name="Code">
/// The service's error code; empty if the response is not from the service.
/// </param>
/// <param name="Message">The message. A client token of 8 or more characters in it is masked.</param>
/// <param name="RequestId">The request id, which AWS Support asks for.</param>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="Attempts">The number of attempts.</param>
/// <param name="ResponseLost">Whether an attempt ended without a clear response and may have taken effect.</param>
/// <param name="ServerTime">The service's time, from the <c>Date</c> header of the response.</param>
public sealed record ServiceError(
    string Operation,
    string Code,
    string Message,
    string? RequestId,
    int StatusCode,
    int Attempts,
    bool ResponseLost,
    DateTimeOffset? ServerTime);

/// <summary>The service, or a proxy before it, returned an error response.</summary>
public abstract class ThirdPartyServiceException : Exception
{
    private protected ThirdPartyServiceException(ServiceError error)
        : base(error.Message) => Error = error;

    /// <summary>The details of the error.</summary>
    public ServiceError Error { get; }
}

/// <summary>The action type does not exist in this region or for this account (PollForThirdPartyJobs).</summary>
public sealed class ActionTypeNotFoundException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The service rejected an input as invalid.</summary>
public sealed class ValidationException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The job does not exist, or belongs to another caller.</summary>
public sealed class JobNotFoundException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The client token does not belong to the job's client.</summary>
public sealed class InvalidClientTokenException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The job cannot be read (GetThirdPartyJobDetails), for example because it has ended.</summary>
public sealed class InvalidJobException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The job accepts no result (PutThirdPartyJob…Result): it is not claimed, or it has ended.</summary>
public sealed class InvalidJobStateException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The nonce is not the current one: another worker has the job (AcknowledgeThirdPartyJob).</summary>
public sealed class InvalidNonceException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The service throttled the call, even after the retries.</summary>
public sealed class ThrottlingException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The credentials have expired.</summary>
public sealed class ExpiredTokenException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The identity lacks the permission for the operation.</summary>
public sealed class AccessDeniedException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The service does not know the credentials, or the request had none.</summary>
public sealed class UnrecognizedClientException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The signature is wrong: the secret key does not match the access key.</summary>
public sealed class InvalidSignatureException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The clock of this machine differs too much from the service's.</summary>
public sealed class ClockSkewException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The service returned HTTP 500 or above, even after the retries.</summary>
public sealed class ServiceUnavailableException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>
/// A service error without an exception type of its own, from a newer model or from AWS's front end.
/// </summary>
public sealed class OtherServiceException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>A response that is not from the service, such as an error page of a proxy.</summary>
public sealed class UnexpectedResponseException(ServiceError error) : ThirdPartyServiceException(error);
