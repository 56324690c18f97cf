using System;
using System.Globalization;
using System.IO;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Returns the bytes of a successful response. Turns an error response of the service or a proxy into an exception.
/// </summary>
internal sealed class OperationUnmarshaller : JsonResponseUnmarshaller
{
    /// <summary>The key of the service's time in an exception's data.</summary>
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
    /// Checks for a JSON content type. Without a content type, which an empty response may leave out, checks for an AWS
    /// request id.
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
        // The context keeps only the part of the body that was read.
        ResponseLimit.Copy(input.Stream, Stream.Null);
        string? errorType = input.ResponseData.IsHeaderPresent("x-amzn-ErrorType")
            ? input.ResponseData.GetHeaderValue("x-amzn-ErrorType")
            : null;
        ErrorResponse response = ErrorResponse.Read(input.GetResponseBodyBytes(), errorType);
        var error = new AmazonServiceException(
            response.Message, innerException: null, ErrorType.Unknown, response.Code, requestId: null, statusCode);
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
