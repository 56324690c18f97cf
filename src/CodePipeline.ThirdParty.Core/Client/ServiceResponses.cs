using System.Net;

namespace CodePipeline.ThirdParty.Client;

/// <summary>What is known of an answer as a whole.</summary>
public sealed class ServiceResponseMetadata
{
    internal ServiceResponseMetadata(string? requestId) => RequestId = requestId;

    /// <summary>The id that AWS Support asks for.</summary>
    public string? RequestId { get; }
}

/// <summary>An answer of the service, in the shape that AWS.Tools gives with <c>-Select '*'</c>.</summary>
public abstract class ServiceResponse
{
    private protected ServiceResponse(ResponseDetails facts)
    {
        ResponseMetadata = new ServiceResponseMetadata(facts.RequestId);
        ContentLength = facts.ContentLength;
    }

    /// <summary>What is known of the answer as a whole.</summary>
    public ServiceResponseMetadata ResponseMetadata { get; }

    /// <summary>The length of the answer in bytes.</summary>
    public long ContentLength { get; }

    /// <summary>OK: any other status is an error.</summary>
    public HttpStatusCode HttpStatusCode { get; } = HttpStatusCode.OK;
}

/// <summary>The answer of GetThirdPartyJobDetails.</summary>
public sealed class GetThirdPartyJobDetailsResponse : ServiceResponse
{
    internal GetThirdPartyJobDetailsResponse(ThirdPartyJobDetail jobDetails, ResponseDetails facts)
        : base(facts) => JobDetails = jobDetails;

    /// <summary>The job with its details.</summary>
    public ThirdPartyJobDetail JobDetails { get; }
}

/// <summary>The answer of AcknowledgeThirdPartyJob.</summary>
public sealed class AcknowledgeThirdPartyJobResponse : ServiceResponse
{
    internal AcknowledgeThirdPartyJobResponse(string status, ResponseDetails facts)
        : base(facts) => Status = status;

    /// <summary>The status of the job, in the service's own words.</summary>
    public string Status { get; }
}

/// <summary>What the client tells of an answer beside its content.</summary>
internal readonly record struct ResponseDetails(string? RequestId, long ContentLength);
