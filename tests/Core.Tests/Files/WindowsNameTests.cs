using CodePipeline.ThirdParty.Files;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Files;

public class WindowsNameTests
{
    [Theory]
    [InlineData("CON")]
    [InlineData("nul.txt")]
    [InlineData("Nul .tar.gz")]
    [InlineData("COM0")]
    [InlineData("lpt9.log")]
    [InlineData("COM\u00b2")]
    [InlineData("CONIN$")]
    public void IsDevice_AnySpelling_IsTrue(string name) => Assert.True(WindowsFileNames.IsDevice(name));

    [Theory]
    [InlineData("")]
    [InlineData("CONTENT")]
    [InlineData("com")]
    [InlineData("COM10")]
    [InlineData("LPTX")]
    [InlineData("a.CON")]
    [InlineData(".nul")]
    public void IsDevice_OtherName_IsFalse(string name) => Assert.False(WindowsFileNames.IsDevice(name));
}
