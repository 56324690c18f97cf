using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.S3;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

/// <summary>Tests the encodings of upload bodies and their verification.</summary>
public sealed class UploadBodyTests : IDisposable
{
    private const string Unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    private const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string SignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

    private static readonly byte[] s_data = Enumerable.Range(0, 20_000).Select(i => (byte)(i * 7)).ToArray();

    private readonly S3Host _host = new();

    public static TheoryData<string> Algorithms => [.. ChecksumAlgorithm.All.Select(each => each.Name)];

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(Unsigned, true)]
    [InlineData(Signed, false)]
    [InlineData(SignedTrailer, true)]
    public async Task ChunkedBody_IsDecoded(string payload, bool hasTrailer)
    {
        S3Response response = await SendChunksAsync(payload, hasTrailer ? ChecksumText("CRC32", s_data) : null);

        Assert.Equal((200, null), (response.StatusCode, response.Error));
        Assert.Equal(s_data, (await _host.GetAsync("k")).Body);
    }

    [Theory]
    [InlineData(Signed, "data")]
    [InlineData(Signed, "signature")]
    [InlineData(SignedTrailer, "data")]
    [InlineData(SignedTrailer, "trailer")]
    [InlineData(SignedTrailer, "trailer-signature")]
    public async Task SignedChunks_Changed_AreRejected(string payload, string changed)
    {
        string? trailer = payload == Signed ? null : ChecksumText("CRC32", s_data);

        S3Response response = await SendChunksAsync(payload, trailer, changed);

        Assert.Equal((403, "SignatureDoesNotMatch"), (response.StatusCode, response.Error));
        Assert.Empty(_host.Emulator.ListObjects());
    }

    [Fact]
    public async Task Trailer_WrongChecksum_ReturnsBadDigest() =>
        Assert.Equal("BadDigest", (await SendChunksAsync(Unsigned, ChecksumText("CRC32", [1]))).Error);

    [Fact]
    public async Task Trailer_Missing_IsRejected() =>
        Assert.Equal("MalformedTrailerError", (await SendChunksAsync(Unsigned, trailer: null, announce: true)).Error);

    [Fact]
    public async Task Chunks_WrongDecodedLength_AreRejected() => Assert.Equal(
        "IncompleteBody", (await SendChunksAsync(Unsigned, ChecksumText("CRC32", s_data), length: 19_999)).Error);

    [Fact]
    public async Task Chunks_WithoutDecodedLength_AreRejected() => Assert.Equal(
        "MissingContentLength", (await SendChunksAsync(Unsigned, ChecksumText("CRC32", s_data), length: -1)).Error);

    [Fact]
    public async Task Chunks_TooSmall_AreRejected() => Assert.Equal(
        "InvalidChunkSizeError",
        (await SendChunksAsync(Unsigned, ChecksumText("CRC32", s_data), chunkSize: 8191)).Error);

    [Fact]
    public async Task Body_WithoutLength_IsRejected()
    {
        HttpRequestMessage request = _host.Request("PUT", _host.PathOf("k"), s_data);
        request.Headers.TransferEncodingChunked = true;
        _host.Owner.Sign(request, "UNSIGNED-PAYLOAD", _host.Clock.GetUtcNow());

        S3Response response = await _host.SendAsync(request);

        Assert.Equal((411, "MissingContentLength"), (response.StatusCode, response.Error));
    }

    [Fact]
    public async Task Body_WrongHash_IsRejected()
    {
        HttpRequestMessage request = _host.Request("PUT", _host.PathOf("k"), s_data);
        _host.Owner.Sign(request, S3Signer.HashOf([1]), _host.Clock.GetUtcNow());

        S3Response response = await _host.SendAsync(request);

        Assert.Equal((400, "XAmzContentSHA256Mismatch"), (response.StatusCode, response.Error));
        Assert.Empty(_host.Emulator.ListObjects());
    }

    [Fact]
    public async Task Body_UnsignedPayload_IsAccepted()
    {
        HttpRequestMessage request = _host.Request("PUT", _host.PathOf("k"), s_data);
        _host.Owner.Sign(request, "UNSIGNED-PAYLOAD", _host.Clock.GetUtcNow());

        Assert.Equal(200, (await _host.SendAsync(request)).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Checksum_OfUpload_IsStoredAndReturned(string algorithm)
    {
        string header = HeaderOf(algorithm);
        string value = ChecksumText(algorithm, s_data);

        S3Response put = await _host.PutAsync("k", s_data, (header, value));
        S3Response asked = await _host.GetAsync("k", ("x-amz-checksum-mode", "ENABLED"));
        S3Response range = await _host.GetAsync("k", ("x-amz-checksum-mode", "ENABLED"), ("Range", "bytes=0-9"));

        Assert.Equal(
            (value, value, "FULL_OBJECT"),
            (put.Header(header), asked.Header(header), asked.Header("x-amz-checksum-type")));
        Assert.Null(range.Header(header));
        Assert.Null((await _host.GetAsync("k")).Header(header));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Checksum_Wrong_ReturnsBadDigest(string algorithm)
    {
        S3Response response = await _host.PutAsync("k", s_data, (HeaderOf(algorithm), ChecksumText(algorithm, [1])));

        Assert.Equal((400, "BadDigest"), (response.StatusCode, response.Error));
        Assert.Empty(_host.Emulator.ListObjects());
    }

    [Fact]
    public async Task Upload_WithoutChecksum_GetsCrc64Nvme() => Assert.Equal(
        ChecksumText("CRC64NVME", s_data),
        (await _host.PutAsync("k", s_data)).Header("x-amz-checksum-crc64nvme"));

    [Theory]
    [InlineData("x-amz-checksum-crc32", "AAAA", "InvalidRequest")]
    [InlineData("x-amz-checksum-sha256", "no base 64", "InvalidRequest")]
    [InlineData("Content-MD5", "AAAA", "InvalidDigest")]
    [InlineData("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==", "BadDigest")]
    [InlineData("x-amz-copy-source", "/b/k", "NotImplemented")]
    [InlineData("x-amz-trailer", "x-amz-checksum-crc32", "InvalidRequest")]
    public async Task Header_Invalid_IsRejected(string header, string value, string error) =>
        Assert.Equal(error, (await _host.PutAsync("k", s_data, (header, value))).Error);

    [Fact]
    public async Task ContentMd5_Correct_IsAccepted()
    {
#pragma warning disable CA5351 // Content-MD5 is an MD5.
        string md5 = Convert.ToBase64String(MD5.HashData(s_data));
#pragma warning restore CA5351

        Assert.Equal(200, (await _host.PutAsync("k", s_data, ("Content-MD5", md5))).StatusCode);
    }

    [Fact]
    public async Task TwoChecksums_AreRejected() => Assert.Equal("InvalidRequest", (await _host.PutAsync(
        "k",
        s_data,
        (HeaderOf("CRC32"), ChecksumText("CRC32", s_data)),
        (HeaderOf("SHA1"), ChecksumText("SHA1", s_data)))).Error);

    [Fact]
    public async Task RejectedUpload_KeepsConnectionOpen()
    {
        // Large enough that the response arrives before the client has sent the body.
        byte[] body = new byte[4 << 20];

        S3Response refused = await _host.SendAsync("PUT", "/nowhere/k", body);

        Assert.Equal("NoSuchBucket", refused.Error);
        Assert.Equal(200, (await _host.PutAsync("k", body)).StatusCode);
    }

    [Fact]
    public async Task ExpectContinue_RejectedUpload_GetsNoContinue()
    {
        HttpRequestMessage request = _host.Request("PUT", "/nowhere/k", s_data);
        request.Headers.ExpectContinue = true;
        _host.Owner.Sign(request, S3Signer.HashOf(s_data), _host.Clock.GetUtcNow());

        S3Response response = await _host.SendAsync(request);

        Assert.Equal(("NoSuchBucket", "close"), (response.Error, response.Header("Connection")));
    }

    [Fact]
    public async Task Contents_PrivateFolder_IsDeletedAtStop()
    {
        using S3Host host = new();
        await host.PutAsync("k", s_data);
        EmulatedObject put = host.Emulator.FindObject(host.Bucket, "k")!;
        Assert.Equal(s_data.Length, put.Length);
        string[] folders = [.. Directory
            .GetDirectories(Path.GetTempPath(), "cpthirdparty-*").SelectMany(EmulatorFolders).Where(IsOurs)];
        string folder = Assert.Single(folders);
#if NET
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(folder));
        }
#endif

        await host.PutAsync("k", [1]);
        Assert.DoesNotContain(Directory.GetFiles(folder, "*.bin"), HoldsTheData);
        host.Emulator.Stop();

        Assert.False(Directory.Exists(folder));
    }

    /// <summary>Returns the emulators' folders. Folders of other processes may disappear during the search.</summary>
    private static string[] EmulatorFolders(string user)
    {
        try
        {
            return Directory.GetDirectories(user, "emulator-*");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsOurs(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, "*.bin").Any(HoldsTheData);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool HoldsTheData(string path) =>
        new FileInfo(path).Length == s_data.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(s_data);

#pragma warning disable CA1308 // These headers are in lower case.
    private static string HeaderOf(string algorithm) => "x-amz-checksum-" + algorithm.ToLowerInvariant();
#pragma warning restore CA1308

    private static string ChecksumText(string algorithm, byte[] data) =>
        Convert.ToBase64String(ChecksumAlgorithm.Find(algorithm)!.Of(data));

    private Task<S3Response> SendChunksAsync(
        string payload,
        string? trailer,
        string? changed = null,
        int chunkSize = 8192,
        int? length = null,
        bool announce = false)
    {
        S3Signer signer = _host.Owner;
        List<(string, string)> headers = [("Content-Encoding", "aws-chunked")];
        if (length != -1)
        {
            headers.Add(
                ("x-amz-decoded-content-length", (length ?? s_data.Length).ToString(CultureInfo.InvariantCulture)));
        }

        if (trailer is not null || announce)
        {
            headers.Add(("x-amz-trailer", "x-amz-checksum-crc32"));
        }

        HttpRequestMessage request = _host.Request("PUT", _host.PathOf("k"), [], [.. headers]);
        HttpContent empty = request.Content!;
        signer.Sign(request, payload, _host.Clock.GetUtcNow());
        request.Content = new ByteArrayContent(Body(signer, payload, trailer, changed, chunkSize));
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", empty.Headers.ContentEncoding);

        return _host.SendAsync(request);
    }

    private static byte[] Body(S3Signer signer, string payload, string? trailer, string? changed, int chunkSize)
    {
        using MemoryStream body = new();
        void Write(string text) => body.Write(Encoding.ASCII.GetBytes(text), 0, text.Length);
        for (int offset = 0; ; offset += chunkSize)
        {
            // The last chunk is empty.
            byte[] chunk = [.. s_data.Skip(offset).Take(chunkSize)];
            string signature = signer.Chunk(chunk);
            if (changed == "signature" && chunk.Length > 0)
            {
                signature = new string('0', 64);
            }

            Write($"{chunk.Length:x}" + (payload == Unsigned ? "" : ";chunk-signature=" + signature) + "\r\n");
            byte[] sent = [.. chunk];
            if (changed == "data" && sent.Length > 100)
            {
                sent[100] ^= 1;
            }

            if (chunk.Length == 0)
            {
                break;
            }

            body.Write(sent, 0, sent.Length);
            Write("\r\n");
        }

        if (trailer is not null)
        {
            string line = $"x-amz-checksum-crc32:{trailer}\n";
            string signature = signer.Trailer(line);
            string value = changed == "trailer" ? "AAAAAA==" : trailer;
            Write($"x-amz-checksum-crc32:{value}\r\n");
            if (payload == SignedTrailer)
            {
                signature = changed == "trailer-signature" ? new string('0', 64) : signature;
                Write($"x-amz-trailer-signature:{signature}\r\n");
            }
        }

        Write("\r\n");
        return body.ToArray();
    }
}
