using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Worker;

/// <summary>The secrets of a job never appear in its texts.</summary>
public sealed class SecretMaskTests
{
    private const string Odd = "SENTINEL\"p w\\</\u00e9&'";

    private static readonly JsonSerializerOptions s_relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Secret?> _secrets = new() { new Secret("token-1"), null };
    private int _looks;

    [Fact]
    public void Apply_PlainAndUrlEncodedSecret_MasksBoth()
    {
        var mask = new SecretMask(() => new Secret?[] { new("a/b c") }, JobConfiguration.Empty, Array.Empty<string>());

        Assert.Equal(
            "*** at https://x/?key=*** and not a/b", mask.Apply("a/b c at https://x/?key=a%2Fb%20c and not a/b"));
    }

    [Fact]
    public void Apply_SecretWithinASecret_MasksTheLongerFirst()
    {
        var mask = new SecretMask(
            () => new Secret?[] { new("key-1"), new("key-1-ring") }, JobConfiguration.Empty, Array.Empty<string>());

        Assert.Equal("***|***", mask.Apply("key-1-ring|key-1"));
    }

    [Fact]
    public void Apply_AddedSecret_IsMasked()
    {
        SecretMask mask = Mask();
        Assert.Equal("*** token-2", mask.Apply("token-1 token-2"));

        _secrets.Add(new Secret("token-2"));

        Assert.Equal("*** ***", mask.Apply("token-1 token-2"));
    }

    [Fact]
    public void Apply_SameSecrets_BuildsTextsOnce()
    {
        // Counts how often the mask reads the keys, which it does only when it builds its texts.
        var keys = new CountedKeys(() => _looks++);
        var configuration = new JobConfiguration(new[] { new KeyValuePair<string, string>("Extra", "value-1") });
        var mask = new SecretMask(() => _secrets, configuration, keys);

        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("***", mask.Apply("value-1"));
        }

        Assert.Equal(1, _looks);
        _secrets.Add(new Secret("token-2"));
        Assert.Equal("***", mask.Apply("token-2"));
        Assert.Equal(2, _looks);
    }

    [Fact]
    public void Apply_MultilineSecret_MasksItsLongLines()
    {
        var mask = new SecretMask(
            () => new Secret?[] { new("-----BEGIN-----\r\nMIIEowIBAAKCAQEA\nshort\n") },
            JobConfiguration.Empty,
            Array.Empty<string>());

        Assert.Equal(
            "*** and short, -----BEGIN-----", mask.Apply("MIIEowIBAAKCAQEA and short, -----BEGIN-----"));
    }

    [Theory]
    [InlineData("e", "e")]
    [InlineData("abc", "abc")]
    [InlineData("abcd", "***")]
    [InlineData("True", "True")]
    [InlineData("enabled", "enabled")]
    [InlineData("2026", "2026")]
    [InlineData("202613", "***")]
    [InlineData("--------", "--------")]
    public void Apply_ShortOrCommonSecret_IsNotMasked(string secret, string seen)
    {
        var mask = new SecretMask(() => new Secret?[] { new(secret) }, JobConfiguration.Empty, Array.Empty<string>());

        Assert.Equal(seen, mask.Apply(secret));
    }

    public static TheoryData<string, string> Forms => new()
    {
        { "json", JsonSerializer.Serialize(Odd) },
        { "json, relaxed", JsonSerializer.Serialize(Odd, s_relaxed) },
        { "json in json", JsonSerializer.Serialize(JsonSerializer.Serialize(Odd, s_relaxed), s_relaxed) },
        { "json, lower case", JsonSerializer.Serialize(Odd).ToLowerInvariant().Replace("sentinel", "SENTINEL") },
        { "json, slashes", JsonSerializer.Serialize(Odd, s_relaxed).Replace("/", "\\/") },
        { "url", Uri.EscapeDataString(Odd) },
        { "url, lower case", Uri.EscapeDataString(Odd).Replace("%C3%A9", "%c3%a9").Replace("%3C", "%3c") },
        { "url, twice", Uri.EscapeDataString(Uri.EscapeDataString(Odd)) },
        { "form", System.Net.WebUtility.UrlEncode(Odd) },
        { "html", System.Net.WebUtility.HtmlEncode(Odd) },
        { "xml", System.Security.SecurityElement.Escape(Odd)! },
        { "xml, hexadecimal", string.Concat(Odd.Select(each => $"&#x{(int)each:X};")) },
        { "base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(Odd)) },
        { "base64 after one", Convert.ToBase64String(Encoding.UTF8.GetBytes("u" + Odd + "tail")) },
        { "base64 after two", Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + Odd)) },
        { "base64 of UTF-16", Convert.ToBase64String(Encoding.Unicode.GetBytes("x " + Odd)) },
        { "base64 of URLs", Convert.ToBase64String(Encoding.UTF8.GetBytes(Odd)).Replace('+', '-').Replace('/', '_') },
        { "hexadecimal", Convert.ToHexString(Encoding.UTF8.GetBytes(Odd)) },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Apply_EncodedSecret_IsMasked(string form, string text)
    {
        var mask = new SecretMask(() => new Secret?[] { new(Odd) }, JobConfiguration.Empty, Array.Empty<string>());

        string masked = mask.Apply($"before {text} after");

        // In base64, the characters at the edges also encode neighbouring bytes, so the mask leaves them.
        Assert.True(Regex.IsMatch(masked, @"^before .{0,12}\*\*\*.{0,12} after$"), $"{form}: {masked}");
        Assert.Equal("before 50% \\ & + after", mask.Apply("before 50% \\ & + after"));
    }

    [Fact]
    public void Apply_ManyBackslashes_IsFast()
    {
        string secret = new string('\\', 200) + "\"x" + new string('%', 200);
        var mask = new SecretMask(() => new Secret?[] { new(secret) }, JobConfiguration.Empty, Array.Empty<string>());
        string text = new string('\\', 20_000) + new string('%', 20_000);

        Assert.Equal(text, mask.Apply(text));
    }

    [Fact]
    public void Apply_SecretConfigurationKeys_MasksTheirValues()
    {
        var configuration = new JobConfiguration(new KeyValuePair<string, string>[]
        {
            new("ApiPassword", "value-1"), new("Extra", "value-2"), new("Plain", "value-3"),
        });
        var mask = new SecretMask(Array.Empty<Secret?>, configuration, new[] { "EXTRA" });

        Assert.Equal("*** *** value-3", mask.Apply("value-1 value-2 value-3"));
    }

    [Fact]
    public void Clean_ErrorWithASecret_ReturnsNull()
    {
        var plain = new InvalidOperationException("plain");

        Assert.Same(plain, Mask().Clean(plain));
        Assert.Null(Mask().Clean(
            new InvalidOperationException("outer", new InvalidOperationException("with token-1"))));
    }

    [Fact]
    public void ForJob_HandlerJob_MasksTokenAndCredentials()
    {
        var job = new ThirdPartyJob(
            "job-1", "client-1", new Secret("client-token"), status: null, FakeQueue.Type, session: null);
        var details = new JobDetailsResponse
        {
            ArtifactCredentials = new ArtifactCredentials(
                new Secret("AKIAEXAMPLE"), new Secret("secret-key"), new Secret("session-token")),
            Configuration = new JobConfiguration(
                new KeyValuePair<string, string>[] { new("ApiPassword", "value-1"), new("Extra", "value-2") }),
        };
        const string Text = "client-token AKIAEXAMPLE secret-key session-token value-1 value-2";

        Assert.Equal(
            "*** AKIAEXAMPLE secret-key session-token value-1 value-2",
            SecretMask.ForJob(job, Array.Empty<string>()).Apply(Text));
        Assert.Equal(
            "*** *** *** *** *** ***",
            SecretMask.ForJob(new ThirdPartyJobDetail(job, details), new[] { "Extra" }).Apply(Text));
        Assert.Equal(
            "*** AKIAEXAMPLE secret-key session-token value-1 value-2",
            SecretMask.ForJob(new ThirdPartyJobDetail(job, new JobDetailsResponse()), Array.Empty<string>())
                .Apply(Text));
    }

    private SecretMask Mask() => new(() => _secrets, JobConfiguration.Empty, Array.Empty<string>());

    private sealed class CountedKeys(Action look) : IReadOnlyCollection<string>
    {
        public int Count => 1;

        public IEnumerator<string> GetEnumerator()
        {
            look();
            yield return "extra";
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
