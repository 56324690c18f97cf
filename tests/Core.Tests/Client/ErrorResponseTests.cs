using System.Text;
using CodePipeline.ThirdParty.Client;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Client;

public sealed class ErrorResponseTests
{
    [Theory]
    [InlineData("{\"__type\":\"JobNotFoundException\",\"message\":\"gone\"}")]
    [InlineData("{\"__type\":\"com.amazon.coral#JobNotFoundException\",\"Message\":\"gone\"}")]
    [InlineData("{\"__type\":\"JobNotFoundException:http://internal.amazon.com/coral/\",\"message\":\"gone\"}")]
    [InlineData("{\"__type\":\"com.amazon#JobNotFoundException:http://internal.amazon.com/#x\",\"message\":\"gone\"}")]
    [InlineData("{\"code\":\"JobNotFoundException\",\"message\":\"gone\",\"later\":{}}")]
    [InlineData("{\"message\":\"gone\",\"code\":\"Other\",\"__type\":\"JobNotFoundException\"}")]
    [InlineData("{\"__type\":\"JobNotFoundException\",\"code\":\"Other\",\"message\":\"gone\"}")]
    public void Read_EachForm_ReturnsCodeAndMessage(string json) =>
        Assert.Equal(new ErrorResponse("JobNotFoundException", "gone"), Read(json));

    [Fact]
    public void Read_NoTypeInBody_UsesHeader() => Assert.Equal(
        new ErrorResponse("JobNotFoundException", "gone"),
        Read("{\"message\":\"gone\"}", "JobNotFoundException:http://internal.amazon.com/coral/"));

    [Fact]
    public void Read_TypeInBody_IgnoresHeader() =>
        Assert.Equal("Inner", Read("{\"__type\":\"Inner\"}", "Outer").Code);

    [Theory]
    [InlineData("<html><body>503</body></html>")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"__type\":7,\"message\":{}}")]
    [InlineData("{\"__type\":\":http://internal.amazon.com/coral/\"}")]
    public void Read_ForeignBody_IsEmpty(string text) =>
        Assert.Equal(new ErrorResponse(string.Empty, string.Empty), Read(text));

    private static ErrorResponse Read(string text, string? header = null) =>
        ErrorResponse.Read(Encoding.UTF8.GetBytes(text), header);
}
