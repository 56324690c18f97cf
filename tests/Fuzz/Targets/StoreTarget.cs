using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Responses of S3 to the download of an artifact: false lengths, ranges, ETags and checksums, and truncated bodies.
/// </summary>
internal sealed class StoreTarget : FuzzTarget
{
    private readonly AnswerServer _server = new();
    private readonly TempFolder _folder = new();
    private readonly ArtifactMover _mover = new(new HastyTimeProvider(TimeSpan.FromSeconds(15)));
    private readonly JobArtifact _artifact = new("In", null, "S3", "bucket", "P/In/key");
    private readonly JobArtifacts _job;

    public StoreTarget()
    {
        _job = new JobArtifacts
        {
            JobId = "j", Inputs = [_artifact],
            Credentials = new ArtifactCredentials(
                new Secret("ASIA"), new Secret("s3cret-key"), new Secret("session-token")),
            ReadAt = DateTimeOffset.UtcNow + TimeSpan.FromDays(3650),
            Settings = new ClientSettings
            {
                Region = "us-east-1",
                S3EndpointUrl = _server.Url,
                MaxAttempts = 1,
                Timeout = TimeSpan.FromSeconds(20),
            },
        };
    }

    public override string Name => "store";

    public override int Cases => 50_000;

    public override int TestCases => 200;

    public override bool UsesThreads => true;

    public override long Allowance(int length) => 64 << 20 | (length * 400L);

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\r\n", "Content-Length: 99999999999999999999\r\n", "Content-Length: -1\r\n", "Content-Length: 0\r\n",
        "Content-Range: bytes 0-4/9223372036854775807\r\n", "Content-Range: bytes 5-4/3\r\n",
        "Content-Range: bytes */5\r\n", "Content-Range: bytes 0-4/*\r\n", "Content-Range: bytes 0-4/1099511627776\r\n",
        "ETag: \"x\"\r\n", "ETag: \r\n", "x-amz-checksum-crc32: AAAAAA==\r\n",
        "x-amz-checksum-crc64nvme: AAAAAAAAAAA=\r\n", "x-amz-checksum-type: COMPOSITE\r\n",
        "x-amz-mp-parts-count: 3\r\n", "Last-Modified: yesterday\r\n", "Transfer-Encoding: chunked\r\n",
        "Content-Encoding: gzip\r\n", "x-amz-bucket-region: mars\r\n", "HTTP/1.1 301", "HTTP/1.1 200", "HTTP/1.1 416",
        "<Code>", "]]>");

    public override byte[] Make(Draw draw)
    {
        string body = draw.Pick(new[] { "hello", "hello", string.Empty, "hello world" });
        int status = draw.Pick(new[] { 206, 206, 206, 200, 200, 404, 403, 400, 500, 503, 301, 307, 416, 304, 412 });
        if (status >= 300)
        {
            body = "<?xml version=\"1.0\"?><Error><Code>" + draw.Pick(
                new[] { "NoSuchKey", "AccessDenied", "ExpiredToken", "PermanentRedirect", "SlowDown", draw.Text(20) })
                + "</Code><Message>" + draw.Text(50) + "</Message><Region>eu-west-1</Region></Error>";
        }

        string range = status == 206 ? $"Content-Range: bytes 0-{body.Length - 1}/{body.Length}\r\n" : string.Empty;
        string checksum =
            draw.Chance(0.3) ? "x-amz-checksum-crc32: NhCmhg==\r\nx-amz-checksum-type: FULL_OBJECT\r\n" : string.Empty;
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} X\r\nETag: \"5d41402abc4b2a76b9719d911017c592\"\r\n"
            + "Last-Modified: Wed, 02 Jan 2030 03:04:05 GMT\r\nx-amz-request-id: r-1\r\n"
            + $"{range}{checksum}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
    }

    public override string Run(byte[] input)
    {
        _server.Answer = input;
        string file = _folder.PathOf("in.bin");
        string outcome;
        try
        {
            _mover.SaveAsync(
                _job, _artifact, file, expand: input.Length % 3 == 0, progress: null, CancellationToken.None)
                .GetAwaiter().GetResult();
            long length = Directory.Exists(file) ? 0 : new FileInfo(file).Length;
            Hold(length <= input.Length, "A file is longer than the response.");
            outcome = "saved" + Count((int)length);
        }
        catch (ArtifactTransferException error)
        {
            Hold(
                !error.ToString().Contains("s3cret-key", StringComparison.Ordinal)
                    && !error.ToString().Contains("session-token", StringComparison.Ordinal),
                "An error shows a secret.");
            Hold(Left().Length == 0, "A failed download left files.");
            outcome = error.Fault.ToString() + error.StatusCode;
        }
        catch (ThirdPartyConnectionException error)
        {
            Hold(Left().Length == 0, "A failed download left files.");
            outcome = error.Fault.ToString();
        }
        catch (ArchiveException error)
        {
            Hold(Left().Length == 0, "A failed extraction left files.");
            outcome = error.Fault.ToString();
        }

        foreach (string each in Left())
        {
            if (Directory.Exists(each))
            {
                Directory.Delete(each, recursive: true);
            }
            else
            {
                File.Delete(each);
            }
        }

        return outcome;
    }

    protected override void Release()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    private string[] Left() => Directory.GetFileSystemEntries(_folder.PathOf("."));

    /// <summary>The system's clock, without delays between attempts.</summary>
}
