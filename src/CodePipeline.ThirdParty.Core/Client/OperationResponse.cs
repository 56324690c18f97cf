using System;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Client;

/// <summary>An answer as it came; <see cref="ResponseReader"/> reads it.</summary>
internal sealed class OperationResponse : AmazonWebServiceResponse
{
    public byte[] Body { get; init; } = Array.Empty<byte>();

    /// <summary>
    /// Whether the service itself has answered, as far as the head tells: a captive portal says "200 OK", too.
    /// </summary>
    public bool IsOfService { get; init; }

    /// <summary>Whether the head has what only AWS sends: its type of JSON, or a request id.</summary>
    public bool HasAwsHead { get; init; }
}
