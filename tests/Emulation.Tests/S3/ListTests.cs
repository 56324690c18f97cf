using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class ListTests : IDisposable
{
    private readonly S3Host _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task List_Keys_AreOrderedByUtf8Bytes()
    {
        // The last two keys have different orders in UTF-16 and UTF-8.
        Put("b", "a/2", "a/1", "B", "\uFF5E", "\U0001F600");

        Assert.Equal(
            ["B", "a/1", "a/2", "b", "\uFF5E", "\U0001F600"], (await ListAsync("list-type=2")).Elements("Key"));
    }

    [Theory]
    [InlineData("list-type=2&prefix=a%2F", "a/1 a/2 a/x/3", "")]
    [InlineData("list-type=2&delimiter=%2F", "b", "a/ c/")]
    [InlineData("delimiter=%2F", "b", "a/ c/")]
    [InlineData("delimiter=%2F&list-type=2&prefix=a%2F", "a/1 a/2", "a/x/")]
    [InlineData("list-type=2&start-after=a%2F2", "a/x/3 b c/4", "")]
    [InlineData("marker=a%2F2", "a/x/3 b c/4", "")]
    [InlineData("delimiter=%2F&marker=a%2F", "b", "c/")]
    [InlineData("list-type=2&max-keys=0", "", "")]
    public async Task List_Parameters_SelectKeysAndPrefixes(string query, string keys, string prefixes)
    {
        Put("a/1", "a/2", "a/x/3", "b", "c/4");

        S3Response response = await ListAsync(query);

        Assert.Equal(keys, string.Join(" ", response.Elements("Key")));
        Assert.Equal(prefixes, string.Join(" ", Prefixes(response)));
        Assert.Equal("false", response.Element("IsTruncated"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("delimiter=%2F&")]
    public async Task ListV2_Pages_CoverAllKeys(string delimiter)
    {
        Put("a/1", "a/2", "b", "c/3", "d");
        string[] all = await EntriesAsync(await ListAsync(delimiter + "list-type=2"));
        List<string> paged = [];
        string token = string.Empty;
        do
        {
            S3Response page = await ListAsync(token + delimiter + "list-type=2&max-keys=1");
            Assert.Equal("1", page.Element("KeyCount"));
            paged.AddRange(await EntriesAsync(page));
            token = page.Element("NextContinuationToken") is string next
                ? $"continuation-token={Uri.EscapeDataString(next)}&"
                : string.Empty;
        }
        while (token.Length > 0);

        Assert.Equal(all.Order(StringComparer.Ordinal), paged);
    }

    [Fact]
    public async Task ListV1_Pages_CoverAllKeys()
    {
        Put("a/1", "a/2", "b");

        S3Response first = await ListAsync("delimiter=%2F&max-keys=1");
        S3Response second = await ListAsync("delimiter=%2F&marker=a%2F&max-keys=1");

        Assert.Equal(("true", "a/"), (first.Element("IsTruncated"), first.Element("NextMarker")));
        Assert.Equal(("false", "b"), (second.Element("IsTruncated"), second.Element("Key")));
    }

    [Fact]
    public async Task EncodingType_Url_EncodesKeys()
    {
        Put("a b/ü\u0001");

        Assert.Equal("a%20b/%C3%BC%01", (await ListAsync("encoding-type=url&list-type=2")).Element("Key"));
    }

    [Theory]
    [InlineData("list-type=2&max-keys=-1")]
    [InlineData("list-type=2&max-keys=many")]
    [InlineData("continuation-token=%21&list-type=2")]
    public async Task List_InvalidParameter_IsRejected(string query) =>
        Assert.Equal("InvalidArgument", (await ListAsync(query)).Error);

    [Fact]
    public async Task ListBuckets_ReturnsArtifactBucket() => Assert.Equal(
        [_host.Bucket],
        (await _host.SendAsync("GET", "/")).Xml.Descendants()
            .Where(each => each.Name.LocalName == "Name").Select(each => each.Value));

    private static IEnumerable<string> Prefixes(S3Response response) => response.Xml.Elements()
        .Where(each => each.Name.LocalName == "CommonPrefixes").Select(each => each.Value);

    private static Task<string[]> EntriesAsync(S3Response response) =>
        Task.FromResult<string[]>([.. response.Elements("Key"), .. Prefixes(response)]);

    private void Put(params string[] keys)
    {
        foreach (string key in keys)
        {
            _host.Emulator.PutObject(_host.Bucket, key, new MemoryStream([1]));
        }
    }

    private Task<S3Response> ListAsync(string query) => _host.SendAsync("GET", $"/{_host.Bucket}?{query}");
}
