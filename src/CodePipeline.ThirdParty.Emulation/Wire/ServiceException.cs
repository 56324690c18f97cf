using System;

namespace CodePipeline.ThirdParty.Emulation.Wire;

/// <summary>An error that goes to the client under the service's own name for it.</summary>
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
        new("InvalidClientTokenException", "The client token is not the one of the job's client.");

    internal static ServiceException InvalidNonce() =>
        new("InvalidNonceException", "The nonce is not the job's current one: the job was handed out again since.");

    internal static ServiceException InvalidJob(string status) =>
        new("InvalidJobException", $"The job is over: its status is {status}.");

    internal static ServiceException InvalidJobState(string status) =>
        new("InvalidJobStateException", $"A result is taken for a job in progress only; this one is {status}.");

    internal static ServiceException ActionTypeNotFound(ActionTypeId type) => new(
        "ActionTypeNotFoundException",
        $"There is no action type with category {type.Category}, owner {type.Owner}, provider {type.Provider} "
            + $"and version {type.Version}.");

    internal static ServiceException Serialization(string message) => new("SerializationException", message);
}
