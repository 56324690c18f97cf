using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tokens;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Secrets;

public sealed class SecretTests
{
    private const string Text = "hunter2-sentinel";

    private static readonly Secret s_secret = new(Text);
    private static readonly JsonSerializerOptions s_withFields = new() { IncludeFields = true };

    /// <summary>Every type that carries a secret, with the sentinel in it.</summary>
    public static IEnumerable<object> Carriers()
    {
        var job = new ThirdPartyJob("job", "client", s_secret, "Queued", actionType: null,
            session: new ThirdPartySession(
            "name",
            new ClientSettings
            {
                Region = "eu-west-1", AccessKey = "AKIDEXAMPLE", SecretKey = s_secret, SessionToken = s_secret,
                ProxyPassword = s_secret,
            },
            new SingleTokenSource(s_secret, "somewhere")));
        yield return s_secret;
        yield return new ArtifactCredentials(s_secret, s_secret, s_secret);
        yield return Configuration();
        yield return job;
        yield return new ThirdPartyJobDetail(job, new JobDetailsResponse
        {
            Configuration = Configuration(),
            ArtifactCredentials = new ArtifactCredentials(s_secret, s_secret, s_secret),
        });
        yield return job.Session!;
    }

    public static TheoryData<string> CarrierNames => new(Carriers().Select(each => each.GetType().Name));

    [Theory]
    [MemberData(nameof(CarrierNames))]
    public void Carrier_AsTextAndJson_HidesSecret(string name)
    {
        object carrier = Carriers().Single(each => each.GetType().Name == name);

        Assert.DoesNotContain(Text, carrier.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Text, $"{carrier}", StringComparison.Ordinal);
        Assert.DoesNotContain(Text, JsonSerializer.Serialize(carrier, carrier.GetType()), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Text,
            JsonSerializer.Serialize(carrier, carrier.GetType(), s_withFields),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_AsText_HideSecrets() =>
        Assert.DoesNotContain(Text, new ClientSettings { SecretKey = s_secret, ProxyPassword = s_secret }.ToString(),
            StringComparison.Ordinal);

    [Fact]
    public void Reveal_ReturnsText() => Assert.Equal(Text, s_secret.Reveal());

    [Fact]
    public void ToString_IsTheMask() => Assert.Equal("***", s_secret.ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void New_Empty_Throws(string? text) => Assert.Throws<ArgumentException>(() => new Secret(text!));

    [Fact]
    public void Equals_ComparesTheText()
    {
        Assert.Equal(s_secret, new Secret(Text));
        Assert.Equal(s_secret.GetHashCode(), new Secret(Text).GetHashCode());
        Assert.NotEqual(s_secret, new Secret(Text + "x"));
        Assert.False(s_secret.Equals((object?)Text));
    }

    [Fact]
    public void Configuration_ShowsOnlyKeys()
    {
        JobConfiguration configuration = Configuration();

        Assert.Equal(new[] { "ApiKey", "Name" }, configuration.ToArray());
        Assert.Equal(2, configuration.Count);
        Assert.Equal("ApiKey, Name", configuration.ToString());
        Assert.Equal(Text, configuration["ApiKey"]);
        Assert.Null(configuration["apikey"]);
        Assert.True(configuration.ContainsKey("Name"));
        Assert.False(configuration.ContainsKey("name"));
        Assert.Equal(Text, configuration.Reveal()["Name"]);
    }

    [Fact]
    public void Configuration_Reveal_ReturnsCopy()
    {
        JobConfiguration configuration = Configuration();

        ((Dictionary<string, string>)configuration.Reveal())["Name"] = "other";

        Assert.Equal(Text, configuration["Name"]);
    }

    private static JobConfiguration Configuration() =>
        new(new Dictionary<string, string> { ["Name"] = Text, ["ApiKey"] = Text });
}
