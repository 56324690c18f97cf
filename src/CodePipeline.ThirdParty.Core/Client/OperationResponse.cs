using System;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Client;

/// <summary>The raw response of a call; <see cref="ResponseReader"/> parses it.</summary>
internal sealed class OperationResponse : AmazonWebServiceResponse
{
    public byte[] Body { get; init; } = Array.Empty<byte>();

    /// <summary>
    /// Whether the headers look like the service's. A captive portal also returns "200 OK".
    /// </summary>
    public bool IsOfService { get; init; }

    /// <summary>Whether the head has what only AWS sends: its type of JSON, or a request id.</summary>
    public bool HasAwsHead { get; init; }
}
