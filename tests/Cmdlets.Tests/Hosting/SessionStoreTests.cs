using System.Linq;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Sessions;
using CodePipeline.ThirdParty.State;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class SessionStoreTests
{
    private readonly SessionStore _store = new();
    private readonly FakeClient _client = new();

    [Fact]
    public void First_IsTheCurrentOne()
    {
        _store.Add(_client.Session("a"));
        _store.Add(_client.Session("b"));

        Assert.Equal("a", _store.Current!.Name);
    }

    [Fact]
    public void Default_BecomesTheCurrentOne()
    {
        _store.Add(_client.Session("a"));
        _store.Add(_client.Session("Default"));

        Assert.Equal("Default", _store.Current!.Name);
    }

    [Fact]
    public void SameName_ReplacesInAnyCase()
    {
        ThirdPartySession second = _client.Session("A");
        _store.Add(_client.Session("a"));
        _store.Add(second);

        Assert.Same(second, Assert.Single(_store.All()));
        Assert.Same(second, _store.Find("a"));
        Assert.Same(second, _store.Current);
    }

    [Fact]
    public void Removed_IsGoneAndNotCurrent()
    {
        _store.Add(_client.Session("a"));

        Assert.True(_store.Remove("A"));
        Assert.Null(_store.Current);
        Assert.Null(_store.Find("a"));
        Assert.False(_store.Remove("a"));
    }

    [Fact]
    public void All_AreInOrder()
    {
        foreach (string name in new[] { "c", "A", "b" })
        {
            _store.Add(_client.Session(name));
        }

        Assert.Equal(new[] { "A", "b", "c" }, _store.All().Select(session => session.Name));
    }

    [Fact]
    public void NotedActionTypes_AreKeptOnce()
    {
        _store.Remember(FakeClient.Type);
        _store.Remember(FakeClient.Type);

        Assert.Equal(new[] { FakeClient.Type }, _store.KnownActionTypes());
    }

    [Fact]
    public void KnownJobs_AreUniqueNewestFirstAndLimited()
    {
        for (int i = 0; i < 60; i++)
        {
            _store.Remember(Job($"job-{i}", "client"));
        }

        _store.Remember(Job("job-55", clientId: null));

        Assert.Equal(new[] { "job-55", "job-59", "job-58" }, _store.KnownJobs().Take(3).Select(job => job.JobId));
        Assert.Equal(50, _store.KnownJobs().Count);
        Assert.Equal("client", _store.KnownJobs()[0].ClientId);
    }

    private static ThirdPartyJob Job(string id, string? clientId) =>
        new(id, clientId, clientToken: null, status: null, actionType: null, session: null);
}
