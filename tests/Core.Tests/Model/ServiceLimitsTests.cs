using System;
using System.Linq;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Model;

public sealed class ServiceLimitsTests
{
    /// <summary>The limits in the service model.</summary>
    public static TheoryData<string, string, int, int, bool> Limits => new()
    {
        { nameof(ServiceLimits.Provider), "provider", 1, 35, true },
        { nameof(ServiceLimits.Version), "version", 1, 9, true },
        { nameof(ServiceLimits.JobId), "jobId", 1, 512, false },
        { nameof(ServiceLimits.ClientToken), "clientToken", 1, 256, false },
        { nameof(ServiceLimits.Nonce), "nonce", 1, 50, false },
        { nameof(ServiceLimits.ContinuationToken), "continuationToken", 1, 2048, false },
        { nameof(ServiceLimits.Summary), "summary", 1, 2048, false },
        { nameof(ServiceLimits.RevisionSummary), "revisionSummary", 1, 2048, false },
        { nameof(ServiceLimits.FailureMessage), "message", 1, 5000, false },
        { nameof(ServiceLimits.ExternalExecutionId), "externalExecutionId", 1, 1500, false },
        { nameof(ServiceLimits.Revision), "revision", 1, 1500, false },
        { nameof(ServiceLimits.ChangeIdentifier), "changeIdentifier", 1, 100, false },
        { nameof(ServiceLimits.ConfigurationKey), "configurationKey", 1, 50, false },
        { nameof(ServiceLimits.ConfigurationValue), "configurationValue", 1, 1000, false },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void Limit_MatchesModel(string name, string member, int minimum, int maximum, bool identifierOnly)
    {
        var limit = (TextLimit)typeof(ServiceLimits).GetProperty(name)!.GetValue(null)!;

        Assert.Equal(
            (member, minimum, maximum, identifierOnly),
            (limit.Member, limit.Minimum, limit.Maximum, limit.IdentifierOnly));
    }

    [Fact]
    public void Limits_AreAllCompared() => Assert.Equal(
        typeof(ServiceLimits).GetProperties().Where(property => property.PropertyType == typeof(TextLimit))
            .Select(p => p.Name),
        Limits.Select(row => (string)row[0]));

    [Fact]
    public void FailureTypes_MatchEnum() =>
        Assert.Equal(Enum.GetNames<FailureType>(), ServiceLimits.FailureTypes);

    [Fact]
    public void FailureTypes_PermissionError_MatchesModel() =>
        Assert.Contains("PermissionError", ServiceLimits.FailureTypes);

    [Fact]
    public void JobStatuses_ContainAllConstants() => Assert.Equal(
        typeof(JobStatus).GetFields().Select(field => (string)field.GetRawConstantValue()!), ServiceLimits.JobStatuses);

    [Fact]
    public void KnownValues_MatchModel()
    {
        Assert.Equal(
            new[] { "Source", "Build", "Deploy", "Test", "Invoke", "Approval", "Compute" }, ServiceLimits.Categories);
        Assert.Equal(new[] { "AWS", "ThirdParty", "Custom" }, ServiceLimits.Owners);
    }
}
