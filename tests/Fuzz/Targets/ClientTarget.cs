using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Whole responses (status line, headers, body), sent over a connection and read by the client through the SDK.
/// </summary>
internal sealed class ClientTarget : FuzzTarget
{
    private static readonly ActionTypeId s_type = new("Test", "ThirdParty", "Contoso", "1");
    private static readonly Secret s_token = new("token-of-the-client");

    private readonly AnswerServer _server = new();
    private readonly ThirdPartyJobClient _client;

    public ClientTarget()
    {
        _client = new ThirdPartyJobClient(new ClientSettings
        {
            Region = "us-east-1", EndpointUrl = _server.Url, AccessKey = "a", SecretKey = new Secret("s"),
            MaxAttempts = 1,
            Timeout = TimeSpan.FromSeconds(20),
        });
    }

    public override string Name => "client";

    public override int Cases => 100_000;

    public override int TestCases => 300;

    public override bool UsesThreads => true;

    public override long Allowance(int length) => 4 << 20 | (length * 400L);

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\r\n", "\r\n\r\n", "Content-Length: 0\r\n", "Content-Length: 2147483648\r\n", "Content-Length: -1\r\n",
        "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "Content-Encoding: gzip\r\n",
        "Location: http://127.0.0.1:1/\r\n", "x-amzn-ErrorType: a#ThrottlingException:b\r\n", "x-amzn-RequestId: ",
        "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n", "x-amz-crc32: 1\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/2 200",
        " 600 ", "\\ud800");

    public override byte[] Make(Draw draw)
    {
        int status = draw.Pick(
            new[] { 200, 200, 200, 400, 400, 403, 429, 500, 503, 301, 307, 401, 407, 204, 101, 999 });
        byte[] body = draw.Below(6) switch
        {
            0 => JsonMaker.Like(draw, AnswersTarget.Details),
            1 => JsonMaker.Like(draw, """{"jobs":[{"clientId":"c-1","jobId":"j-1"}],"status":"InProgress"}"""),
            2 => Encoding.UTF8.GetBytes("<html>no</html>"),
            3 => [],
            _ => JsonMaker.Like(
                draw, """{"__type":"com.x#JobNotFoundException","message":"token-of-the-client is wrong"}"""),
        };
        string length = draw.Chance(0.8)
            ? $"Content-Length: {body.Length + (draw.Chance(0.1) ? draw.Between(-5, 5) : 0)}\r\n"
            : string.Empty;
        return
        [
            .. Encoding.UTF8.GetBytes(
                $"HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.1\r\nx-amzn-RequestId: r-1\r\n"
                    + $"{length}\r\n"),
            .. body,
        ];
    }

    public override string Run(byte[] input)
    {
        _server.Answer = input;
        string shown = string.Empty;
        CallOptions options = new() { Wire = text => shown += text };
        try
        {
            string outcome = CallAsync(input.Length % 5, options).GetAwaiter().GetResult();
            Hold(
                !shown.Contains("s3cret-value", StringComparison.Ordinal)
                    || !outcome.StartsWith("details", StringComparison.Ordinal),
                "The debug stream shows a secret.");
            return outcome;
        }
        catch (ThirdPartyServiceException error)
        {
            // A poll sends no token.
            Hold(
                input.Length % 5 == 0 || !error.Message.Contains("token-of-the-client", StringComparison.Ordinal),
                "The message repeats the client token.");
            return error.GetType().Name + (error.Error.RequestId is null);
        }
        catch (ThirdPartyConnectionException error)
        {
            return error.Fault.ToString();
        }
    }

    protected override void Release()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private async Task<string> CallAsync(int operation, CallOptions options)
    {
        switch (operation)
        {
            case 0:
                IReadOnlyList<PolledJob> jobs = await _client.PollForThirdPartyJobsAsync(
                    s_type, 1, options, CancellationToken.None).ConfigureAwait(false);
                return "jobs" + Count(jobs.Count);
            case 1:
                JobDetailsResponse details = await _client.GetThirdPartyJobDetailsAsync(
                    "j", s_token, options, CancellationToken.None).ConfigureAwait(false);
                return details.ArtifactCredentials?.SecretAccessKey.Reveal() == "s3cret-value" ? "details" : "other";
            case 2:
                string status = await _client.AcknowledgeThirdPartyJobAsync(
                    "j", "n", s_token, options, CancellationToken.None).ConfigureAwait(false);
                return "status" + (status == "InProgress");
            case 3:
                await _client.PutThirdPartyJobSuccessResultAsync(
                    "j", s_token, new SuccessResult(), options, CancellationToken.None).ConfigureAwait(false);
                return "success";
            default:
                await _client.PutThirdPartyJobFailureResultAsync(
                    "j", s_token, new FailureResult(FailureType.JobFailed, "m", null), options,
                    CancellationToken.None).ConfigureAwait(false);
                return "failure";
        }
    }
}
