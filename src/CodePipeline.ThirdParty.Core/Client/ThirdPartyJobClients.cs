using System;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Makes clients for programs that use this library without PowerShell.</summary>
public static class ThirdPartyJobClients
{
    /// <summary>A client for one endpoint with fixed keys, such as an emulator's.</summary>
    /// <param name="region">The region that requests are signed for.</param>
    /// <param name="endpoint">Where the requests go.</param>
    /// <param name="accessKey">The access key id.</param>
    /// <param name="secretKey">The secret access key.</param>
    /// <exception cref="InvalidInputException">The region or the endpoint cannot be one.</exception>
    public static IThirdPartyJobClient Create(string region, Uri endpoint, string accessKey, Secret secretKey) =>
        new ThirdPartyJobClient(new ClientSettings
        {
            Region = region,
            EndpointUrl = (endpoint ?? throw new ArgumentNullException(nameof(endpoint))).AbsoluteUri,
            AccessKey = accessKey,
            SecretKey = secretKey,
        });

    /// <summary>A client for a region's own endpoint.</summary>
    /// <param name="region">The region, such as <c>eu-west-1</c>.</param>
    /// <param name="profileName">
    /// A profile of the AWS config or credentials file; without it, the environment, the default profile, the machine.
    /// </param>
    /// <exception cref="InvalidInputException">The region cannot be one.</exception>
    /// <exception cref="CredentialException">There is no such profile, or it cannot be used.</exception>
    public static IThirdPartyJobClient Create(string region, string? profileName = null) =>
        new ThirdPartyJobClient(new ClientSettings { Region = region, ProfileName = profileName });
}
