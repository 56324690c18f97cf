using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Files;

namespace CodePipeline.ThirdParty.Credentials;

/// <summary>The role of an ECS or EKS container.</summary>
internal sealed class ContainerRole : CredentialSource
{
    private const string RelativeVariable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private const string FullVariable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private const int Attempts = 3;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);
    private static readonly string[] s_hosts = { "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost" };

    private readonly AwsSettings _aws;

    private ContainerRole(AwsSettings aws) => _aws = aws;

    /// <summary>The source; <see langword="null"/> if the environment does not come from such a container.</summary>
    public static ContainerRole? Find(AwsSettings aws) =>
        AwsEnvironmentVariables.Read(RelativeVariable) is not null
        || AwsEnvironmentVariables.Read(FullVariable) is not null
            ? new ContainerRole(aws)
            : null;

    public override async Task<AwsKeys> GetAsync(CallOptions options, CancellationToken cancellationToken)
    {
        Uri endpoint = EndpointOf();
        using HttpClient http = MetadataHttpClient.Create(_aws, s_timeout);
        for (int attempt = 1; ; attempt++)
        {
            string failure;
            try
            {
                using HttpRequestMessage request = Request(endpoint);
                using HttpResponseMessage response =
                    await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2016 // .NET Framework has no such overload, and the content is already buffered.
                string text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
#pragma warning restore CA2016
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return CredentialJson.Read(text, "Token");
                }

                failure = $"it returned HTTP {(int)response.StatusCode}";
            }
            catch (Exception error) when (error is HttpRequestException or FormatException
                || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                failure = error is OperationCanceledException ? "it did not respond in time" : error.Message;
            }

            if (attempt == Attempts)
            {
                throw ContainerFailed($"{endpoint.GetLeftPart(UriPartial.Authority)} returned no keys: {failure}");
            }
        }
    }

    private static Uri EndpointOf()
    {
        string? relative = AwsEnvironmentVariables.Read(RelativeVariable);
        string text = relative is not null
            ? "http://169.254.170.2" + relative
            : AwsEnvironmentVariables.Read(FullVariable)!;
        Uri endpoint = UrlText.Parse(text, relative is not null ? RelativeVariable : FullVariable);

        // The request carries the token, which http does not encrypt.
        return endpoint.Scheme == Uri.UriSchemeHttps || endpoint.IsLoopback
            || s_hosts.Contains(endpoint.Host.Trim('[', ']'))
                ? endpoint
                : throw ContainerFailed(
                    $"{FullVariable} names the host '{endpoint.Host}', but http is allowed only for this machine, ECS "
                    + "and EKS");
    }

    private static HttpRequestMessage Request(Uri endpoint)
    {
        string? token;
        try
        {
            token = AwsEnvironmentVariables.Read("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is string file
                ? File.ReadAllText(file)
                : AwsEnvironmentVariables.Read("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        }
        catch (Exception error) when (FileErrors.IsIoError(error))
        {
            throw ContainerFailed(
                $"the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read: {error.Message}", error);
        }

        if (token is not null && (token.IndexOf('\r') >= 0 || token.IndexOf('\n') >= 0))
        {
            throw ContainerFailed("the container's authorization token contains a line break");
        }

        var request = new HttpRequestMessage(HttpMethod.Get, endpoint);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        return request;
    }

    private static CredentialException ContainerFailed(string reason, Exception? cause = null) => new(
        CredentialFault.SourceFailed,
        $"Could not get credentials from the container: {reason}.",
        "Check that the task or pod has a role.",
        profileName: null,
        cause);
}
