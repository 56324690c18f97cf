using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class ObjectTests : IDisposable
{
    private static readonly byte[] s_ten = Encoding.ASCII.GetBytes("0123456789");

    private readonly S3Host _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Get_StoredObject_ReturnsBytesAndMetadata()
    {
        S3Response put = await _host.PutAsync(
            "folder/a.zip",
            s_ten,
            ("Content-Type", "application/zip"),
            ("Cache-Control", "no-store"),
            ("Content-Encoding", "aws-chunked,gzip"),
            ("x-amz-meta-Author", "me"));

        S3Response get = await _host.GetAsync("folder/a.zip");

        string md5 = '"' + Md5(s_ten) + '"';
        Assert.Equal(
            (200, md5, "AES256"), (put.StatusCode, put.Header("ETag"), put.Header("x-amz-server-side-encryption")));
        Assert.Equal((200, "0123456789", md5), (get.StatusCode, get.Text, get.Header("ETag")));
        Assert.Equal(
            ("application/zip", "no-store", "gzip", "me", "AES256", "bytes"),
            (get.Header("Content-Type"), get.Header("Cache-Control"), get.Header("Content-Encoding"),
                get.Header("x-amz-meta-author"), get.Header("x-amz-server-side-encryption"),
                get.Header("Accept-Ranges")));
        Assert.Equal("Wed, 02 Jan 2030 03:04:05 GMT", get.Header("Last-Modified"));
        Assert.True(Guid.TryParse(get.Header("x-amz-request-id"), out _));
    }

    [Theory]
#if NET
    [InlineData("a b/ü+&=%25'(x)~*!.txt", "a%20b/%C3%BC%2B%26%3D%2525%27%28x%29~%2A%21.txt")]
    [InlineData("a//../b/./", "a//../b/./")]
#endif
    [InlineData("a b/ü+.txt", "a%20b/%C3%BC%2B.txt")]
    public async Task Key_AnyCharacters_IsUnchanged(string key, string path)
    {
        Assert.Equal(200, (await _host.PutAsync(path, s_ten)).StatusCode);

        Assert.Equal(key, Assert.Single(_host.Emulator.ListObjects()).Key);
        Assert.Equal("0123456789", (await _host.GetAsync(path)).Text);
    }

    [Fact]
    public async Task Put_Kms_KeepsKeyAndGeneratesETag()
    {
        S3Response put = await _host.PutAsync(
            "k",
            s_ten,
            ("x-amz-server-side-encryption", "aws:kms"),
            ("x-amz-server-side-encryption-aws-kms-key-id", "my-key"));

        S3Response head = await _host.SendAsync("HEAD", _host.PathOf("k"));
        foreach (S3Response response in new[] { put, head })
        {
            Assert.Equal(
                ("aws:kms", "my-key"),
                (response.Header("x-amz-server-side-encryption"),
                    response.Header("x-amz-server-side-encryption-aws-kms-key-id")));
            Assert.Matches("^\"[0-9a-f]{32}\"$", response.Header("ETag"));
            Assert.NotEqual('"' + Md5(s_ten) + '"', response.Header("ETag"));
        }
    }

    [Fact]
    public async Task Put_KmsWithoutKey_UsesManagedKey()
    {
        await _host.PutAsync("k", s_ten, ("x-amz-server-side-encryption", "aws:kms"));

        Assert.StartsWith(
            "arn:aws:kms:us-east-1:",
            (await _host.GetAsync("k")).Header("x-amz-server-side-encryption-aws-kms-key-id"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rot13", null)]
    [InlineData("AES256", "key")]
    [InlineData(null, "key")]
    public async Task Put_UnknownEncryption_IsRejected(string? algorithm, string? key)
    {
        (string, string)[] headers = new[]
        {
            ("x-amz-server-side-encryption", algorithm), ("x-amz-server-side-encryption-aws-kms-key-id", key),
        }.Where(each => each.Item2 is not null).Select(each => (each.Item1, each.Item2!)).ToArray();

        Assert.Equal("InvalidArgument", (await _host.PutAsync("k", s_ten, headers)).Error);
    }

    [Theory]
    [InlineData("bytes=0-3", 206, "0123", "bytes 0-3/10")]
    [InlineData("bytes=4-", 206, "456789", "bytes 4-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-30", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=8-100", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=3-1", 200, "0123456789", null)]
    [InlineData("bytes=0-1,4-5", 200, "0123456789", null)]
    [InlineData("lines=0-1", 200, "0123456789", null)]
    [InlineData("bytes=a-b", 200, "0123456789", null)]
    public async Task Get_Range_ReturnsRange(string range, int statusCode, string text, string? contentRange)
    {
        await _host.PutAsync("k", s_ten);

        S3Response response = await _host.GetAsync("k", ("Range", range));

        Assert.Equal(
            (statusCode, text, contentRange), (response.StatusCode, response.Text, response.Header("Content-Range")));
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=-0")]
    public async Task Get_RangePastEnd_ReturnsInvalidRange(string range)
    {
        await _host.PutAsync("k", s_ten);

        S3Response response = await _host.GetAsync("k", ("Range", range));

        Assert.Equal(
            (416, "InvalidRange", "10"), (response.StatusCode, response.Error, response.Element("ActualObjectSize")));
    }

    [Fact]
    public async Task Object_Empty_CanBeRead()
    {
        await _host.PutAsync("empty", []);

        S3Response response = await _host.GetAsync("empty");

        Assert.Equal((200, 0, "0"), (response.StatusCode, response.Body.Length, response.Header("Content-Length")));
        Assert.Equal(416, (await _host.GetAsync("empty", ("Range", "bytes=0-"))).StatusCode);
    }

    [Fact]
    public async Task Head_Object_ReturnsLengthWithoutBody()
    {
        await _host.PutAsync("k", s_ten);

        S3Response response = await _host.SendAsync("HEAD", _host.PathOf("k"));
        S3Response none = await _host.SendAsync("HEAD", _host.PathOf("none"));

        Assert.Equal((200, "10", 0), (response.StatusCode, response.Header("Content-Length"), response.Body.Length));
        Assert.Equal((404, 0), (none.StatusCode, none.Body.Length));
    }

    [Theory]
    [InlineData("If-Match", "\"{0}\"", 200)]
    [InlineData("If-Match", "\"x\"", 412)]
    [InlineData("If-None-Match", "\"{0}\"", 304)]
    [InlineData("If-None-Match", "\"x\"", 200)]
    [InlineData("If-Modified-Since", "Wed, 02 Jan 2030 03:04:05 GMT", 304)]
    [InlineData("If-Modified-Since", "Wed, 02 Jan 2030 03:04:04 GMT", 200)]
    [InlineData("If-Unmodified-Since", "Wed, 02 Jan 2030 03:04:05 GMT", 200)]
    [InlineData("If-Unmodified-Since", "Wed, 02 Jan 2030 03:04:04 GMT", 412)]
    public async Task Get_Condition_IsApplied(string header, string value, int statusCode)
    {
        await _host.PutAsync("k", s_ten);

        S3Response response = await _host.GetAsync(
            "k", (header, string.Format(CultureInfo.InvariantCulture, value, Md5(s_ten))));

        Assert.Equal(statusCode, response.StatusCode);
        Assert.Equal(statusCode == 200 ? 10 : 0, statusCode == 412 ? 0 : response.Body.Length);
    }

    [Theory]
    [InlineData("If-None-Match", "*", "there", 412, "PreconditionFailed")]
    [InlineData("If-None-Match", "*", "new", 200, null)]
    [InlineData("If-Match", "\"x\"", "there", 412, "PreconditionFailed")]
    [InlineData("If-Match", "\"x\"", "new", 404, "NoSuchKey")]
    [InlineData("If-Match", "\"781e5e245d69b566979b86e28d23f2c7\"", "there", 200, null)]
    public async Task Put_Condition_IsApplied(
        string header, string value, string key, int statusCode, string? error)
    {
        await _host.PutAsync("there", s_ten);

        S3Response response = await _host.PutAsync(key, "next"u8.ToArray(), (header, value));

        Assert.Equal((statusCode, error), (response.StatusCode, response.Error));
        Assert.Equal(statusCode == 200, _host.Emulator.FindObject(_host.Bucket, key)?.Length == 4);
    }

    [Theory]
    [InlineData("GET", "/nowhere/k", 404, "NoSuchBucket")]
    [InlineData("GET", "/{0}/k", 404, "NoSuchKey")]
    [InlineData("PUT", "/nowhere/k", 404, "NoSuchBucket")]
    [InlineData("PATCH", "/{0}/k", 405, "MethodNotAllowed")]
    [InlineData("PUT", "/{0}", 405, "MethodNotAllowed")]
    [InlineData("GET", "/{0}/k?acl", 501, "NotImplemented")]
    [InlineData("GET", "/{0}?versioning", 501, "NotImplemented")]
    public async Task Request_MissingResource_ReturnsS3Error(string method, string path, int statusCode, string error)
    {
        S3Response response = await _host.SendAsync(
            method, string.Format(CultureInfo.InvariantCulture, path, _host.Bucket), method == "GET" ? null : s_ten);

        Assert.Equal((statusCode, error), (response.StatusCode, response.Error));
        Assert.Equal("application/xml", response.Header("Content-Type"));
        Assert.Equal(response.Header("x-amz-request-id"), response.Element("RequestId"));
    }

    [Fact]
    public async Task Delete_MissingObject_ReturnsSameStatus()
    {
        await _host.PutAsync("k", s_ten);

        Assert.Equal(204, (await _host.SendAsync("DELETE", _host.PathOf("k"))).StatusCode);
        Assert.Equal(204, (await _host.SendAsync("DELETE", _host.PathOf("k"))).StatusCode);
        Assert.Equal("NoSuchKey", (await _host.GetAsync("k")).Error);
    }

    [Fact]
    public async Task DeleteObjects_SeveralKeys_AreDeleted()
    {
        await _host.PutAsync("a", s_ten);
        await _host.PutAsync("b", s_ten);

        S3Response response = await _host.SendAsync(
            "POST",
            $"/{_host.Bucket}?delete",
            "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>"u8.ToArray());

        Assert.Equal(["a", "b"], response.Elements("Key"));
        Assert.Empty(_host.Emulator.ListObjects());
    }

    [Theory]
    [InlineData("<Delete/>")]
    [InlineData("<Delete><Object/></Delete>")]
    [InlineData("<Other><Object><Key>a</Key></Object></Other>")]
    [InlineData("<Delete><Object>")]
    [InlineData("<!DOCTYPE d [<!ENTITY e 'x'>]><Delete><Object><Key>&e;</Key></Object></Delete>")]
    public async Task DeleteObjects_InvalidXml_IsRejected(string xml) => Assert.Equal(
        "MalformedXML",
        (await _host.SendAsync("POST", $"/{_host.Bucket}?delete", Encoding.UTF8.GetBytes(xml))).Error);

    [Fact]
    public async Task Get_ResponseParameters_OverrideHeaders()
    {
        await _host.PutAsync("k", s_ten, ("Content-Type", "text/plain"));

        S3Response response = await _host.SendAsync(
            "GET",
            _host.PathOf("k")
                + "?response-content-disposition=attachment&response-content-type=text%2Fhtml%0D%0AX-A%3A1");

        Assert.Equal("attachment", response.Header("Content-Disposition"));
        Assert.StartsWith("text/html", response.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Null(response.Header("X-A"));
    }

    [Fact]
    public async Task VirtualHost_SelectsBucket()
    {
        await _host.PutAsync("k", s_ten);
        System.Net.Http.HttpRequestMessage request = _host.Request("GET", "/k", null);
        request.Headers.Host = $"{_host.Bucket}.localhost:{_host.Emulator.Endpoint.Port}";
        _host.Owner.Sign(request, "UNSIGNED-PAYLOAD", _host.Clock.GetUtcNow());

        Assert.Equal("0123456789", (await _host.SendAsync(request)).Text);
    }

    [Fact]
    public void Objects_OwnerMethods_RoundTrip()
    {
        ThirdPartyEmulator emulator = _host.Emulator;
        EmulatedObject put = emulator.PutObject(_host.Bucket, "a/b", new MemoryStream(s_ten));

        Assert.Equal((10, Md5(s_ten), "CRC64NVME"), (put.Length, put.ETag, put.ChecksumAlgorithm));
        Assert.Equal("a/b", Assert.Single(emulator.ListObjects("a/")).Key);
        Assert.Empty(emulator.ListObjects("b"));
        Assert.Null(emulator.FindObject(_host.Bucket, "none"));
        using (Stream stream = emulator.OpenObject(_host.Bucket, "a/b"))
        {
            stream.Position = 7;
            Assert.Equal("789", new StreamReader(stream).ReadToEnd());
        }

        Assert.True(emulator.DeleteObject(_host.Bucket, "a/b"));
        Assert.False(emulator.DeleteObject(_host.Bucket, "a/b"));
    }

    [Fact]
    public void Objects_UnknownBucketOrKey_ThrowInvalidInput()
    {
        InvalidInputException bucket = Assert.Throws<InvalidInputException>(
            () => _host.Emulator.PutObject("other", "k", Stream.Null));
        Assert.Contains(_host.Bucket, bucket.RecommendedAction, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => _host.Emulator.OpenObject(_host.Bucket, "none"));
        Assert.Throws<InvalidInputException>(() => _host.Emulator.PutObject(_host.Bucket, "", Stream.Null));
    }

    [Fact]
    public async Task OpenObject_Replaced_KeepsContents()
    {
        _host.Emulator.PutObject(_host.Bucket, "k", new MemoryStream(s_ten));
        using Stream stream = _host.Emulator.OpenObject(_host.Bucket, "k");

        await _host.PutAsync("k", "other"u8.ToArray());

        using StreamReader reader = new(stream);
        Assert.Equal("0123456789", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task GetRequests_S3Request_HasNoBody()
    {
        await _host.PutAsync("k", s_ten);
        await _host.GetAsync("none");

        Assert.Equal(
            [("PutObject", "k", 200, null, ""), ("GetObject", "none", 404, "NoSuchKey", "")],
            _host.Emulator.GetRequests().Select(
                each => (each.Operation, each.ObjectKey, each.StatusCode, each.ErrorName, each.RevealBody())));
    }

    private static string Md5(byte[] data) =>
#pragma warning disable CA5351, CA1308 // S3's ETags are MD5 in lower case.
        Convert.ToHexString(MD5.HashData(data)).ToLowerInvariant();
#pragma warning restore CA5351, CA1308
}
