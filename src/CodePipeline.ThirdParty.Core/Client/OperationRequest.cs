using System;
using Amazon.Runtime;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// A call as AWSSDK.Core's pipeline carries it: the body is written before, and read after, the pipeline.
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

    /// <summary>How often the request went over the wire.</summary>
    public int Attempts { get; set; }

    /// <summary>Whether an attempt ended without a clear answer, so that the operation may have taken effect.</summary>
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

// The SDK's telemetry and user agent name an operation after the type of its request.
internal sealed class PollForThirdPartyJobsRequest(byte[] body, Action<string>? wire) : OperationRequest(body, wire);

internal sealed class GetThirdPartyJobDetailsRequest(byte[] body, Action<string>? wire) : OperationRequest(body, wire);

internal sealed class AcknowledgeThirdPartyJobRequest(byte[] body, Action<string>? wire) : OperationRequest(body, wire);

internal sealed class PutThirdPartyJobSuccessResultRequest(byte[] body, Action<string>? wire)
    : OperationRequest(body, wire);

internal sealed class PutThirdPartyJobFailureResultRequest(byte[] body, Action<string>? wire)
    : OperationRequest(body, wire);
