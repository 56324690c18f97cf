using System;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>Classifies errors of service calls: permanent, specific to one job, or ambiguous.</summary>
internal static class WorkerErrorPolicy
{
    /// <summary>
    /// Whether the failed call may have taken effect, because its response or that of an earlier attempt was lost.
    /// </summary>
    public static bool MayHaveTakenEffect(Exception error) => error switch
    {
        ThirdPartyServiceException service => service.Error.ResponseLost,
        ThirdPartyConnectionException connection => connection.ResponseLost,
        OperationCanceledException => true,
        _ => false,
    };

    /// <summary>
    /// Whether no retry can succeed. The worker ends if the first poll of an action type fails with such an error.
    /// </summary>
    public static bool IsPermanent(Exception error) => error
        is ActionTypeNotFoundException or AccessDeniedException or UnrecognizedClientException
        or InvalidSignatureException or ExpiredTokenException or ValidationException or CredentialException
        or InvalidInputException;

    /// <summary>Whether an error concerns this job only, and a retry would fail with it again.</summary>
    public static bool IsJobError(Exception error) => error
        is JobNotFoundException or InvalidJobException or InvalidClientTokenException or ClientTokenNotFoundException
        or ValidationException or InvalidInputException or AccessDeniedException;

    /// <summary>Whether the job has already ended, or the service does not know it.</summary>
    public static bool IsJobOver(Exception error) => error is JobNotFoundException or InvalidJobException;
}
