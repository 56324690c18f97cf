using System;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>A fact of Linux alone.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Linux alone has it.";
}
