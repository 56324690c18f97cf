using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Configuration;

/// <summary>The syntax rules of the AWS files. The Interop tests compare them with botocore's.</summary>
public sealed class IniFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a = b", "b")]
    [InlineData("a: b", "b")]
    [InlineData("a=b", "b")]
    [InlineData("A = b = c", "b = c")]
    [InlineData("a = b:c", "b:c")]
    [InlineData("a = b # c", "b # c")]
    [InlineData("a = b ; c", "b ; c")]
    [InlineData("a =", "")]
    [InlineData("a = b\n  c", "b\nc")]
    [InlineData("a = b\n# c\n  d\n\n", "b\nd")]
    [InlineData("  a = b\n  c = d", "b")]
    public void Setting_IsReadLikeTheCli(string lines, string value) =>
        Assert.Equal(value, Read("[s]\n" + lines)["s"]["a"].Text);

    [Theory]
    [InlineData("[a b]", "a b")]
    [InlineData("[a] # b", "a")]
    [InlineData("  [a]", "a")]
    [InlineData("[a]b]", "a]b")]
    public void Section_IsReadLikeTheCli(string line, string name) =>
        Assert.Equal(name, Read(line).Keys.Single());

    [Fact]
    public void IndentedBlock_IsNested()
    {
        IniValue block = Read("[s]\ns3 =\n  a = b\n  c=d\n\n  e = f = g\nnext = 1")["s"]["s3"];

        Assert.Equal(
            new[] { ("a", "b", 3), ("c", "d", 4), ("e", "f = g", 6) },
            block.Nested!.Select(each => (each.Key, each.Value.Text, each.Value.Line)));
    }

    [Fact]
    public void Section_NamedDEFAULT_IsInherited()
    {
        var sections = Read("[DEFAULT]\na = 1\nb = 2\n[s]\nb = 3");

        Assert.Equal(("1", "3"), (sections["s"]["a"].Text, sections["s"]["b"].Text));
        Assert.Single(sections);
    }

    [Theory]
    [InlineData("[s]\na = 1\nnothing", 3)]
    [InlineData("a = 1", 1)]
    [InlineData("\n# x\na = 1\n[s]", 3)]
    [InlineData("[s]\n= 1", 2)]
    [InlineData("[s]\na = 1\n[s]", 3)]
    [InlineData("[s]\na = 1\nA: 2", 3)]
    [InlineData("[s]\nx =\n  a = 1\n  nothing", 4)]
    [InlineData("[]", 1)]
    [InlineData("[s", 1)]
    public void Line_Invalid_ThrowsWithFileAndLine(string text, int line)
    {
        string path = _folder.Write("config", text);

        CredentialException error = Assert.Throws<CredentialException>(() => IniFile.Read(path));

        Assert.Equal(CredentialFault.ProfileUnusable, error.Fault);
        Assert.Contains($"{path} cannot be read: line {line} ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_Invalid_IsNotInMessage()
    {
        string path = _folder.Write("config", "[s]\naws_secret_access_key SENTINEL");

        Assert.DoesNotContain(
            "SENTINEL", Assert.Throws<CredentialException>(() => IniFile.Read(path)).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingFile_IsNull() => Assert.Null(IniFile.Read(_folder.PathOf("none")));

    [Theory]
    [InlineData("a 'b c' d", "a|b c|d")]
    [InlineData("a\\ b \"c \\\" d\" \"e\\f\"", "a b|c \" d|e\\f")]
    [InlineData("  a \t b  ", "a|b")]
    [InlineData("'' a", "|a")]
    [InlineData("a'b'\"c\"", "abc")]
    [InlineData("", "")]
    public void SplitPosix_ReturnsWords(string text, string words) =>
        Assert.Equal(words, string.Join("|", CommandLineParser.SplitPosix(text)));

    [Theory]
    [InlineData("a \"b c\" d", "a|b c|d")]
    [InlineData("C:\\p\\x.exe \"C:\\a b\\\\\" \\\"q", "C:\\p\\x.exe|C:\\a b\\|\"q")]
    [InlineData("\"\" a", "|a")]
    [InlineData("a\\\\b 'c d'", "a\\\\b|'c|d'")]
    public void SplitWindows_ReturnsWords(string text, string words) =>
        Assert.Equal(words, string.Join("|", CommandLineParser.SplitWindows(text)));

    [Theory]
    [InlineData("'a")]
    [InlineData("\"a")]
    [InlineData("a\\")]
    public void Split_Unfinished_Throws(string text) =>
        Assert.Throws<FormatException>(() => CommandLineParser.SplitPosix(text));

    private Dictionary<string, IReadOnlyDictionary<string, IniValue>> Read(string text) =>
        IniFile.Read(_folder.Write("config", text))!.Sections.ToDictionary(each => each.Key, each => each.Value);
}
