using System;
using CodePipeline.ThirdParty.Artifacts.Archives;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Tests the minimum of each limit.</summary>
public sealed class ExtractionLimitsTests
{
    [Fact]
    public void Limits_Minimum_IsAccepted()
    {
        ExtractionLimits limits = new()
        {
            MaxBytes = 1, MaxEntries = 1, MaxRatio = 1, RatioFloor = 0, MaxPathLength = 1, MaxDepth = 1,
        };

        Assert.Equal(
            (1L, 1, 1, 0L, 1, 1),
            (limits.MaxBytes, limits.MaxEntries, limits.MaxRatio, limits.RatioFloor, limits.MaxPathLength,
                limits.MaxDepth));
    }

    [Fact]
    public void Limits_BelowMinimum_ErrorNamesLimit()
    {
        Refused(nameof(ExtractionLimits.MaxBytes), () => new ExtractionLimits { MaxBytes = 0 });
        Refused(nameof(ExtractionLimits.MaxEntries), () => new ExtractionLimits { MaxEntries = 0 });
        Refused(nameof(ExtractionLimits.MaxRatio), () => new ExtractionLimits { MaxRatio = 0 });
        Refused(nameof(ExtractionLimits.RatioFloor), () => new ExtractionLimits { RatioFloor = -1 });
        Refused(nameof(ExtractionLimits.MaxPathLength), () => new ExtractionLimits { MaxPathLength = 0 });
        Refused(nameof(ExtractionLimits.MaxDepth), () => new ExtractionLimits { MaxDepth = 0 });

        static void Refused(string name, Func<ExtractionLimits> make) =>
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(make).ParamName);
    }
}
