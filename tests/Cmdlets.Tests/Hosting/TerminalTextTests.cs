using CodePipeline.ThirdParty.Display;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Hosting;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain text, ü and 日本", "plain text, ü and 日本")]
    [InlineData("two\nlines\tand\r\nmore", "two\nlines\tand\nmore")]
    [InlineData("\u001b[31mred\u001b[0m \u009b1mbold\u009bm", "red bold")]
    [InlineData("\u001b[2Jgone", "\\u001b[2Jgone")]
    [InlineData("\u001b]52;c;aGk=\a", "\\u001b]52;c;aGk=\\u0007")]
    [InlineData("\u009d0;title\u009c", "\\u009d0;title\\u009c")]
    [InlineData("real\rFAKE", "real\nFAKE")]
    [InlineData("a\bb\0c\u007fd", "a\\u0008b\\u0000c\\u007fd")]
    [InlineData("turned \u202eround\u2069", "turned \\u202eround\\u2069")]
    public void ControlCharacters_AreEscaped(string text, string shown) =>
        Assert.Equal(shown, TerminalText.Sanitize(text));
}
