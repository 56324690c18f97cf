using System;

namespace CodePipeline.ThirdParty.Emulation.Wire;

/// <summary>An error response with the service's error name.</summary>
internal sealed class ServiceException : Exception
{
    internal ServiceException(string name, string message, int statusCode = 400)
        : base(message)
    {
        Name = name;
        StatusCode = statusCode;
    }

    internal string Name { get; }

    internal int StatusCode { get; }

    internal static ServiceException JobNotFound() =>
        new("JobNotFoundException", "The job was not found. It might not exist, or its id might be wrong.");

    internal static ServiceException InvalidClientToken() =>
        new("InvalidClientTokenException", "The client token does not belong to the job's client.");

    internal static ServiceException InvalidNonce() =>
        new("InvalidNonceException", "The nonce is not the job's current nonce. Another poll has returned the job.");

    internal static ServiceException InvalidJob(string status) =>
        new("InvalidJobException", $"The job has ended: its status is {status}.");

    internal static ServiceException InvalidJobState(string status) =>
        new("InvalidJobStateException", $"A job accepts a result only while InProgress; its status is {status}.");

    internal static ServiceException ActionTypeNotFound(ActionTypeId type) => new(
        "ActionTypeNotFoundException",
        $"There is no action type with category {type.Category}, owner {type.Owner}, provider {type.Provider} "
            + $"and version {type.Version}.");

    internal static ServiceException Serialization(string message) => new("SerializationException", message);
}
