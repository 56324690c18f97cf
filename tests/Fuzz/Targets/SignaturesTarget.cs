using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Signatures: a valid request, mutated after signing. The emulator must accept only what was signed.
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
        HttpRequest call;
        try
        {
            using ClientStream client = new(input);
            HttpRequestReader reader = new(client);
            if (EmulatorBench.Read(reader) is not HttpRequest read)
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
                Hold(caller.AccessKeyId == EmulatorBench.AccessKeyId, "A request of another caller was accepted.");
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
        HttpRequest call = EmulatorBench.Read(new HttpRequestReader(new MemoryStream(whole)))!;
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
