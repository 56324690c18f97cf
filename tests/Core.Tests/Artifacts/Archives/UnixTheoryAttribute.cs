using System;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Like <see cref="UnixFactAttribute"/>, with cases.</summary>
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no such thing." : null;
}
