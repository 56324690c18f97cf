using System;
using System.Collections.Generic;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>What stands in no text of a job.</summary>
public sealed class SecretMaskTests
{
    private readonly List<Secret?> _secrets = new() { new Secret("token-1"), null };
    private int _looks;

    [Fact]
    public void Secrets_AreMasked_AsTheyAreAndAsTheyStandInAddresses()
    {
        var mask = new SecretMask(() => new Secret?[] { new("a/b c") }, JobConfiguration.Empty, Array.Empty<string>());

        Assert.Equal(
            "*** at https://x/?key=*** and not a/b", mask.Apply("a/b c at https://x/?key=a%2Fb%20c and not a/b"));
    }

    [Fact]
    public void LongerSecret_IsMaskedBeforeOneThatStandsInIt()
    {
        var mask = new SecretMask(
            () => new Secret?[] { new("key"), new("key-ring") }, JobConfiguration.Empty, Array.Empty<string>());

        Assert.Equal("***|***", mask.Apply("key-ring|key"));
    }

    [Fact]
    public void SecretsThatWereRenewed_AreMaskedToo()
    {
        SecretMask mask = Mask();
        Assert.Equal("*** token-2", mask.Apply("token-1 token-2"));

        _secrets.Add(new Secret("token-2"));

        Assert.Equal("*** ***", mask.Apply("token-1 token-2"));
    }

    [Fact]
    public void SecretsThatStayed_AreMadeReadyOnce()
    {
        // Each look at the configuration counts: it is asked for its keys only when texts are made.
        var keys = new CountedKeys(() => _looks++);
        var configuration = new JobConfiguration(new[] { new KeyValuePair<string, string>("Extra", "value-1") });
        var mask = new SecretMask(() => _secrets, configuration, keys);

        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("***", mask.Apply("value-1"));
        }

        Assert.Equal(1, _looks);
        _secrets.Add(new Secret("token-2"));
        Assert.Equal("***", mask.Apply("token-2"));
        Assert.Equal(2, _looks);
    }

    private SecretMask Mask() => new(() => _secrets, JobConfiguration.Empty, Array.Empty<string>());

    private sealed class CountedKeys(Action look) : IReadOnlyCollection<string>
    {
        public int Count => 1;

        public IEnumerator<string> GetEnumerator()
        {
            look();
            yield return "extra";
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
