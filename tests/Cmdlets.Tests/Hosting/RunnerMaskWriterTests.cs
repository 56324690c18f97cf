using System;
using System.IO;
using CodePipeline.ThirdParty.Runners;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class RunnerMaskWriterTests
{
    [Fact]
    public void Secret_MaskedOnceForEachLine()
    {
        string unique = Guid.NewGuid().ToString();
        using var output = new StringWriter { NewLine = "\n" };

        RunnerMaskWriter.WriteMask(output.WriteLine, $"{unique}-a%\r\n\r\n  \n{unique}-b", RunnerMaskWriter.GitHub);
        RunnerMaskWriter.WriteMask(output.WriteLine, $"{unique}-b", RunnerMaskWriter.GitHub);

        Assert.Equal($"::add-mask::{unique}-a%25\n::add-mask::{unique}-b\n", output.ToString());
    }

    [Theory]
    [InlineData("e")]
    [InlineData("1")]
    [InlineData("abc")]
    [InlineData("true")]
    [InlineData("False")]
    [InlineData(" enabled ")]
    [InlineData("2026")]
    [InlineData("------")]
    [InlineData("{\n  \"type\": \"x\",\n}\n")]
    public void Secret_TooShort_NotMasked(string text)
    {
        using var output = new StringWriter();

        RunnerMaskWriter.WriteMask(output.WriteLine, text, RunnerMaskWriter.GitHub);

        Assert.Empty(output.ToString());
    }

    [Fact]
    public void AzureDevOps_HasItsOwnCommand() =>
        Assert.Equal("##vso[task.setsecret]a%AZP25b", RunnerMaskWriter.AzureDevOps("a%b"));
}
