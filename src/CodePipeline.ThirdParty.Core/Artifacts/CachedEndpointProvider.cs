using System;
using System.Collections.Concurrent;
using Amazon.Runtime.Endpoints;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>Resolves the endpoint of each bucket once for each configuration.</summary>
/// <remarks>
/// The SDK evaluates its endpoint rules before each request. The rules are one method of thousands of lines. After
/// thirty calls the runtime recompiles it, which takes 15 MB of memory.
/// </remarks>
internal sealed class CachedEndpointProvider(IEndpointProvider rules) : IEndpointProvider
{
    private readonly ConcurrentDictionary<string, Endpoint> _byBucket = new(StringComparer.Ordinal);

    /// <summary>
    /// Resolves the endpoint of a request. The bucket alone is a sufficient key, because all other parameters come
    /// from the configuration.
    /// </summary>
    public Endpoint ResolveEndpoint(EndpointParameters parameters) => parameters["Bucket"] is string bucket
        ? _byBucket.GetOrAdd(bucket, _ => rules.ResolveEndpoint(parameters))
        : rules.ResolveEndpoint(parameters);
}
