using System;
using System.Collections.Concurrent;
using Amazon.Runtime.Endpoints;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Asks for the endpoint of a bucket once for each configuration.</summary>
/// <remarks>
/// The SDK asks its rules before each request. They are one method of thousands of lines, and the runtime takes 15 MB
/// of memory to compile it anew once it has run thirty times.
/// </remarks>
internal sealed class CachedEndpointProvider(IEndpointProvider rules) : IEndpointProvider
{
    private readonly ConcurrentDictionary<string, Endpoint> _byBucket = new(StringComparer.Ordinal);

    /// <summary>
    /// The endpoint for a request to an object of a bucket. All else that the rules look at stands in the
    /// configuration.
    /// </summary>
    public Endpoint ResolveEndpoint(EndpointParameters parameters) => parameters["Bucket"] is string bucket
        ? _byBucket.GetOrAdd(bucket, _ => rules.ResolveEndpoint(parameters))
        : rules.ResolveEndpoint(parameters);
}
