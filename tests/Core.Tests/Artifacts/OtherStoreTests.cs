using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Checksums;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Core.Tests.Client;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>Tests responses that the emulator never sends: rare ones of S3, and those of other stores.</summary>
public sealed class OtherStoreTests
{
    private const string Digits = "123456789";
    private const int FirstPart = 8 << 20;
    private const int Uploaded = (16 << 20) + 1;

    [Theory]
    [InlineData("crc64nvme: rosUhgp5mIg=", "CRC64NVME")]
    [InlineData("crc32c: 4waSgw==", "CRC32C")]
    [InlineData("crc32: y/Q5Jg==", "CRC32")]
    [InlineData("sha256: FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=", "SHA256")]
    [InlineData("sha1: 98O8HYCOBHMq32eZZczDTKeuNEE=", "SHA1")]
    public async Task Save_AnyChecksumHeader_VerifiesFile(string header, string name)
    {
        using CannedServer right = Of($"ETag: \"1\"\r\nx-amz-checksum-{header}");
        using CannedServer wrong = Of($"ETag: \"1\"\r\nx-amz-checksum-{header.Split(':')[0]}: AAAAAAAAAAA=");
        using var host = new ArtifactHost();

        await SaveAsync(host, right);
        Assert.Contains(host.Said, text => text.StartsWith($"The {name} of", StringComparison.Ordinal));

        ArtifactTransferException error = await RefusedAsync(host, wrong, "wrong");
        Assert.Equal(ArtifactFault.Damaged, error.Fault);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal(["in"], host.Left);

        static CannedServer Of(string headers) => new((_, _) => ($"200 OK\r\n{headers}", Digits));
    }

    [Theory]
    [InlineData("x-amz-checksum-type: COMPOSITE\r\nx-amz-checksum-crc32: AAAAAA==")]
    [InlineData("x-amz-checksum-crc32: AAAAAA==-2")]
    public async Task Save_CompositeChecksum_IsIgnored(string headers)
    {
        using var store = new CannedServer((_, _) => ($"200 OK\r\nETag: \"1\"\r\n{headers}", Digits));
        using var host = new ArtifactHost();

        await SaveAsync(host, store);

        Assert.Equal(Digits, File.ReadAllText(host.PathOf("in")));
        Assert.Contains(host.Said, text => text.Contains("no full-object checksum", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"1\"", null)]
    [InlineData(null, "\"1\"")]
    [InlineData(null, null)]
    public async Task Save_StoreWithoutETag_Succeeds(string? ofHead, string? ofBytes)
    {
        using var store = new CannedServer((head, _) =>
        {
            string? tag = head.StartsWith("HEAD ", StringComparison.Ordinal) ? ofHead : ofBytes;
            return (tag is null ? "200 OK" : $"200 OK\r\nETag: {tag}", Digits);
        });
        using var host = new ArtifactHost();

        await SaveAsync(host, store);

        Assert.Equal(Digits, File.ReadAllText(host.PathOf("in")));
    }

    [Fact]
    public async Task Save_StoreWithoutRangesInterrupted_Restarts()
    {
        string text = string.Concat(Enumerable.Repeat("0123456789abcdef", 40_000));
        var crc = new ObjectCrc(Crc.Crc32);
        crc.Append(System.Text.Encoding.ASCII.GetBytes(text), text.Length);
        int asked = 0;
        using var store = new CannedServer((head, _) =>
            head.StartsWith("HEAD ", StringComparison.Ordinal)
                ? ($"200 OK\r\nETag: \"1\"\r\nx-amz-checksum-crc32: {crc.Text}", string.Empty)
                : ($"200 OK\r\nETag: \"1\"\r\nContent-Length: {text.Length}",
                    Interlocked.Increment(ref asked) == 1 ? text.Substring(0, text.Length / 2) : text));
        using var host = new ArtifactHost();
        TransferProgress last = default;

        await SaveAsync(host, store, progress: new Listener(at => last = at));

        Assert.Equal(text, File.ReadAllText(host.PathOf("in")));
        Assert.Equal(new TransferProgress(text.Length, text.Length), last);
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Connection: close")]
    public async Task Save_ResponseWithoutLength_IsComplete(string framing)
    {
        using CannedServer store = WithoutLength(framing, $"Content-Length: {Digits.Length}");
        using var host = new ArtifactHost();
        TransferProgress last = default;

        await SaveAsync(host, store, progress: new Listener(at => last = at));

        Assert.Equal(Digits, File.ReadAllText(host.PathOf("in")));
        Assert.Equal(new TransferProgress(Digits.Length, Digits.Length), last);
    }

    // Without any length; with a length that is less than the body.
    [Theory]
    [InlineData("Transfer-Encoding: chunked", "Connection: close")]
    [InlineData("Transfer-Encoding: chunked", "Content-Length: 0")]
    [InlineData("Connection: close", "Content-Length: 8")]
    public async Task Save_LengthUnknownOrWrong_Fails(string framing, string ofHead)
    {
        using CannedServer store = WithoutLength(framing, ofHead);
        using var host = new ArtifactHost();

        ArtifactTransferException error = await RefusedAsync(host, store);

        Assert.Equal(ArtifactFault.UnexpectedResponse, error.Fault);
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Save_PageOfAPortal_IsRefused()
    {
        using var store = new CannedServer("200 OK\r\nContent-Type: text/html", "<html>Sign in to the network.</html>");
        using var host = new ArtifactHost();

        ArtifactTransferException error = await RefusedAsync(host, store);

        Assert.Equal(ArtifactFault.UnexpectedResponse, error.Fault);
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData("ETag: \"1\"")]
    [InlineData("x-amz-request-id: 1")]
    public async Task Save_PageInTheStore_IsSaved(string header)
    {
        using var store = new CannedServer($"200 OK\r\nContent-Type: text/html\r\n{header}", Digits);
        using var host = new ArtifactHost();

        await SaveAsync(host, store);

        Assert.Equal(Digits, File.ReadAllText(host.PathOf("in")));
    }

    [Fact]
    public async Task Save_TruncatedResponseWithoutLength_IsConnectionError()
    {
        using CannedServer store = WithoutLength("Connection: close", $"Content-Length: {Digits.Length + 1}");
        using var host = new ArtifactHost();

        await Assert.ThrowsAsync<ThirdPartyConnectionException>(() => SaveAsync(host, store, attempts: 1));

        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Store_WithoutTls_WarnsOnce()
    {
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync(
            settings => settings with { S3EndpointUrl = "http://store-without-tls.invalid/", MaxAttempts = 1 });

        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ThirdPartyConnectionException>(() => host.SaveAsync(job, "in"));
        }

        Assert.Contains("does not use TLS", Assert.Single(host.Warned), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/p//in")]
    [InlineData("//in")]
    [InlineData("p/in")]
    public async Task SaveAndPublish_KeyWithSlashes_IsUnchanged(string key)
    {
        using var store = new CannedServer((head, _) =>
            ("200 OK\r\nETag: \"1\"", head.StartsWith("PUT ", StringComparison.Ordinal) ? string.Empty : Digits));
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync(settings => settings with { S3EndpointUrl = store.Url });
        var artifact = new JobArtifact("In", null, "S3", "bucket", key);

        await host.Mover.SaveAsync(job, artifact, host.PathOf("in"), expand: false, progress: null, default);
        await host.Mover.PublishAsync(job, artifact, host.PathOf("in"), progress: null, default);

        Assert.All(
            store.Heads,
            head => Assert.Equal($"/bucket/{key}", head.Split(' ')[1].Split('?')[0]));
        Assert.Contains(store.Heads, head => head.StartsWith("PUT ", StringComparison.Ordinal));
    }

    // No length; the right length; another length; an error.
    [Theory]
    [InlineData("Connection: close", false, 0)]
    [InlineData("Content-Length: 9", false, 0)]
    [InlineData("Content-Length: 238", true, 0)]
    [InlineData(null, false, 1)]
    public async Task Publish_ChecksumNotConfirmed_ChecksLength(string? ofHead, bool isRefused, int warnings)
    {
        using var store = new CannedServer((head, _) => head.StartsWith("HEAD ", StringComparison.Ordinal)
            ? (ofHead is null ? "403 Forbidden" : $"200 OK\r\nETag: \"1\"\r\n{ofHead}", string.Empty)
            : ("200 OK\r\nETag: \"1\"", string.Empty));
        using var host = new ArtifactHost();
        JobArtifacts job = await host.ReadAsync(settings => settings with { S3EndpointUrl = store.Url });

        Task<UploadedObject> publish = host.PublishAsync(job, System.Text.Encoding.ASCII.GetBytes(Digits));

        if (isRefused)
        {
            ArtifactTransferException error = await Assert.ThrowsAsync<ArtifactTransferException>(() => publish);
            Assert.Equal(ArtifactFault.Damaged, error.Fault);
            Assert.Contains("238", error.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(Digits.Length, (await publish).Bytes);
        }

        Assert.Equal(warnings, host.Warned.Count);
    }

    [Theory]
    [InlineData("bytes 1-8/9")]
    [InlineData("bytes 0-8/*")]
    [InlineData("bytes 0-8")]
    [InlineData("0-8/9/9/9")]
    public async Task Save_OtherRangeThanRequested_Fails(string range)
    {
        using var store = new CannedServer((_, _) =>
            ($"206 Partial Content\r\nETag: \"1\"\r\nContent-Range: {range}", Digits));
        using var host = new ArtifactHost();

        ArtifactTransferException error = await RefusedAsync(host, store);

        Assert.Equal(ArtifactFault.UnexpectedResponse, error.Fault);
        Assert.Contains($"'{range}'", error.Message, StringComparison.Ordinal);
        Assert.Empty(host.Left);
    }

    [Fact]
    public async Task Save_ResponseShorterThanRange_IsConnectionError()
    {
        using var store = new CannedServer((_, _) =>
            ("206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes 0-8/9", "1234"));
        using var host = new ArtifactHost();

        ThirdPartyConnectionException error = await Assert.ThrowsAsync<ThirdPartyConnectionException>(
            () => SaveAsync(host, store, attempts: 1));

        Assert.Equal(ConnectionFault.Unreachable, error.Fault);
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData("206 Partial Content\r\nETag: \"2\"\r\nContent-Range: bytes 8388608-8388609/8388610", true)]
    [InlineData("206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes 8388608-8388609/8388611", true)]
    [InlineData("200 OK\r\nETag: \"1\"", false)]
    public async Task Save_SecondPartOfAnotherObject_Fails(string second, bool isReplaced)
    {
        string first = new('1', FirstPart);
        using var store = new CannedServer((head, _) =>
            head.Contains("bytes=0-8388607", StringComparison.Ordinal)
                ? ("206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes 0-8388607/8388610", first)
                : (second, "22"));
        using var host = new ArtifactHost();

        ArtifactTransferException error = await RefusedAsync(host, store);

        Assert.Equal(isReplaced ? ArtifactFault.Replaced : ArtifactFault.UnexpectedResponse, error.Fault);
        Assert.Empty(host.Left);
    }

    [Theory]
    [InlineData("400 Bad Request", "ExpiredToken")]
    [InlineData("400 Bad Request", "InvalidToken")]
    [InlineData("403 Forbidden", "RequestTimeTooSkewed")]
    [InlineData("400 Bad Request\r\nx-amz-bucket-region: eu-west-1", "AuthorizationHeaderMalformed")]
    [InlineData("301 Moved Permanently\r\nx-amz-bucket-region: eu-west-1", "PermanentRedirect")]
    public async Task Save_RecoverableError_CostsNoAttempt(string first, string code)
    {
        var answers = new Queue<(string, string)>([
            (first, Error(code)), ("503 Slow Down", Error("SlowDown")), ("200 OK\r\nETag: \"1\"", Digits)]);
        using CannedServer store = Answering(answers);
        using var host = new ArtifactHost();

        await SaveAsync(host, store, attempts: 2);

        Assert.Equal(Digits, File.ReadAllText(host.PathOf("in")));
        Assert.Empty(answers);
    }

    [Theory]
    [InlineData("ExpiredToken", ArtifactFault.CredentialsExpired)]
    [InlineData("RequestTimeTooSkewed", ArtifactFault.CredentialsRejected)]
    public async Task Save_RecoveryFails_ReportsErrorAfterOneRetry(string code, ArtifactFault fault)
    {
        using var store = new CannedServer((_, _) => ("403 Forbidden", Error(code)));
        using var host = new ArtifactHost();

        ArtifactTransferException error = await RefusedAsync(host, store);

        Assert.Equal(fault, error.Fault);
        Assert.Equal(2, Gets(store));
    }

    [Fact]
    public async Task Save_EndlessRegionRedirects_Fails()
    {
        int asked = 0;
        using var store = new CannedServer((head, _) => head.StartsWith("HEAD ", StringComparison.Ordinal)
            ? ("404 Not Found", string.Empty)
            : ($"301 Moved Permanently\r\nx-amz-bucket-region: eu-west-{Interlocked.Increment(ref asked)}",
                Error("PermanentRedirect")));
        using var host = new ArtifactHost();

        ArtifactTransferException error = await RefusedAsync(host, store);

        Assert.Equal(ArtifactFault.BucketElsewhere, error.Fault);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Save_RegionInMessageOnly_FollowsRegion()
    {
        using var store = new CannedServer((head, _) => head.Contains("/eu-west-1/s3/", StringComparison.Ordinal)
            ? ("200 OK\r\nETag: \"1\"", Digits)
            : ("400 Bad Request", Error(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'")));
        using var host = new ArtifactHost();

        await SaveAsync(host, store);

        Assert.Equal(Digits, File.ReadAllText(host.PathOf("in")));
    }

    [Theory]
    [InlineData("AuthorizationHeaderMalformed", "expecting 'evil.example/'")]
    [InlineData("AuthorizationHeaderMalformed", "expecting ''")]
    [InlineData("AuthorizationHeaderMalformed", "expecting 'eu-west-1")]
    [InlineData("AuthorizationHeaderMalformed", "the region 'eu-west-1' is wrong")]
    [InlineData("InvalidRequest", "expecting 'eu-west-1'")]
    public async Task Save_RedirectWithoutRegion_Fails(string code, string message)
    {
        using var store = new CannedServer((_, _) => ("400 Bad Request", Error(code, message)));
        using var host = new ArtifactHost();

        Assert.Equal(code, (await RefusedAsync(host, store)).Code);

        Assert.Equal(1, Gets(store));
    }

    [Theory]
    [InlineData("400 Bad Request", "RequestTimeout")]
    [InlineData("400 Bad Request", "RequestTimeoutException")]
    [InlineData("409 Conflict", "OperationAborted")]
    [InlineData("200 OK", "InternalError")]
    [InlineData("429 Too Many Requests", "Odd")]
    [InlineData("400 Bad Request", "BadDigest")]
    [InlineData("500 Internal Server Error", "Odd")]
    public async Task Publish_TransientError_RetriesUpToMaxAttempts(string status, string code)
    {
        using var store = new CannedServer((head, _) => IsCompletion(head)
            ? (status, Error(code))
            : Accepted(head, string.Empty));
        using var host = new ArtifactHost();

        await Assert.ThrowsAsync<ArtifactTransferException>(() => PublishAsync(host, store, attempts: 2));

        Assert.Equal(2, store.Heads.Count(IsCompletion));
    }

    [Theory]
    [InlineData("400 Bad Request", "InvalidPart")]
    [InlineData("403 Forbidden", "AccessDenied")]
    [InlineData("404 Not Found", "NoSuchUpload")]
    [InlineData("412 Precondition Failed", "PreconditionFailed")]
    public async Task Publish_PermanentError_IsNotRetried(string status, string code)
    {
        using var store = new CannedServer((head, _) => IsCompletion(head)
            ? (status, Error(code))
            : Accepted(head, string.Empty));
        using var host = new ArtifactHost();

        ArtifactTransferException error =
            await Assert.ThrowsAsync<ArtifactTransferException>(() => PublishAsync(host, store));

        Assert.Equal(code, error.Code);
        Assert.Single(store.Heads, IsCompletion);
        Assert.DoesNotContain(store.Heads, head => head.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("500 Internal Server Error", Uploaded, "", true)]
    [InlineData("503 Slow Down", Uploaded, "", true)]
    [InlineData("503 Slow Down", Uploaded - 1, "", false)]
    [InlineData("503 Slow Down", Uploaded, "\r\nx-amz-checksum-crc32: AAAAAA==", false)]
    [InlineData("400 Bad Request", Uploaded, "", false)]
    public async Task Publish_UploadMissingOnRetry_VerifiesByHead(
        string first, int length, string checksum, bool isDone)
    {
        int asked = 0;
        using var store = new CannedServer((head, body) =>
            head.StartsWith("HEAD ", StringComparison.Ordinal)
                ? ($"200 OK\r\nETag: \"old\"\r\nContent-Length: {length}{checksum}", string.Empty)
            : !IsCompletion(head) ? Accepted(head, body)
            : Interlocked.Increment(ref asked) == 1 ? (first, Error("RequestTimeout"))
            : ("404 Not Found", Error("NoSuchUpload")));
        using var host = new ArtifactHost();

        Task<UploadedObject> publish = PublishAsync(host, store);

        if (isDone)
        {
            Assert.Equal(new UploadedObject(Uploaded, "\"old\"", null), await publish);
        }
        else
        {
            Assert.Equal("NoSuchUpload", (await Assert.ThrowsAsync<ArtifactTransferException>(() => publish)).Code);
        }

        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Publish_AbortFindsNoUpload_DoesNotWarn()
    {
        using var store = new CannedServer((head, _) =>
            IsCompletion(head) ? ("403 Forbidden", Error("AccessDenied"))
            : head.StartsWith("DELETE ", StringComparison.Ordinal) ? ("404 Not Found", Error("NoSuchUpload"))
            : Accepted(head, string.Empty));
        using var host = new ArtifactHost();

        await Assert.ThrowsAsync<ArtifactTransferException>(() => PublishAsync(host, store));

        Assert.Contains(store.Heads, head => head.StartsWith("DELETE ", StringComparison.Ordinal));
        Assert.Empty(host.Warned);
    }

    private static CannedServer WithoutLength(string framing, string ofHead) => new((head, _) =>
        head.StartsWith("HEAD ", StringComparison.Ordinal)
            ? ($"200 OK\r\nETag: \"1\"\r\n{ofHead}", string.Empty)
            : ($"200 OK\r\nETag: \"1\"\r\n{framing}", Digits));

    private static bool IsCompletion(string head) =>
        head.StartsWith("POST ", StringComparison.Ordinal) && head.Contains("uploadId=", StringComparison.Ordinal);

    private static int Gets(CannedServer store) =>
        store.Heads.Count(head => head.StartsWith("GET ", StringComparison.Ordinal));

    private static string Error(string code, string message = "no") =>
        $"<Error><Code>{code}</Code><Message>{message}</Message></Error>";

    /// <summary>Responds to GET requests with the given responses in order.</summary>
    private static CannedServer Answering(Queue<(string, string)> answers) => new((head, _) =>
    {
        lock (answers)
        {
            return head.StartsWith("HEAD ", StringComparison.Ordinal) ? ("404 Not Found", string.Empty)
                : answers.Dequeue();
        }
    });

    /// <summary>The responses of a store to a multipart upload before its completion.</summary>
    private static (string StatusAndHeaders, string Body) Accepted(string head, string body)
    {
        // The checksum of a part is in its trailer.
        string checksum = Regex.Match(body, "x-amz-checksum-crc32:\\S+").Value;
        return head.StartsWith("POST ", StringComparison.Ordinal)
            ? ("200 OK", "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
            : ("200 OK\r\nETag: \"1\"" + (checksum.Length > 0 ? "\r\n" + checksum : string.Empty), string.Empty);
    }

    private static async Task SaveAsync(
        ArtifactHost host, CannedServer store, int? attempts = null, string name = "in",
        IProgress<TransferProgress>? progress = null) => await host.Mover.SaveAsync(
        await host.ReadAsync(settings => settings with { S3EndpointUrl = store.Url, MaxAttempts = attempts }),
        host.Input, host.PathOf(name), expand: false, progress, default);

    private static Task<ArtifactTransferException> RefusedAsync(
        ArtifactHost host, CannedServer store, string name = "in") =>
        Assert.ThrowsAsync<ArtifactTransferException>(() => SaveAsync(host, store, name: name));

    private static async Task<UploadedObject> PublishAsync(ArtifactHost host, CannedServer store, int? attempts = null)
    {
        JobArtifacts job = await host.ReadAsync(
            settings => settings with { S3EndpointUrl = store.Url, MaxAttempts = attempts });
        return await host.PublishAsync(job, new byte[Uploaded]);
    }
}
