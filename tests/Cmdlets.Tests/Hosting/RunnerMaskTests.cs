using System;
using System.IO;
using CodePipeline.ThirdParty.Hosting;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class RunnerMaskTests
{
    [Fact]
    public void Secret_IsToldOnceAndLineByLine()
    {
        string unique = Guid.NewGuid().ToString();
        using var output = new StringWriter { NewLine = "\n" };

        RunnerMask.Tell(output.WriteLine, $"{unique}-a%\r\n\r\n  \n{unique}-b", RunnerMask.GitHub);
        RunnerMask.Tell(output.WriteLine, $"{unique}-b", RunnerMask.GitHub);

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
    public void TextThatHidesNoSecret_IsNotTold(string text)
    {
        using var output = new StringWriter();

        RunnerMask.Tell(output.WriteLine, text, RunnerMask.GitHub);

        Assert.Empty(output.ToString());
    }

    [Fact]
    public void AzureDevOps_HasItsOwnCommand() =>
        Assert.Equal("##vso[task.setsecret]a%AZP25b", RunnerMask.AzureDevOps("a%b"));
}
