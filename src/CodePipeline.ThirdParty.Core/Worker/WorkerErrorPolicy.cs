using System;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>What a worker makes of the errors of its calls.</summary>
internal static class WorkerErrorPolicy
{
    /// <summary>
    /// Whether the call may have taken effect all the same: its answer, or that of an earlier attempt, got lost.
    /// </summary>
    public static bool MayHaveTakenEffect(Exception error) => error switch
    {
        ThirdPartyServiceException service => service.Error.ResponseLost,
        ThirdPartyConnectionException connection => connection.ResponseLost,
        OperationCanceledException => true,
        _ => false,
    };

    /// <summary>Whether a worker that has not had one answer yet cannot start: waiting changes none of these.</summary>
    public static bool IsPermanent(Exception error) => error
        is ActionTypeNotFoundException or AccessDeniedException or UnrecognizedClientException
        or InvalidSignatureException or ExpiredTokenException or ValidationException or CredentialException
        or InvalidInputException;

    /// <summary>Whether an error is about this one job, so that asking again brings the same.</summary>
    public static bool IsJobError(Exception error) => error
        is JobNotFoundException or InvalidJobException or InvalidClientTokenException or ClientTokenNotFoundException
        or ValidationException or InvalidInputException or AccessDeniedException;

    /// <summary>Whether the service says that the job is over, or does not know it.</summary>
    public static bool IsJobOver(Exception error) => error is JobNotFoundException or InvalidJobException;
}
