using System;
using System.Globalization;
using System.IO;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Hands an answer out as bytes, and makes an error of whatever text the service, or a proxy before it, sent.
/// </summary>
internal sealed class OperationUnmarshaller : JsonResponseUnmarshaller
{
    /// <summary>Where the service's clock stands in an error's data.</summary>
    public const string ServerTime = "CodePipeline.ThirdParty.ServerTime";

    private const string RequestId = "x-amzn-RequestId";

    public static OperationUnmarshaller Instance { get; } = new();

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        using var body = new MemoryStream();
        ResponseLimit.Copy(input.Stream, body);
        return new OperationResponse
        {
            Body = body.ToArray(),
            IsOfService = IsOfService(input.ResponseData),
            HasAwsHead = input.ResponseData.IsHeaderPresent(RequestId)
                || (input.ResponseData.ContentType ?? string.Empty)
                    .StartsWith("application/x-amz-json", StringComparison.OrdinalIgnoreCase),
        };
    }

    /// <summary>
    /// JSON by its type, or an AWS request id where no type is given: an empty answer needs none.
    /// </summary>
    private static bool IsOfService(IWebResponseData head)
    {
        string type = (head.ContentType ?? string.Empty).Split(';')[0].Trim();
        return type.Length == 0
            ? head.IsHeaderPresent(RequestId)
            : type.StartsWith("application/", StringComparison.OrdinalIgnoreCase)
                && type.IndexOf("json", StringComparison.OrdinalIgnoreCase) >= 0;
    }

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        // The body is kept by the context only as far as it was read.
        ResponseLimit.Copy(input.Stream, Stream.Null);
        string? errorType = input.ResponseData.IsHeaderPresent("x-amzn-ErrorType")
            ? input.ResponseData.GetHeaderValue("x-amzn-ErrorType")
            : null;
        ErrorResponse answer = ErrorResponse.Read(input.GetResponseBodyBytes(), errorType);
        var error = new AmazonServiceException(
            answer.Message, innerException: null, ErrorType.Unknown, answer.Code, requestId: null, statusCode);
        if (DateTimeOffset.TryParse(
            input.ResponseData.GetHeaderValue("Date"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset serverTime))
        {
            error.Data[ServerTime] = serverTime;
        }

        return error;
    }
}
