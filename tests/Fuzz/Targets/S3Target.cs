using System.Collections.Generic;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// S3 requests, signed with the emulator's own keys or, depending on the path, with those of a job.
/// </summary>
internal sealed class S3Target : RequestTarget
{
    private static readonly string[] s_heads =
    {
        "GET /@bucket@/@in@ HTTP/1.1\nHost: h\nRange: bytes=0-99", "GET /@bucket@/@in@?partNumber=1 HTTP/1.1\nHost: h",
        "HEAD /@bucket@/@in@ HTTP/1.1\nHost: h",
        "GET /@bucket@?list-type=2&prefix=P&delimiter=/&max-keys=2 HTTP/1.1\nHost: h",
        "GET /@bucket@?uploads HTTP/1.1\nHost: h", "GET / HTTP/1.1\nHost: h",
        "GET /@bucket@?prefix=&marker=a&encoding-type=url HTTP/1.1\nHost: h",
        "GET /@bucket@?location HTTP/1.1\nHost: @bucket@.localhost:1", "DELETE /@bucket@/x HTTP/1.1\nHost: h",
        "DELETE /@bucket@/@out@?uploadId=@upload@ HTTP/1.1\nHost: h", "POST /@bucket@/@out@?uploads HTTP/1.1\nHost: h",
        "GET /@bucket@/@out@?uploadId=@upload@&max-parts=1 HTTP/1.1\nHost: h",
        "GET /@in@ HTTP/1.1\nHost: @bucket@.localhost:1\nIf-None-Match: *",
        "GET /@bucket@/@in@?response-content-type=a%0d%0ab&versionId=x HTTP/1.1\nHost: h\n"
            + "If-Modified-Since: Tue, 01 Jan 2030 00:00:00 GMT",
    };

    private static readonly string[] s_puts =
    {
        "PUT /@bucket@/@out@ HTTP/1.1\nHost: h",
        "PUT /@bucket@/@out@ HTTP/1.1\nHost: h\nx-amz-checksum-crc32: AAAAAA==",
        "PUT /@bucket@/@out@?partNumber=1&uploadId=@upload@ HTTP/1.1\nHost: h",
        "PUT /@bucket@/a%2Fb HTTP/1.1\nHost: h\nContent-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==",
        "PUT /@bucket@/@out@ HTTP/1.1\nHost: h\nx-amz-server-side-encryption: aws:kms\n"
            + "x-amz-server-side-encryption-aws-kms-key-id: k\nx-amz-meta-a: b",
        "PUT /@bucket@/@out@ HTTP/1.1\nHost: h\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\n"
            + "x-amz-decoded-content-length: 5\nx-amz-trailer: x-amz-checksum-crc32",
        "PUT /@bucket@/@out@ HTTP/1.1\nHost: h\nx-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\n"
            + "x-amz-decoded-content-length: 5",
    };

    private const string Complete =
        """<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part>"""
        + """<PartNumber>1</PartNumber><ETag>"x"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32>"""
        + "</Part></CompleteMultipartUpload>";

    private const string Delete =
        "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object><Quiet>true</Quiet></Delete>";

    public override string Name => "s3";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "Range: bytes=-5\r\n", "Range: bytes=9223372036854775807-\r\n", "bytes=0-0,2-3",
        "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n", "x-amz-decoded-content-length: 99999999999\r\n",
        "x-amz-checksum-sha256: ", "x-amz-trailer: x-amz-checksum-crc64nvme\r\n", "partNumber=10001", "uploadId=",
        "max-keys=-1", "max-keys=99999999999", "&", "?", "%2e%2e/", "%", "5;chunk-signature=0\r\nhello\r\n",
        "0\r\n\r\n", "<Part>", "<!DOCTYPE a [<!ENTITY b \"c\">]>",
        "&b;", "&#0;", "<![CDATA[", "If-Match: \"x\"\r\n", "continuation-token=", "encoding-type=url", "x-amz-meta-",
        "x-amz-tagging: a=b\r\n", "x-amz-copy-source: /a/b\r\n");

    public override byte[] Make(Draw draw) => draw.Below(6) switch
    {
        0 => Request("POST /@bucket@/@out@?uploadId=@upload@ HTTP/1.1\nHost: h", Encoding.UTF8.GetBytes(Complete)),
        1 => Request("POST /@bucket@?delete HTTP/1.1\nHost: h", Encoding.UTF8.GetBytes(Delete)),
        2 => Request(
            draw.Pick(s_puts),
            Encoding.UTF8.GetBytes(draw.Pick(new[]
            {
                "hello",
                string.Empty,
                "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
                "5;chunk-signature=0\r\nhello\r\n0;chunk-signature=0\r\n\r\n",
            }))),
        _ => Request(draw.Pick(s_heads) + (draw.Chance(0.2) ? "\nx-job: 1" : string.Empty), []),
    };

    protected override void Sign(EmulatorBench bench, HttpRequest call, byte[] input)
    {
        if (S3Request.IsFor(call) || call.Headers["X-Amz-Target"] is null)
        {
            bench.SignForS3(call, asJob: call.Headers["x-job"] is not null);
        }
    }
}
