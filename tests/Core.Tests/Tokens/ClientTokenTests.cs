using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.Tests;
using CodePipeline.ThirdParty.Tokens;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Tokens;

[Collection(RunsAlone.Name)]
public sealed class ClientTokenTests
{
    private static readonly IClientTokenSource s_parameter = new SingleTokenSource(
        new Secret("of-parameter"), "the parameter");
    private static readonly Secret s_carried = new("of-job");
    private static readonly ThirdPartySession s_session =
        new("name", new ClientSettings(), new SingleTokenSource(new Secret("of-session"), "the session"));

    private static readonly IClientTokenSource s_empty =
        new TokenMapSource(new Dictionary<string, Secret>(), "a table");

    [Fact]
    public async Task Parameter_ComesFirst()
    {
        using var environment = Variable("of-environment");

        Assert.Equal("of-parameter", await ResolveAsync(s_parameter, s_carried, s_session));
    }

    [Fact]
    public async Task Job_ComesSecond()
    {
        using var environment = Variable("of-environment");

        Assert.Equal("of-job", await ResolveAsync(null, s_carried, s_session));
        Assert.Equal("of-job", await ResolveAsync(s_empty, s_carried, s_session));
    }

    [Fact]
    public async Task Session_ComesThird()
    {
        using var environment = Variable("of-environment");

        Assert.Equal("of-session", await ResolveAsync(s_empty, null, s_session));
    }

    [Fact]
    public async Task Environment_ComesLast()
    {
        using var environment = Variable("of-environment");

        Assert.Equal("of-environment",
            await ResolveAsync(null, null, new ThirdPartySession("name", new ClientSettings(), s_empty)));
        Assert.Equal("of-environment", await ResolveAsync(null, null, null));
    }

    [Fact]
    public async Task NotFound_NamesClientJobAndSources()
    {
        ClientTokenNotFoundException error = await Assert.ThrowsAsync<ClientTokenNotFoundException>(() => ResolveAsync(
            s_empty, null, new ThirdPartySession("name", new ClientSettings(),
                new TokenMapSource(new Dictionary<string, Secret>(), "a vault"))));

        Assert.Equal(
            "No client token was found for client 'client-1' of job job-1. Looked in a table (0 clients), a vault "
            + "(0 clients), "
            + "the variable CPTHIRDPARTY_CLIENT_TOKEN.",
            error.Message);
    }

    [Fact]
    public async Task NotFound_NoClientId_SaysSo() => Assert.Contains(
        "'(not named)'",
        (await Assert.ThrowsAsync<ClientTokenNotFoundException>(() => ClientTokenResolver.ResolveAsync(
            "job-1", null, null, null, null, CancellationToken.None))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Map_OtherClient_IsNull()
    {
        var map = new TokenMapSource(new Dictionary<string, Secret> { ["client-1"] = new("one") }, "a table");

        Assert.Equal("one", (await map.FindAsync("client-1", default))!.Reveal());
        Assert.Null(await map.FindAsync("client-2", default));
        Assert.Equal("a table (1 clients)", map.Description);
    }

    [Fact]
    public async Task Cache_CallsSourceOncePerClient()
    {
        var asked = new List<string>();
        var cache = new CachingTokenSource(new DelegateTokenSource(
            (client, _) =>
            {
                asked.Add(client);
                return Task.FromResult<Secret?>(new Secret("token-of-" + client));
            },
            "a vault"));

        foreach (string client in new[] { "a", "b", "a", "b" })
        {
            Assert.Equal("token-of-" + client, (await cache.FindAsync(client, default))!.Reveal());
        }

        Assert.Equal(new[] { "a", "b" }, asked);
        Assert.Equal("a vault", cache.Description);
    }

    [Fact]
    public async Task Cache_NotFound_IsNotCached()
    {
        Secret? token = null;
        var cache = new CachingTokenSource(new DelegateTokenSource((_, _) => Task.FromResult(token), "a vault"));
        Assert.Null(await cache.FindAsync("a", default));

        token = new Secret("added-meanwhile");

        Assert.Equal(token, await cache.FindAsync("a", default));
    }

    [Fact]
    public async Task EnvironmentMap_ReturnsTokenOfClient()
    {
        using var environment = Variable(" {\"client-1\":\"one\",\"client-2\":\"two\",\"number\":7,\"empty\":\"\"} ");

        Assert.Equal("two", (await EnvironmentTokenSource.Instance.FindAsync("client-2", default))!.Reveal());
        Assert.Null(await EnvironmentTokenSource.Instance.FindAsync("client-3", default));
        Assert.Null(await EnvironmentTokenSource.Instance.FindAsync("number", default));
        Assert.Null(await EnvironmentTokenSource.Instance.FindAsync("empty", default));
        Assert.Null(await EnvironmentTokenSource.Instance.FindAsync(string.Empty, default));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Environment_NoToken_IsNull(string? value)
    {
        using var environment = Variable(value);

        Assert.Null(await EnvironmentTokenSource.Instance.FindAsync("client-1", default));
    }

    [Fact]
    public async Task EnvironmentMap_Invalid_HidesText()
    {
        using var environment = Variable("{\"client-1\":\"sentinel-token\"");

        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(
            () => EnvironmentTokenSource.Instance.FindAsync("client-1", default));

        Assert.Equal(EnvironmentTokenSource.Variable, error.InputName);
        Assert.DoesNotContain("sentinel", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sentinel", error.RecommendedAction, StringComparison.Ordinal);
    }

    private static EnvironmentScope Variable(string? value) => new((EnvironmentTokenSource.Variable, value));

    private static async Task<string> ResolveAsync(IClientTokenSource? parameter, Secret? carried,
        ThirdPartySession? session) =>
        (await ClientTokenResolver.ResolveAsync("job-1", "client-1", parameter, carried, session,
            CancellationToken.None)).Reveal();
}
