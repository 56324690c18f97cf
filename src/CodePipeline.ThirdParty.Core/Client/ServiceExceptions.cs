using System;

namespace CodePipeline.ThirdParty.Client;

/// <summary>What is known of an error that the service answered with.</summary>
/// <param name="Operation">The operation of the API, for example <c>AcknowledgeThirdPartyJob</c>.</param>
/// <param name="Code">
/// The error's name as the service gave it; empty where the answer was not the service's own.
/// </param>
/// <param name="Message">The message; the client token never stands in it.</param>
/// <param name="RequestId">The id that AWS support asks for.</param>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="Attempts">How often the request was sent.</param>
/// <param name="ResponseLost">Whether an earlier attempt ended without a clear answer and may have taken effect.</param>
/// <param name="ServerTime">The service's clock, from the answer's <c>Date</c>.</param>
public sealed record ServiceError(
    string Operation,
    string Code,
    string Message,
    string? RequestId,
    int StatusCode,
    int Attempts,
    bool ResponseLost,
    DateTimeOffset? ServerTime);

/// <summary>An error that the service answered with.</summary>
public abstract class ThirdPartyServiceException : Exception
{
    private protected ThirdPartyServiceException(ServiceError error)
        : base(error.Message) => Error = error;

    /// <summary>What is known of the error.</summary>
    public ServiceError Error { get; }
}

/// <summary>The action type is not known in this region, or not to this account (PollForThirdPartyJobs).</summary>
public sealed class ActionTypeNotFoundException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The service found an input against its rules.</summary>
public sealed class ValidationException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>There is no such job, or it is not this caller's.</summary>
public sealed class JobNotFoundException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The client token is not the one of the job's client.</summary>
public sealed class InvalidClientTokenException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The job cannot be read (GetThirdPartyJobDetails), for example since it is over.</summary>
public sealed class InvalidJobException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The job takes no result in its state (PutThirdPartyJob…Result): it is not claimed, or over.</summary>
public sealed class InvalidJobStateException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The nonce is not the job's current one: another worker has it (AcknowledgeThirdPartyJob).</summary>
public sealed class InvalidNonceException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>Too many requests, still after the retries.</summary>
public sealed class ThrottlingException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The credentials are past their end.</summary>
public sealed class ExpiredTokenException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The identity lacks the permission for the operation.</summary>
public sealed class AccessDeniedException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The credentials are not known to the service, or none were sent.</summary>
public sealed class UnrecognizedClientException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The signature is wrong: the secret key does not fit the access key.</summary>
public sealed class InvalidSignatureException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The clock of this machine is too far from the service's.</summary>
public sealed class ClockSkewException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>The service answered with HTTP 500 or above, still after the retries.</summary>
public sealed class ServiceUnavailableException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>
/// An error of the service's own that none of the others stands for: a later model's, or one of AWS's front door.
/// </summary>
public sealed class OtherServiceException(ServiceError error) : ThirdPartyServiceException(error);

/// <summary>An answer that is not the service's: a page from a proxy on the way.</summary>
public sealed class UnexpectedResponseException(ServiceError error) : ThirdPartyServiceException(error);
