using System.Net;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Jobs;

/// <summary>The metadata of a response.</summary>
public sealed class ServiceResponseMetadata
{
    internal ServiceResponseMetadata(string? requestId) => RequestId = requestId;

    /// <summary>The request id, which AWS Support asks for.</summary>
    public string? RequestId { get; }
}

/// <summary>A response of the service, in the shape that AWS.Tools returns for <c>-Select '*'</c>.</summary>
public abstract class ServiceResponse
{
    private protected ServiceResponse(ResponseDetails details)
    {
        ResponseMetadata = new ServiceResponseMetadata(details.RequestId);
        ContentLength = details.ContentLength;
    }

    /// <summary>The metadata of the response.</summary>
    public ServiceResponseMetadata ResponseMetadata { get; }

    /// <summary>The length of the response in bytes.</summary>
    public long ContentLength { get; }

    /// <summary>Always OK. Any other status is an error.</summary>
    public HttpStatusCode HttpStatusCode { get; } = HttpStatusCode.OK;
}

/// <summary>The response of GetThirdPartyJobDetails.</summary>
public sealed class GetThirdPartyJobDetailsResponse : ServiceResponse
{
    internal GetThirdPartyJobDetailsResponse(ThirdPartyJobDetail jobDetails, ResponseDetails details)
        : base(details) => JobDetails = jobDetails;

    /// <summary>The job with its details.</summary>
    public ThirdPartyJobDetail JobDetails { get; }
}

/// <summary>The response of AcknowledgeThirdPartyJob.</summary>
public sealed class AcknowledgeThirdPartyJobResponse : ServiceResponse
{
    internal AcknowledgeThirdPartyJobResponse(string status, ResponseDetails details)
        : base(details) => Status = status;

    /// <summary>The status of the job, as the service returned it.</summary>
    public string Status { get; }
}
