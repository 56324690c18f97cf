using System;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Secrets;

/// <summary>Variables that a worker hides from its handlers.</summary>
[Collection(RunsAlone.Name)]
public sealed class WithheldVariablesTests : IDisposable
{
    private const string Token = "CPTHIRDPARTY_CLIENT_TOKEN";
    private readonly EnvironmentScope _environment = new(
        (Token, "t-1"), ("CPTHIRDPARTY_STEP_ONE", "s-1"), ("AWS_SECRET_ACCESS_KEY", "k-1"), ("PLAIN_ONE", "p-1"));

    public void Dispose() => _environment.Dispose();

    [Fact]
    public void Hold_Tokens_ReturnAtDispose()
    {
        using (WithheldVariables.Hold([], withKeys: false))
        {
            Assert.Null(Environment.GetEnvironmentVariable(Token));
            Assert.Null(Environment.GetEnvironmentVariable("CPTHIRDPARTY_STEP_ONE"));
            Assert.Equal("k-1", Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
            Assert.Equal("p-1", Environment.GetEnvironmentVariable("PLAIN_ONE"));
            Assert.Equal(("t-1", "p-1"), (WithheldVariables.Read(Token), WithheldVariables.Read("PLAIN_ONE")));
        }

        Assert.Equal("t-1", Environment.GetEnvironmentVariable(Token));
        Assert.Equal("s-1", Environment.GetEnvironmentVariable("CPTHIRDPARTY_STEP_ONE"));
    }

    [Theory]
    [InlineData("cpthirdparty_step_*")]
    [InlineData("CPTHIRDPARTY_STEP_ON?")]
    [InlineData("*")]
    public void Hold_KeptNames_Stay(string keep)
    {
        using WithheldVariables withheld = WithheldVariables.Hold([keep], withKeys: false);

        Assert.Equal("s-1", Environment.GetEnvironmentVariable("CPTHIRDPARTY_STEP_ONE"));
        Assert.Equal(keep == "*" ? "t-1" : null, Environment.GetEnvironmentVariable(Token));
    }

    [Fact]
    public void Hold_WithKeys_StillReadsThem()
    {
        using (WithheldVariables.Hold([], withKeys: true))
        {
            Assert.Null(Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
            Assert.Equal("k-1", AwsEnvironmentVariables.Read("AWS_SECRET_ACCESS_KEY"));
        }

        Assert.Equal("k-1", Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
    }

    [Fact]
    public void Hold_Twice_ReturnsAfterBothEnd()
    {
        WithheldVariables first = WithheldVariables.Hold([], withKeys: true);
        WithheldVariables second = WithheldVariables.Hold([], withKeys: false);

        first.Dispose();
        first.Dispose();
        Assert.Null(Environment.GetEnvironmentVariable(Token));
        Assert.Equal("t-1", WithheldVariables.Read(Token));
        second.Dispose();

        Assert.Equal("t-1", Environment.GetEnvironmentVariable(Token));
        Assert.Equal("k-1", Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
    }
}
