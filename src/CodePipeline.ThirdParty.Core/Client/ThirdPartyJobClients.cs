using System;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Creates clients for programs that use this library without PowerShell.</summary>
public static class ThirdPartyJobClients
{
    /// <summary>Creates a client for an endpoint with fixed keys, such as an emulator's.</summary>
    /// <param name="region">The region that requests are signed for.</param>
    /// <param name="endpoint">The endpoint of the requests.</param>
    /// <param name="accessKey">The access key id.</param>
    /// <param name="secretKey">The secret access key.</param>
    /// <exception cref="InvalidInputException">The region or the endpoint is invalid.</exception>
    public static IThirdPartyJobClient Create(string region, Uri endpoint, string accessKey, Secret secretKey) =>
        new ThirdPartyJobClient(new ClientSettings
        {
            Region = region,
            EndpointUrl = (endpoint ?? throw new ArgumentNullException(nameof(endpoint))).AbsoluteUri,
            AccessKey = accessKey,
            SecretKey = secretKey,
        });

    /// <summary>Creates a client for the endpoint of a region.</summary>
    /// <param name="region">The region, such as <c>eu-west-1</c>.</param>
    /// <param name="profileName">
    /// A profile in the AWS config or credentials file. Without it, credentials come from the environment, the default
    /// profile, or the machine.
    /// </param>
    /// <exception cref="InvalidInputException">The region is invalid.</exception>
    /// <exception cref="CredentialException">The profile does not exist or cannot be used.</exception>
    public static IThirdPartyJobClient Create(string region, string? profileName = null) =>
        new ThirdPartyJobClient(new ClientSettings { Region = region, ProfileName = profileName });
}
