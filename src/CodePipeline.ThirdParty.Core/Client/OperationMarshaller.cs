using System.IO;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace CodePipeline.ThirdParty.Client;

/// <summary>AWS JSON 1.1: one POST with the operation in <c>X-Amz-Target</c>.</summary>
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

/// <summary>Hands an answer out as bytes, and makes an error of whatever text the service, or a proxy before it, sent.</summary>
internal sealed class OperationUnmarshaller : JsonResponseUnmarshaller
{
    public static OperationUnmarshaller Instance { get; } = new();

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        using var body = new MemoryStream();
        input.Stream.CopyTo(body);
        return new OperationResponse { Body = body.ToArray() };
    }

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext input, System.Exception innerException, HttpStatusCode statusCode)
    {
        // The body is kept by the context only as far as it was read.
        input.Stream.CopyTo(Stream.Null);
        string? errorType = input.ResponseData.IsHeaderPresent("x-amzn-ErrorType")
            ? input.ResponseData.GetHeaderValue("x-amzn-ErrorType")
            : null;
        ErrorAnswer answer = ErrorAnswer.Read(input.GetResponseBodyBytes(), errorType);
        return new AmazonServiceException(
            answer.Message, innerException: null, ErrorType.Unknown, answer.Code, requestId: null, statusCode);
    }
}
