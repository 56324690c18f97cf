using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Writes AWS JSON 1.1 requests: a POST with the operation in <c>X-Amz-Target</c>.</summary>
internal sealed class OperationMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    private const string TargetPrefix = "CodePipeline_20150709.";

    public static OperationMarshaller Instance { get; } = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var call = (OperationRequest)input;
        var request = new DefaultRequest(call, CodePipelineConfig.Service)
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Content = call.Body,
        };
        request.Headers["X-Amz-Target"] = TargetPrefix + call.Operation;
        request.Headers["Content-Type"] = "application/x-amz-json-1.1";
        return request;
    }
}
