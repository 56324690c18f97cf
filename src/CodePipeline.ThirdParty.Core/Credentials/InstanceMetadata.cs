using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>The metadata service of an EC2 machine, which has its region and the keys of its role.</summary>
internal sealed class InstanceMetadata : IDisposable
{
    private const string RolePath = "latest/meta-data/iam/security-credentials/";

    // Short, so that a metadata service that starts late is found.
    private static readonly TimeSpan s_remembered = TimeSpan.FromMinutes(1);

    private static readonly ConcurrentDictionary<string, (string? Region, long At)> s_regions = new();

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly bool _isVersion1Off;
    private readonly int _attempts;

    private InstanceMetadata(AwsSettings aws)
    {
        _endpoint = EndpointOf(aws);
        _isVersion1Off = aws.IsMetadataVersion1Off;
        _attempts = aws.MetadataAttempts;
        _http = MetadataHttpClient.Create(aws, aws.MetadataTimeout);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The region of this machine; <see langword="null"/> if it is not an EC2 machine.</summary>
    public static async Task<string?> FindRegionAsync(AwsSettings aws, CancellationToken cancellationToken)
    {
        if (AwsEnvironmentVariables.IsMachineMetadataOff)
        {
            return null;
        }

        string key = EndpointOf(aws).AbsoluteUri;
        if (s_regions.TryGetValue(key, out (string? Region, long At) known)
            && Stopwatch.GetTimestamp() - known.At < s_remembered.TotalSeconds * Stopwatch.Frequency)
        {
            return known.Region;
        }

        using var metadata = new InstanceMetadata(aws);
        string? region;
        try
        {
            string? token = await metadata.GetTokenAsync(cancellationToken).ConfigureAwait(false);
            region = (await metadata.ReadAsync("latest/meta-data/placement/region", token, cancellationToken)
                .ConfigureAwait(false)).Trim();
        }
        catch (InstanceMetadataException)
        {
            region = null;
        }

        region = region is not null && RegionNames.IsName(region) ? region : null;
        s_regions[key] = (region, Stopwatch.GetTimestamp());
        return region;
    }

    /// <summary>The keys of the machine's role.</summary>
    /// <exception cref="InstanceMetadataException">The machine has no keys.</exception>
    public static async Task<AwsKeys> GetKeysAsync(AwsSettings aws, CancellationToken cancellationToken)
    {
        if (AwsEnvironmentVariables.IsMachineMetadataOff)
        {
            throw new InstanceMetadataException("AWS_EC2_METADATA_DISABLED turns off the machine's role");
        }

        using var metadata = new InstanceMetadata(aws);
        string? token = await metadata.GetTokenAsync(cancellationToken).ConfigureAwait(false);
        string role = (await metadata.ReadAsync(RolePath, token, cancellationToken).ConfigureAwait(false)).Trim();
        string text = await metadata.ReadAsync(RolePath + role, token, cancellationToken).ConfigureAwait(false);
        try
        {
            return CredentialJson.Read(text, "Token");
        }
        catch (FormatException error)
        {
            throw new InstanceMetadataException(
                $"the metadata service has no keys for the role '{role}': {error.Message}");
        }
    }

    private static Uri EndpointOf(AwsSettings aws)
    {
        string url = aws.MetadataEndpoint
            ?? (aws.IsMetadataOverIPv6 ? "http://[fd00:ec2::254]/" : "http://169.254.169.254/");
        return UrlText.Parse(url[url.Length - 1] == '/' ? url : url + "/", "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    }

    /// <summary>The token of version 2; <see langword="null"/> if the service supports only version 1.</summary>
    private async Task<string?> GetTokenAsync(CancellationToken cancellationToken)
    {
        (HttpStatusCode? status, string text) = await SendAsync(
            HttpMethod.Put, "latest/api/token", ("x-aws-ec2-metadata-token-ttl-seconds", "21600"), cancellationToken)
            .ConfigureAwait(false);
        if (status == HttpStatusCode.OK)
        {
            return text;
        }

        bool mayBeVersion1 = status is null or HttpStatusCode.NotFound or HttpStatusCode.Forbidden
            or HttpStatusCode.MethodNotAllowed;
        return mayBeVersion1 && !_isVersion1Off
            ? null
            : throw new InstanceMetadataException(
                status is null
                    ? "the metadata service did not return a token, and version 1 is turned off"
                    : $"the metadata service returned HTTP {(int)status}");
    }

    private async Task<string> ReadAsync(string path, string? token, CancellationToken cancellationToken)
    {
        (HttpStatusCode? status, string text) = await SendAsync(
            HttpMethod.Get, path, token is null ? null : ("x-aws-ec2-metadata-token", token), cancellationToken)
            .ConfigureAwait(false);
        return status is null ? throw new InstanceMetadataException("the metadata service did not respond in time")
            : status == HttpStatusCode.NotFound ? throw new InstanceMetadataException("this machine has no role")
            : status != HttpStatusCode.OK || text.Trim().Length == 0
                ? throw new InstanceMetadataException($"the metadata service returned HTTP {(int)status}")
            : text;
    }

    /// <summary>The status and the body; the status is <see langword="null"/> after a timeout.</summary>
    private async Task<(HttpStatusCode? Status, string Text)> SendAsync(
        HttpMethod method, string path, (string Name, string Value)? header, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, new Uri(_endpoint, path));
            if (header is (string name, string value))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            try
            {
                using HttpResponseMessage response =
                    await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2016 // .NET Framework has no such overload, and the content is already buffered.
                string text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
#pragma warning restore CA2016
                if ((int)response.StatusCode < 500 || attempt >= _attempts)
                {
                    return (response.StatusCode, text);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                if (attempt >= _attempts)
                {
                    return (null, string.Empty);
                }
            }
            catch (HttpRequestException)
            {
                if (attempt >= _attempts)
                {
                    throw new InstanceMetadataException("this machine cannot reach a metadata service");
                }
            }
        }
    }
}

/// <summary>The metadata service returned no keys.</summary>
internal sealed class InstanceMetadataException(string message) : Exception(message);

/// <summary>The role of an EC2 machine, the last source of the chain.</summary>
internal sealed class InstanceRole(AwsSettings aws) : CredentialSource
{
    public override async Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await InstanceMetadata.GetKeysAsync(aws, cancellationToken).ConfigureAwait(false);
        }
        catch (InstanceMetadataException error)
        {
            string where = aws.Profile is Profile profile
                ? $"profile '{profile.Name}' has none"
                : "the environment has none, there is no default profile";
            throw new CredentialException(
                CredentialFault.NotFound,
                $"No AWS credentials were found: {where}, and {error.Message}.",
                "Give -ProfileName, -Credential or -AccessKey with -SecretKey, connect with Connect-CPThirdParty, or "
                + "set AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY.",
                aws.Profile?.Name,
                error);
        }
    }
}
