using System;
using System.IO;
using System.Linq;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>
/// Compares our client with botocore for the same files, variables and parameters: access keys, regions, endpoints, STS
/// and SSO requests, proxies and certificate authorities.
/// </summary>
[Collection(Name)]
public sealed class ConfigTests(ConfigRun run)
{
    public const string Name = "Configuration";

    public static TheoryData<string> Cases => [.. ConfigTable.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Module_EndsAsTableSays(string name)
    {
        ConfigCase expected = ConfigTable.All[name];
        ConfigResult ours = run.Ours[name];

        string outcome = expected.Ours is string own && !own.Contains(' ') ? own : expected.Error ?? "ok";
        Assert.True(outcome == ours.Outcome, ours.ToString());
        if (expected.Ours is string requests && requests.Contains(' '))
        {
            Assert.Equal(requests, ours.Requests);
        }
    }

    [ToolTheory(Tool.Boto3)]
    [MemberData(nameof(Cases))]
    public void Module_MatchesBotocore(string name)
    {
        ConfigCase expected = ConfigTable.All[name];
        (ConfigResult ours, ConfigResult theirs) = (run.Ours[name], run.Botocore![name]);
        bool isSame = ours.IsOk == theirs.IsOk && ours.Requests == theirs.Requests;
        string both = $"\nours:     {ours}\nbotocore: {theirs}";

        Assert.True(isSame == expected.Difference is null, both);
    }

    [Fact]
    public void Differences_AreDocumented() => Assert.Equal(
        ConfigDifferences.All.Select(each => $"- **{each.Key}**: {each.Value}"),
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"))
            .Split("## Differences")[1].Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal))
            .Select(line => line.TrimEnd()));

    [Fact]
    public void Differences_HaveCases() => Assert.Equal(
        ConfigDifferences.All.Keys.Order(),
        ConfigTable.All.Values.Select(each => each.Difference).OfType<string>().Distinct().Order());
}

[CollectionDefinition(ConfigTests.Name, DisableParallelization = true)]
public sealed class ConfigCases : ICollectionFixture<ConfigRun>;
