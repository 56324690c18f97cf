using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.S3;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class MultipartTests : IDisposable
{
    private const int Smallest = 5 << 20;

    private static readonly byte[] s_first = Filled(Smallest, 1);
    private static readonly byte[] s_second = Filled(Smallest + 1, 2);
    private static readonly byte[] s_last = Filled(10, 3);

    private readonly S3Host _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Parts_AnyOrder_AreJoinedByNumber()
    {
        string id = await CreateAsync();
        S3Response[] parts =
        [
            await PutPartAsync(id, 700, s_last), await PutPartAsync(id, 2, s_first),
            await PutPartAsync(id, 30, s_second),
        ];

        S3Response response = await CompleteAsync(
            id, (2, parts[1].Header("ETag")!), (30, parts[2].Header("ETag")!), (700, parts[0].Header("ETag")!));

        string etag = $"\"{Hex(Md5([.. Md5(s_first), .. Md5(s_second), .. Md5(s_last)]))}-3\"";
        Assert.Equal((200, etag), (response.StatusCode, response.Element("ETag")));
        byte[] whole = [.. s_first, .. s_second, .. s_last];
        Assert.Equal(whole, (await _host.GetAsync("k")).Body);
        S3Response range = await _host.GetAsync("k", ("Range", $"bytes={Smallest - 2}-{Smallest + 1}"));
        Assert.Equal([1, 1, 2, 2], range.Body);
        S3Response part = await _host.SendAsync("GET", _host.PathOf("k") + "?partNumber=3");
        Assert.Equal(
            (206, "3", $"bytes {whole.Length - 10}-{whole.Length - 1}/{whole.Length}"),
            (part.StatusCode, part.Header("x-amz-mp-parts-count"), part.Header("Content-Range")));
        Assert.Equal(s_last, part.Body);
        Assert.Equal(
            "InvalidPartNumber", (await _host.SendAsync("GET", _host.PathOf("k") + "?partNumber=4")).Error);
        Assert.Equal(3, _host.Emulator.FindObject(_host.Bucket, "k")!.PartCount);
    }

    [Theory]
    [InlineData("CRC32", null)]
    [InlineData("CRC32", "COMPOSITE")]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("CRC32C", "FULL_OBJECT")]
    [InlineData("CRC64NVME", null)]
    [InlineData("SHA1", null)]
    [InlineData("SHA256", null)]
    public async Task Checksums_OfParts_GiveObjectChecksum(string name, string? type)
    {
        ChecksumAlgorithm algorithm = ChecksumAlgorithm.Find(name)!;
        bool isFull = type == "FULL_OBJECT" || name == "CRC64NVME";
        byte[] joined = isFull
            ? algorithm.Of([.. s_first, .. s_last])
            : algorithm.Of([.. algorithm.Of(s_first), .. algorithm.Of(s_last)]);
        string expected = Convert.ToBase64String(joined) + (isFull ? "" : "-2");
        List<(string, string)> headers = [("x-amz-checksum-algorithm", name)];
        if (type is not null)
        {
            headers.Add(("x-amz-checksum-type", type));
        }

        string id = await CreateAsync([.. headers]);
        foreach ((int number, byte[] data) in new[] { (1, s_first), (2, s_last) })
        {
            S3Response put = await PutPartAsync(
                id, number, data, (algorithm.HeaderName, Convert.ToBase64String(algorithm.Of(data))));
            Assert.Equal(
                (200, Convert.ToBase64String(algorithm.Of(data))), (put.StatusCode, put.Header(algorithm.HeaderName)));
        }

        string list = string.Concat(new[] { (1, s_first), (2, s_last) }.Select(part =>
            FormattableString.Invariant($"<Part><PartNumber>{part.Item1}</PartNumber>")
                + $"<ETag>{Hex(Md5(part.Item2))}</ETag>"
                + $"<Checksum{name}>{Convert.ToBase64String(algorithm.Of(part.Item2))}</Checksum{name}></Part>"));
        S3Response response = await CompleteAsync(id, list);

        Assert.Equal(
            (200, expected, isFull ? "FULL_OBJECT" : "COMPOSITE"),
            (response.StatusCode, response.Element("Checksum" + name), response.Element("ChecksumType")));
        S3Response head = await _host.SendAsync(
            "HEAD", _host.PathOf("k"), headers: [("x-amz-checksum-mode", "ENABLED")]);
        Assert.Equal(expected, head.Header(algorithm.HeaderName));
        S3Response part = await _host.SendAsync(
            "GET", _host.PathOf("k") + "?partNumber=2", headers: [("x-amz-checksum-mode", "ENABLED")]);
        Assert.Equal(Convert.ToBase64String(algorithm.Of(s_last)), part.Header(algorithm.HeaderName));
    }

    [Fact]
    public async Task Part_OwnChecksum_IsAcceptedWithoutUploadAlgorithm()
    {
        ChecksumAlgorithm algorithm = ChecksumAlgorithm.Find("CRC32")!;
        string value = Convert.ToBase64String(algorithm.Of(s_last));
        string id = await CreateAsync();

        S3Response part = await PutPartAsync(id, 1, s_last, (algorithm.HeaderName, value));
        S3Response wrong = await PutPartAsync(id, 2, s_first, (algorithm.HeaderName, value));
        S3Response response = await CompleteAsync(id, (1, part.Header("ETag")!));

        Assert.Equal((200, value), (part.StatusCode, part.Header(algorithm.HeaderName)));
        Assert.Equal("BadDigest", wrong.Error);
        Assert.Equal(
            Convert.ToBase64String(ChecksumAlgorithm.Crc64Nvme.Of(s_last)), response.Element("ChecksumCRC64NVME"));
    }

    [Fact]
    public async Task Complete_CompositeWithoutPartChecksums_IsRejected()
    {
        string id = await CreateAsync(("x-amz-checksum-algorithm", "CRC32"));
        S3Response part = await PutPartAsync(
            id, 1, s_last,
            ("x-amz-checksum-crc32", Convert.ToBase64String(ChecksumAlgorithm.Find("CRC32")!.Of(s_last))));

        S3Response response = await CompleteAsync(id, (1, part.Header("ETag")!));

        Assert.Equal("InvalidRequest", response.Error);
        Assert.Contains("missing for part 1", response.Element("Message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_WrongObjectChecksum_ReturnsBadDigest()
    {
        string id = await CreateAsync();
        S3Response part = await PutPartAsync(id, 1, s_last);
        string list = $"<Part><PartNumber>1</PartNumber><ETag>{part.Header("ETag")}</ETag></Part>";

        Assert.Equal(
            "BadDigest", (await CompleteAsync(id, list, ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA="))).Error);
        Assert.Equal("InvalidRequest", (await CompleteAsync(id, list, ("x-amz-mp-object-size", "11"))).Error);
        Assert.Equal(200, (await CompleteAsync(id, list, ("x-amz-mp-object-size", "10"))).StatusCode);
    }

    [Theory]
    [InlineData("CRC32", "x-amz-checksum-sha1")]
    [InlineData("CRC32", null)]
    [InlineData("SHA256", null)]
    public async Task Part_OtherAlgorithmThanUpload_IsRejected(string algorithm, string? header)
    {
        string id = await CreateAsync(("x-amz-checksum-algorithm", algorithm));
        (string, string)[] headers = header is null
            ? []
            : [(header, Convert.ToBase64String(ChecksumAlgorithm.Find("SHA1")!.Of(s_last)))];

        Assert.Equal("InvalidRequest", (await PutPartAsync(id, 1, s_last, headers)).Error);
    }

    [Theory]
    [InlineData("x-amz-checksum-algorithm", "MD4", null, null)]
    [InlineData("x-amz-checksum-algorithm", "SHA256", "x-amz-checksum-type", "FULL_OBJECT")]
    [InlineData("x-amz-checksum-algorithm", "CRC64NVME", "x-amz-checksum-type", "COMPOSITE")]
    [InlineData("x-amz-checksum-algorithm", "CRC32", "x-amz-checksum-type", "HALF")]
    public async Task Create_InvalidChecksum_IsRejected(string name, string value, string? second, string? type)
    {
        (string, string)[] headers = second is null ? [(name, value)] : [(name, value), (second, type!)];

        Assert.Equal(
            "InvalidRequest", (await _host.SendAsync("POST", _host.PathOf("k") + "?uploads", [], null, headers)).Error);
    }

    [Fact]
    public async Task Complete_SmallPartBeforeLast_ReturnsEntityTooSmall()
    {
        string id = await CreateAsync();
        S3Response small = await PutPartAsync(id, 1, Filled(Smallest - 1, 1));
        S3Response last = await PutPartAsync(id, 2, s_last);

        S3Response response = await CompleteAsync(id, (1, small.Header("ETag")!), (2, last.Header("ETag")!));

        Assert.Equal(
            (400, "EntityTooSmall", "1"), (response.StatusCode, response.Error, response.Element("PartNumber")));
        Assert.Empty(_host.Emulator.ListObjects());
        Assert.Equal(200, (await CompleteAsync(id, (2, last.Header("ETag")!))).StatusCode);
    }

    [Theory]
    [InlineData("1:right,3:right", "InvalidPart")]
    [InlineData("1:wrong", "InvalidPart")]
    [InlineData("x:right", "InvalidPart")]
    [InlineData("2:right,1:right", "InvalidPartOrder")]
    [InlineData("1:right,1:right", "InvalidPartOrder")]
    [InlineData("", "MalformedXML")]
    public async Task Complete_InvalidPartList_IsRejected(string list, string error)
    {
        string id = await CreateAsync();
        string right = (await PutPartAsync(id, 1, s_first)).Header("ETag")!;
        await PutPartAsync(id, 2, s_first);
        string parts = string.Concat(list
            .Split(new[] { ',' }, StringSplitOptions.RemoveEmptyEntries)
            .Select(each => each.Split(':'))
            .Select(each => $"<Part><PartNumber>{each[0]}</PartNumber>"
                + $"<ETag>{(each[1] == "right" ? right : "\"0\"")}</ETag></Part>"));

        Assert.Equal(error, (await CompleteAsync(id, parts)).Error);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("x")]
    [InlineData("")]
    public async Task PartNumber_OutOfRange_IsRejected(string number)
    {
        string id = await CreateAsync();

        S3Response response = await _host.SendAsync(
            "PUT", _host.PathOf("k") + $"?partNumber={number}&uploadId={id}", s_last);

        Assert.Equal((400, "InvalidArgument"), (response.StatusCode, response.Error));
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("complete")]
    public async Task Upload_Ended_ReturnsNoSuchUpload(string ending)
    {
        string id = await CreateAsync();
        string etag = (await PutPartAsync(id, 1, s_last)).Header("ETag")!;
        S3Response ended = ending == "abort"
            ? await _host.SendAsync("DELETE", _host.PathOf("k") + "?uploadId=" + id)
            : await CompleteAsync(id, (1, etag));
        Assert.Equal(ending == "abort" ? 204 : 200, ended.StatusCode);

        Assert.Equal("NoSuchUpload", (await PutPartAsync(id, 2, s_last)).Error);
        Assert.Equal("NoSuchUpload", (await CompleteAsync(id, (1, etag))).Error);
        Assert.Equal("NoSuchUpload", (await _host.SendAsync("GET", _host.PathOf("k") + "?uploadId=" + id)).Error);
        Assert.Equal("NoSuchUpload", (await _host.SendAsync("DELETE", _host.PathOf("k") + "?uploadId=" + id)).Error);
    }

    [Fact]
    public async Task Upload_OtherKey_ReturnsNoSuchUpload()
    {
        string id = await CreateAsync();

        Assert.Equal(
            "NoSuchUpload",
            (await _host.SendAsync("PUT", _host.PathOf("other") + $"?partNumber=1&uploadId={id}", s_last)).Error);
    }

    [Fact]
    public async Task Part_UploadedAgain_ReplacesFirst()
    {
        string id = await CreateAsync();
        string first = (await PutPartAsync(id, 1, s_first)).Header("ETag")!;
        string again = (await PutPartAsync(id, 1, s_last)).Header("ETag")!;

        Assert.Equal("InvalidPart", (await CompleteAsync(id, (1, first))).Error);
        Assert.Equal(200, (await CompleteAsync(id, (1, again))).StatusCode);
        Assert.Equal(s_last, (await _host.GetAsync("k")).Body);
    }

    [Fact]
    public async Task ListParts_Pages_CoverAllParts()
    {
        string id = await CreateAsync();
        foreach (int number in new[] { 5, 1, 9 })
        {
            await PutPartAsync(id, number, s_last);
        }

        S3Response page = await _host.SendAsync("GET", _host.PathOf("k") + $"?max-parts=2&uploadId={id}");
        S3Response rest = await _host.SendAsync("GET", _host.PathOf("k") + $"?part-number-marker=5&uploadId={id}");

        Assert.Equal(["1", "5"], page.Elements("PartNumber"));
        Assert.Equal(("true", "5"), (page.Element("IsTruncated"), page.Element("NextPartNumberMarker")));
        Assert.Equal(["9"], rest.Elements("PartNumber"));
        Assert.Equal(("false", "10"), (rest.Element("IsTruncated"), rest.Element("Size")));
    }

    [Fact]
    public async Task ListMultipartUploads_Pages_CoverUnfinished()
    {
        string[] ids = [await CreateAsync(), await CreateAsync(), await CreateAsync()];

        S3Response all = await _host.SendAsync("GET", $"/{_host.Bucket}?uploads");
        S3Response page = await _host.SendAsync("GET", $"/{_host.Bucket}?max-uploads=2&uploads");
        S3Response rest = await _host.SendAsync(
            "GET",
            $"/{_host.Bucket}?key-marker={page.Element("NextKeyMarker")}"
                + $"&upload-id-marker={page.Element("NextUploadIdMarker")}&uploads");

        Assert.Equal(ids.Order(StringComparer.Ordinal), all.Elements("UploadId").Order(StringComparer.Ordinal));
        Assert.Equal(all.Elements("UploadId"), page.Elements("UploadId").Concat(rest.Elements("UploadId")));
        Assert.Equal(("true", "false"), (page.Element("IsTruncated"), rest.Element("IsTruncated")));
    }

    [Fact]
    public async Task Upload_Kms_IsReportedInAllResponses()
    {
        (string, string)[] headers =
            [("x-amz-server-side-encryption", "aws:kms"), ("x-amz-server-side-encryption-aws-kms-key-id", "key")];
        S3Response created = await _host.SendAsync("POST", _host.PathOf("k") + "?uploads", [], null, headers);
        string id = created.Element("UploadId")!;
        S3Response part = await PutPartAsync(id, 1, s_last);
        S3Response completed = await CompleteAsync(id, (1, part.Header("ETag")!));
        S3Response got = await _host.GetAsync("k");

        foreach (S3Response response in new[] { created, part, completed, got })
        {
            Assert.Equal("key", response.Header("x-amz-server-side-encryption-aws-kms-key-id"));
        }

        Assert.NotEqual($"\"{Hex(Md5(s_last))}\"", part.Header("ETag"));
        Assert.EndsWith("-1\"", got.Header("ETag"), StringComparison.Ordinal);
    }

    private static byte[] Filled(int length, byte value)
    {
        return [.. Enumerable.Repeat(value, length)];
    }

#pragma warning disable CA5351, CA1308 // S3's ETags are MD5 in lower case.
    private static byte[] Md5(byte[] data) => MD5.HashData(data);

    private static string Hex(byte[] data) => Convert.ToHexString(data).ToLowerInvariant();
#pragma warning restore CA5351, CA1308

    private async Task<string> CreateAsync(params (string, string)[] headers) =>
        (await _host.SendAsync("POST", _host.PathOf("k") + "?uploads", [], null, headers)).Element("UploadId")!;

    private Task<S3Response> PutPartAsync(string id, int number, byte[] data, params (string, string)[] headers) =>
        _host.SendAsync("PUT", _host.PathOf("k") + $"?partNumber={number}&uploadId={id}", data, null, headers);

    private Task<S3Response> CompleteAsync(string id, params (int Number, string ETag)[] parts) => CompleteAsync(
        id,
        string.Concat(parts.Select(part =>
            $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{part.ETag}</ETag></Part>")));

    private Task<S3Response> CompleteAsync(string id, string parts, params (string, string)[] headers) =>
        _host.SendAsync(
            "POST",
            _host.PathOf("k") + "?uploadId=" + id,
            Encoding.UTF8.GetBytes(
                $"<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{parts}"
                    + "</CompleteMultipartUpload>"),
            null,
            headers);
}
