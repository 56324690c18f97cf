using System.Collections.Generic;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>Unsigned requests of any kind: lines, headers, lengths, chunks.</summary>
internal sealed class HttpTarget : RequestTarget
{
    private static readonly string[] s_requests =
    {
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
            + "X-Amz-Target: CodePipeline_20150709.PollForThirdPartyJobs\r\n"
            + "Content-Type: application/x-amz-json-1.1\r\n\r\n{}",
        "GET /@bucket@/@in@ HTTP/1.1\r\nHost: h\r\nRange: bytes=0-9\r\n\r\n",
        "PUT /@bucket@/@out@ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "PUT /@bucket@/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        "HEAD /?list-type=2 HTTP/1.0\r\nHost: bucket.localhost:1\r\n\r\n",
        "GET /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/s3/aws4_request&X-Amz-Date=@stamp@"
            + "&X-Amz-Expires=1&X-Amz-SignedHeaders=host&X-Amz-Signature=0 HTTP/1.1\r\nHost: h\r\n\r\n",
    };

    public override string Name => "http";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\r\n", "\n", "\r\n\r\n", "Content-Length: 99999999999999999999\r\n", "Content-Length: -1\r\n",
        "Content-Length: 9223372036854775807\r\n", "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "ffffffff\r\n", "-5\r\n", "Expect: 100-continue\r\n", "HTTP/1.1", "%00",
        "%zz",
        "Host: \r\n", ": \r\n", " \r\n", "Connection: close\r\n",
        "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=\r\n");

    public override byte[] Make(Draw draw) =>
        Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, draw.Between(1, 3)).Select(_ => draw.Pick(s_requests))));
}
