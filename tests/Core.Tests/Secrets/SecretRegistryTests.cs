using System.Collections.Generic;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Secrets;

/// <summary>
/// The registry is shared by the whole process, so no other test may create secrets at the same time.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class SecretRegistryTests
{
    [Fact]
    public void NewSecret_IsAnnounced() => Assert.Equal(new[] { "hush" }, Announced(() => _ = new Secret("hush")));

    [Fact]
    public void Configuration_SecretValue_IsAnnounced() => Assert.Equal(
        new[] { "hush" },
        Announced(() => _ = new JobConfiguration(new Dictionary<string, string>
        {
            ["Colour"] = "red", ["GitHubToken"] = "hush", ["Password"] = string.Empty,
        })));

    [Theory]
    [InlineData("DbPassword", true)]
    [InlineData("SECRET", true)]
    [InlineData("api_key", true)]
    [InlineData("OAuthToken", true)]
    [InlineData("ConnectionString", true)]
    [InlineData("ProjectName", false)]
    [InlineData("Branch", false)]
    public void LooksSecret_DependsOnName(string key, bool secret) => Assert.Equal(secret, SecretKeys.LooksSecret(key));

    private static List<string> Announced(System.Action action)
    {
        var announced = new List<string>();
        System.Action<string>? before = SecretRegistry.Announced;
        SecretRegistry.Announced = announced.Add;
        try
        {
            action();
        }
        finally
        {
            SecretRegistry.Announced = before;
        }

        return announced;
    }
}
