using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>
/// Resolves the service's endpoint from the region's partition, FIPS and dual-stack. An endpoint that the user set has
/// priority.
/// </summary>
internal sealed class EndpointRules : IEndpointProvider
{
    private const string Region = "Region";
    private const string UseFips = "UseFIPS";
    private const string UseDualStack = "UseDualStack";
    private const string Custom = "Endpoint";

    public static EndpointParameters ParametersOf(IClientConfig config)
    {
        string? custom = config.ServiceURL;
        var parameters = new EndpointParameters
        {
            [Region] = string.IsNullOrEmpty(config.AuthenticationRegion)
                ? config.RegionEndpoint?.SystemName
                : config.AuthenticationRegion,
            [UseFips] = config.UseFIPSEndpoint,
            [UseDualStack] = config.UseDualstackEndpoint,
            [Custom] = string.IsNullOrEmpty(custom) ? null : custom,
        };
        return parameters;
    }

    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        bool fips = parameters[UseFips] is true;
        bool dualStack = parameters[UseDualStack] is true;
        if (parameters[Custom] is string custom)
        {
            if (fips || dualStack)
            {
                throw OwnEndpointWith(fips ? "FIPS" : "dual-stack", custom);
            }

            return new Endpoint(custom);
        }

        string region = parameters[Region] as string ?? throw RegionNames.Missing();
        Partition partition = Fn.Partition(region);
        if (fips && partition["supportsFIPS"] is not true)
        {
            throw Unsupported(region, "FIPS");
        }

        if (dualStack && partition["supportsDualStack"] is not true)
        {
            throw Unsupported(region, "dual-stack");
        }

        string host = fips ? "codepipeline-fips" : "codepipeline";
        object suffix = partition[dualStack ? "dualStackDnsSuffix" : "dnsSuffix"];
        return new Endpoint($"https://{host}.{region}.{suffix}");
    }

    /// <summary>The error for a custom endpoint together with FIPS or dual-stack endpoints.</summary>
    public static InvalidInputException OwnEndpointWith(string kind, string endpoint) => new(
        "EndpointUrl",
        $"The endpoint {endpoint} cannot be combined with {kind} endpoints.",
        "Remove the endpoint, or turn off FIPS and dual-stack (parameters, AWS_USE_FIPS_ENDPOINT, "
        + "AWS_USE_DUALSTACK_ENDPOINT, the profile).");

    private static InvalidInputException Unsupported(string region, string kind) => new(
        "Region",
        $"The partition of region '{region}' has no {kind} endpoints.",
        $"Use another region, or turn off {kind} endpoints.");
}

/// <summary>Resolves the endpoint of a request in the SDK's pipeline.</summary>
internal sealed class EndpointHandler : BaseEndpointResolver
{
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) =>
        EndpointRules.ParametersOf(requestContext.ClientConfig);
}
