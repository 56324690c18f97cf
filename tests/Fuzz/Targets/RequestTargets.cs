using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>Bytes of a connection to the emulator, read as requests one after the other.</summary>
internal abstract class RequestTarget : FuzzTarget
{
    // What cases leave in an emulator must not add up.
    private const int CasesOfABench = 500;

    private EmulatorBench _bench = new();
    private int _runs;

    public override long Allowance(int length) => 3 << 20 | (length * 300L);

    public override void Prepare()
    {
        if (++_runs % CasesOfABench == 0)
        {
            _bench.Dispose();
            _bench = new EmulatorBench();
        }
    }

    public override string Run(byte[] input)
    {
        byte[] bytes = _bench.Fill(input);
        using ClientStream client = new(bytes);
        HttpRequestReader reader = new(client);
        string outcome = string.Empty;
        try
        {
            for (int i = 0; i < 50; i++)
            {
                if (EmulatorBench.Read(reader) is not ServiceCall call)
                {
                    break;
                }

                Sign(_bench, call, bytes);
                ServiceAnswer answer = _bench.Answer(call);
                Hold(answer.StatusCode is 0 or (>= 200 and < 600), "An answer has no status.");
                Hold(answer.ErrorName is not ("InternalFailure" or "InternalError"), "The emulator failed.");
                if (i < 3)
                {
                    outcome += $"{answer.StatusCode}{answer.ErrorName} {After(answer)}";
                }

                if (call.IsLast || call.BodyStream!.AwaitsContinue)
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is HttpFormatException or EndOfStreamException)
        {
            // The connection is refused, or its client went away in the middle of a request.
            outcome += error is HttpFormatException ? Shape(error) : "ended";
        }

        return outcome;
    }

    protected override void Release() => _bench.Dispose();

    /// <summary>What is done with a request before it is answered.</summary>
    protected virtual void Sign(EmulatorBench bench, ServiceCall call, byte[] input)
    {
    }

    protected virtual string After(ServiceAnswer answer) => string.Empty;

    protected static byte[] Request(string head, byte[] body) =>
        [
            .. Encoding.UTF8.GetBytes(head.ReplaceLineEndings("\r\n") + $"\r\nContent-Length: {body.Length}\r\n\r\n"),
            .. body,
        ];
}

/// <summary>A connection: gives what the client sends, and takes what it is told.</summary>
internal sealed class ClientStream(byte[] bytes) : MemoryStream(bytes)
{
    public override System.Threading.Tasks.Task WriteAsync(
        byte[] buffer, int offset, int count, System.Threading.CancellationToken cancellationToken) =>
        System.Threading.Tasks.Task.CompletedTask;
}

/// <summary>Anything at all, unsigned: lines, headers, lengths, chunks.</summary>
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

/// <summary>Requests of the five operations, signed after all changes, so that they get to their bodies.</summary>
internal sealed class OperationsTarget : RequestTarget
{
    private static readonly (string Operation, string Body)[] s_calls =
    {
        ("PollForThirdPartyJobs",
            """{"actionTypeId":{"category":"Test","owner":"ThirdParty","provider":"Contoso","version":"1"},"""
                + "\"maxBatchSize\":2}"),
        ("GetThirdPartyJobDetails", """{"jobId":"job-1","clientToken":"token-1"}"""),
        ("AcknowledgeThirdPartyJob", """{"jobId":"job-1","nonce":"@nonce@","clientToken":"token-1"}"""),
        ("PutThirdPartyJobSuccessResult",
            """{"jobId":"job-1","clientToken":"token-1","currentRevision":"""
                + """{"revision":"r","changeIdentifier":"c","created":1.5,"revisionSummary":"s"},"""
                + "\"continuationToken\":\"t\",\"executionDetails\":"
                + """{"summary":"s","externalExecutionId":"e","percentComplete":5}}"""),
        ("PutThirdPartyJobFailureResult",
            """{"jobId":"job-1","clientToken":"token-1","failureDetails":"""
                + """{"type":"JobFailed","message":"m","externalExecutionId":"e"}}"""),
    };

    public override string Name => "operations";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\"jobId\":", "\"job-2\"", "\\ud800", "null", "1e999", "-62135596801", "253402300800", "\"created\":", "{", "}",
        "[", "\"percentComplete\":101");

    public override byte[] Make(Draw draw)
    {
        (string operation, string body) = draw.Pick(s_calls);
        return Request(
            $"POST / HTTP/1.1\nHost: h\nX-Amz-Target: CodePipeline_20150709.{operation}\n"
                + "Content-Type: application/x-amz-json-1.1",
            JsonMaker.Like(draw, body));
    }

    protected override void Sign(EmulatorBench bench, ServiceCall call, byte[] input)
    {
        // The body is needed for the signature, and can be read once: it is read from a second reader.
        using ClientStream client = new(input);
        HttpRequestReader reader = new(client);
        ServiceCall? read = EmulatorBench.Read(reader);
        if (read is not null && read.BodyStream is not null)
        {
            read.ReadBodyAsync().GetAwaiter().GetResult();
            bench.Sign(read, call);
        }
    }

    // What the emulator answers, our own client reads.
    protected override string After(ServiceAnswer answer) => answer.StatusCode != 200
        ? ErrorAnswer.Read(answer.Body, null).Code
        : Count(AnswerReader.Jobs(answer.Body).Count) + AnswerReader.Status(answer.Body)
        + (AnswerReader.Details(answer.Body).Nonce is null);
}

/// <summary>
/// Requests of the S3 side, signed by the emulator's own keys, or by those of a job where the path says so.
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

    protected override void Sign(EmulatorBench bench, ServiceCall call, byte[] input)
    {
        if (S3Request.IsFor(call) || call.Headers["X-Amz-Target"] is null)
        {
            bench.SignForS3(call, asJob: call.Headers["x-job"] is not null);
        }
    }
}

/// <summary>
/// Signatures: a right request, changed after it was signed. What was signed is all that is let through.
/// </summary>
internal sealed class SignaturesTarget : FuzzTarget
{
    private readonly EmulatorBench _bench = new();
    private readonly string[] _right;

    public SignaturesTarget()
    {
        _right = [Right(forS3: false), Right(forS3: true)];
    }

    public override string Name => "signatures";

    public override int Longest => 16 * 1024;

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "Credential=", "SignedHeaders=", "Signature=", "AWS4-HMAC-SHA256", "/", ";", ",", " ", "aws4_request", "s3",
        "codepipeline", "us-east-1", "20300102", "X-Amz-Date: 20300102T030405Z\r\n", "X-Amz-Security-Token: x.y\r\n",
        "x-amz-a: b\r\n", "Authorization: AWS a:b\r\n", "?X-Amz-Signature=", "&X-Amz-Expires=604801");

    public override byte[] Make(Draw draw) => HttpReader.Latin1.GetBytes(draw.Pick(_right));

    public override string Run(byte[] input)
    {
        ServiceCall call;
        try
        {
            using ClientStream client = new(input);
            HttpRequestReader reader = new(client);
            if (EmulatorBench.Read(reader) is not ServiceCall read)
            {
                return "nothing";
            }

            call = read;
            call.ReadBodyAsync().GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is HttpFormatException or EndOfStreamException)
        {
            return "no request";
        }

        string outcome;
        try
        {
            if (S3Request.IsFor(call))
            {
                S3Caller caller = _bench.S3.Verify(S3Request.Read(call), bucketRegion: null);
                Hold(caller.AccessKeyId == EmulatorBench.AccessKeyId, "Another caller was let in.");
                outcome = "s3";
            }
            else
            {
                _bench.SigV4.Verify(call);
                outcome = "operation";
            }
        }
        catch (ServiceException error)
        {
            return error.Name + Shape(error);
        }
        catch (S3Exception error)
        {
            return error.Code + Shape(error);
        }

        string text = HttpReader.Latin1.GetString(input);
        Hold(
            Array.Exists(
                _right,
                right => Signature(right).Length > 0 && text.Contains(Signature(right), StringComparison.Ordinal)),
            "A request without a right signature was let in.");
        Hold(
            call.Headers["X-Amz-Target"] is null
                || call.Headers["X-Amz-Target"] == "CodePipeline_20150709.PollForThirdPartyJobs",
            "A signed header was changed.");
        Hold(outcome == "s3" || Encoding.UTF8.GetString(call.Body) == "{\"a\":1}", "A signed body was changed.");
        Hold(call.Method is "POST" or "GET", "The signed method was changed.");
        return outcome;
    }

    protected override void Release() => _bench.Dispose();

    private static string Signature(string request)
    {
        int at = request.IndexOf("Signature=", StringComparison.Ordinal);
        return at < 0 ? string.Empty : request.Substring(at + 10, 64);
    }

    private string Right(bool forS3)
    {
        string text = forS3
            ? "GET /bucket/key?a=b HTTP/1.1\r\nHost: h\r\n"
            : "POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: CodePipeline_20150709.PollForThirdPartyJobs\r\n"
                + "Content-Type: application/x-amz-json-1.1\r\nContent-Length: 7\r\n";
        byte[] whole = Encoding.ASCII.GetBytes(text + "\r\n" + (forS3 ? string.Empty : "{\"a\":1}"));
        ServiceCall call = EmulatorBench.Read(new HttpRequestReader(new MemoryStream(whole)))!;
        if (forS3)
        {
            _bench.SignForS3(call, asJob: false);
        }
        else
        {
            call.ReadBodyAsync().GetAwaiter().GetResult();
            _bench.Sign(call, call);
        }

        string added = string.Concat(new[] { "Authorization", "X-Amz-Date", "x-amz-content-sha256" }
            .Where(name => call.Headers[name] is not null).Select(name => $"{name}: {call.Headers[name]}\r\n"));
        return text + added + "\r\n" + (forS3 ? string.Empty : "{\"a\":1}");
    }
}

/// <summary>Bodies of S3 in chunks of its own kind, with and without signatures and trailers.</summary>
internal sealed class ChunksTarget : FuzzTarget
{
    private static readonly byte[] s_key = new byte[32];

    public override string Name => "aws-chunked";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\r\n", "0\r\n\r\n", "0;chunk-signature=", "ffffffffffffffff\r\n", "7fffffffffffffff;", "-1\r\n",
        ";chunk-signature=", "x-amz-checksum-crc32:AAAAAA==\r\n", "x-amz-trailer-signature:0\r\n", "2000\r\n", ":\r\n");

    public override byte[] Make(Draw draw)
    {
        using MemoryStream body = new();
        int manner = draw.Below(3);
        ChunkSigner signer = Signer();
        body.WriteByte((byte)manner);
        for (int chunks = draw.Between(0, 3); chunks >= 0; chunks--)
        {
            byte[] data = chunks == 0 ? [] : new byte[draw.Chance(0.7) ? 8192 : draw.Below(20_000)];
            string signature = manner == 0 ? string.Empty : ";chunk-signature=" + signer.Chunk(Hashing.Sha256(data));
            body.Write(Encoding.ASCII.GetBytes($"{data.Length:x}{signature}\r\n"));
            body.Write(data);
            body.Write(Encoding.ASCII.GetBytes(data.Length > 0 ? "\r\n" : string.Empty));
        }

        if (manner != 1)
        {
            string trailer = "x-amz-checksum-crc32:AAAAAA==\n";
            body.Write(Encoding.ASCII.GetBytes(trailer.Replace("\n", "\r\n", StringComparison.Ordinal)));
            body.Write(Encoding.ASCII.GetBytes(
                manner == 2
                    ? $"x-amz-trailer-signature:{signer.Trailer(Hashing.Sha256(Encoding.ASCII.GetBytes(trailer)))}\r\n"
                    : string.Empty));
        }

        body.Write("\r\n"u8);
        return body.ToArray();
    }

    public override string Run(byte[] input)
    {
        int manner = input.Length > 0 ? input[0] % 3 : 0;
        using AwsChunkedStream stream = new(
            new MemoryStream(input, Math.Min(1, input.Length), Math.Max(0, input.Length - 1)),
            manner == 0 ? null : Signer(), hasTrailer: manner != 1);
        byte[] buffer = new byte[4096];
        long total = 0;
        try
        {
            for (int read; (read = stream.ReadAsync(buffer, 0, buffer.Length).GetAwaiter().GetResult()) > 0;)
            {
                total += read;
            }
        }
        catch (S3Exception error)
        {
            return error.Code;
        }
        catch (HttpFormatException error)
        {
            return Shape(error);
        }

        Hold(total <= input.Length, "More was read than was sent.");
        return $"{manner}whole{Count(stream.Trailers.Count)}{total > 0}";
    }

    private static ChunkSigner Signer() =>
        new(s_key, "20300102T030405Z", "20300102/us-east-1/s3/aws4_request", new string('0', 64));
}
