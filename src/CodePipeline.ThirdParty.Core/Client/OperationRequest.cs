using System;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// A call in AWSSDK.Core's pipeline. The request body is written before the pipeline runs; the response body is read
/// after it.
/// </summary>
internal abstract class OperationRequest : AmazonWebServiceRequest
{
    private const string Suffix = "Request";

    protected OperationRequest(byte[] body, Action<string>? wire)
    {
        Body = body;
        Wire = wire;
    }

    public byte[] Body { get; }

    public Action<string>? Wire { get; }

    /// <summary>The number of attempts so far.</summary>
    public int Attempts { get; set; }

    /// <summary>
    /// Whether an attempt ended without a clear response, so that the operation may have taken effect.
    /// </summary>
    public bool ResponseLost { get; set; }

    public string Operation
    {
        get
        {
            string name = GetType().Name;
            return name.Substring(0, name.Length - Suffix.Length);
        }
    }
}

// The SDK's telemetry and user agent take the operation's name from the type of its request.
internal sealed class PollForThirdPartyJobsRequest(byte[] body, Action<string>? wire) : OperationRequest(body, wire);

internal sealed class GetThirdPartyJobDetailsRequest(byte[] body, Action<string>? wire) : OperationRequest(body, wire);

internal sealed class AcknowledgeThirdPartyJobRequest(byte[] body, Action<string>? wire) : OperationRequest(body, wire);

internal sealed class PutThirdPartyJobSuccessResultRequest(byte[] body, Action<string>? wire)
    : OperationRequest(body, wire);

internal sealed class PutThirdPartyJobFailureResultRequest(byte[] body, Action<string>? wire)
    : OperationRequest(body, wire);
