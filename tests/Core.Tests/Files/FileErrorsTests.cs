using System;
using System.IO;
using CodePipeline.ThirdParty.Files;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Files;

/// <summary>Distinguishes the operating system's errors about files from other errors.</summary>
public sealed class FileErrorsTests
{
    [Theory]
    [InlineData(28)]
    [InlineData(122)]
    [InlineData(69)]
    public void IsDiskFull_FullDiskOrQuota_IsTrue(int code)
    {
        bool isWindows = OperatingSystem.IsWindows();

        Assert.Equal(!isWindows, FileErrors.IsDiskFull(new IOException("x", code)));
        Assert.True(FileErrors.IsDiskFull(new IOException("x", unchecked((int)0x80070070))));
        Assert.False(FileErrors.IsDiskFull(new IOException("x", 13)));
        Assert.False(FileErrors.IsDiskFull(new UnauthorizedAccessException("x")));
    }

    [Fact]
    public void IsIoError_FileOrAccessError_IsTrue()
    {
        Assert.True(FileErrors.IsIoError(new DirectoryNotFoundException("x")));
        Assert.True(FileErrors.IsIoError(new UnauthorizedAccessException("x")));
        Assert.False(FileErrors.IsIoError(new InvalidOperationException("x")));
        Assert.False(FileErrors.IsIoError(new OperationCanceledException("x")));
    }
}
