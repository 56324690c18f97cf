using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Client;

/// <summary>A client on AWSSDK.Core's runtime, built like the clients in the SDK's own service packages.</summary>
internal sealed class ServiceClient : AmazonServiceClient
{
    // Before marshalling, before the request and after the response. This client has no subscribers for their events.
    private const int CallbackHandlers = 3;

    private static readonly Metadata s_metadata = new();

    public ServiceClient(AWSCredentials credentials, CodePipelineConfig config)
        : base(credentials, config)
    {
    }

    protected override IServiceMetadata ServiceMetadata => s_metadata;

    public Task<OperationResponse> CallAsync(OperationRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<OperationResponse>(
            request,
            new InvokeOptions
            {
                RequestMarshaller = OperationMarshaller.Instance,
                ResponseUnmarshaller = OperationUnmarshaller.Instance,
            },
            cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        // The five operations need none of these handlers, and each one costs time, most of all in the first call.
        pipeline.RemoveHandler<CompressionHandler>();
        pipeline.RemoveHandler<ChecksumHandler>();
        pipeline.RemoveHandler<EndpointDiscoveryHandler>();
        pipeline.RemoveHandler<ErrorCallbackHandler>();
        for (int i = 0; i < CallbackHandlers; i++)
        {
            pipeline.RemoveHandler<CallbackHandler>();
        }

        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new EndpointHandler());
        pipeline.AddHandlerAfter<Marshaller>(new AuthHandler());
        pipeline.AddHandlerAfter<Signer>(new AttemptHandler());
        if (Config.RetryMode == RequestRetryMode.Adaptive)
        {
            pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new AdaptivePolicy(Config)));
        }
    }

    private sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => CodePipelineConfig.Service;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }

    /// <summary>Selects SigV4 for every operation, or no signature for anonymous credentials.</summary>
    private sealed class AuthHandler : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) =>
            executionContext.RequestContext.ExplicitAWSCredentials is AnonymousAWSCredentials
                ? AuthSchemeOption.DEFAULT_NOAUTH
                : AuthSchemeOption.DEFAULT_SIGV4;
    }
}
