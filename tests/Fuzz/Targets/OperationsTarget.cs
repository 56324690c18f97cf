using System.Collections.Generic;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>Requests of the five operations, signed after the mutations, so that their bodies are read.</summary>
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

    protected override void Sign(EmulatorBench bench, HttpRequest call, byte[] input)
    {
        // A body can be read only once, so use a second reader to compute the signature.
        using ClientStream client = new(input);
        HttpRequestReader reader = new(client);
        HttpRequest? read = EmulatorBench.Read(reader);
        if (read is not null && read.BodyStream is not null)
        {
            read.ReadBodyAsync().GetAwaiter().GetResult();
            bench.Sign(read, call);
        }
    }

    // Our client must be able to read the emulator's response.
    protected override string After(HttpResponse answer) => answer.StatusCode != 200
        ? ErrorResponse.Read(answer.Body, null).Code
        : Count(ResponseReader.Jobs(answer.Body).Count) + ResponseReader.Status(answer.Body)
        + (ResponseReader.Details(answer.Body).Nonce is null);
}
