using System;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>The SDK's client configuration for CodePipeline.</summary>
internal sealed class CodePipelineConfig : ClientConfig
{
    public const string Service = "CodePipeline";

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromMilliseconds(3100);

    public CodePipelineConfig()
        : base(new StandardDefaults())
    {
        ServiceId = Service;
        AuthenticationServiceName = "codepipeline";
        EndpointProvider = new EndpointRules();
    }

    public override string ServiceVersion => "2015-07-09";

    public override string RegionEndpointServiceName => "codepipeline";

    public override string UserAgent { get; } =
        InternalSDKUtils.BuildUserAgentString(
            Service, typeof(CodePipelineConfig).Assembly.GetName().Version?.ToString(3))
        + " lib/CodePipeline.ThirdParty";

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(EndpointRules.ParametersOf(this));

    /// <summary>The same defaults for every mode. A session can set each value in which the modes differ.</summary>
    private sealed class StandardDefaults : IDefaultConfigurationProvider
    {
        private static readonly DefaultConfiguration s_standard = new()
        {
            Name = DefaultConfigurationMode.Standard,
            RetryMode = RequestRetryMode.Standard,
            S3UsEast1RegionalEndpoint = S3UsEast1RegionalEndpointValue.Regional,
            ConnectTimeout = s_connectTimeout,
            TlsNegotiationTimeout = s_connectTimeout,
        };

        public IDefaultConfiguration GetDefaultConfiguration(
            Amazon.RegionEndpoint clientRegion, DefaultConfigurationMode? requestedConfigurationMode = null) =>
            s_standard;
    }
}
