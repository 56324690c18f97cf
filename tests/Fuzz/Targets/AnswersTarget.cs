using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>Bodies of HTTP 200 responses, for all three readers and the debug stream.</summary>
internal sealed class AnswersTarget : FuzzTarget
{
    public const string Details = """
        {"jobDetails":{"id":"j-1","nonce":"n-1","data":{
        "actionTypeId":{"category":"Test","owner":"ThirdParty","provider":"Contoso","version":"1"},
        "actionConfiguration":{"configuration":{"ProjectName":"p","ApiToken":"t0ken-value"}},
        "pipelineContext":{"pipelineName":"P","stage":{"name":"S"},
        "action":{"name":"A","actionExecutionId":"e"},"pipelineArn":null},
        "inputArtifacts":[{"name":"In","revision":"r",
        "location":{"type":"S3","s3Location":{"bucketName":"b","objectKey":"k/in.zip"}}}],
        "outputArtifacts":[{"name":"Out","location":{"type":"S3","s3Location":{"bucketName":"b","objectKey":"k/out"}}}],
        "artifactCredentials":{"accessKeyId":"ASIA","secretAccessKey":"s3cret-value","sessionToken":"session-value"},
        "continuationToken":"c","encryptionKey":{"id":"key","type":"KMS"}}}}
        """;

    private static readonly string[] s_templates =
    {
        Details, """{"jobs":[{"clientId":"c-1","jobId":"j-1"},{"clientId":"c-2","jobId":"j-2","__type":"x"}]}""",
        """{"status":"InProgress"}""", "{}",
    };

    public override string Name => "answers";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\"jobs\":[", "\"jobDetails\":{", "\"configuration\":{", "\"clientToken\":", "\"nonce\":", "null", "{}", "[]",
        "\\ud800", "\"", "1e400");

    public override byte[] Make(Draw draw) => JsonMaker.Like(draw, draw.Pick(s_templates));

    public override string Run(byte[] input)
    {
        string outcome = string.Join("/", Jobs(input), Status(input), DetailsOf(input));
        string shown = WireLogFormatter.Redact(input);
        Hold(
            !shown.Contains("\"s3cret-value\"", System.StringComparison.Ordinal) || !IsAnswer(input),
            "The debug stream shows a secret key.");
        return outcome;
    }

    // A mutation may have moved the secret to another member, which is not treated as a secret.
    private static bool IsAnswer(byte[] input)
    {
        try
        {
            return ResponseReader.Details(input).ArtifactCredentials?.SecretAccessKey.Reveal() == "s3cret-value"
                && System.Text.Encoding.UTF8.GetString(input).Split("s3cret-value").Length == 2;
        }
        catch (UnreadableResponseException)
        {
            return false;
        }
    }

    private static string Jobs(byte[] input)
    {
        try
        {
            IReadOnlyList<PolledJob> jobs = ResponseReader.Jobs(input);
            Hold(jobs.All(job => job.JobId is not null && job.ClientId is not null), "A job has no ID.");
            return Count(jobs.Count);
        }
        catch (UnreadableResponseException)
        {
            return "unreadable";
        }
    }

    private static string Status(byte[] input)
    {
        try
        {
            return ResponseReader.Status(input).Length > 0 ? "status" : "none";
        }
        catch (UnreadableResponseException)
        {
            return "unreadable";
        }
    }

    private static string DetailsOf(byte[] input)
    {
        try
        {
            JobDetailsResponse details = ResponseReader.Details(input);

            // Convert it like the cmdlets and the worker.
            ThirdPartyJobDetail job = new(
                new ThirdPartyJob(
                    "j", "c", new Secret("t"), JobStatus.Dispatched, new ActionTypeId("Test", "ThirdParty", "P", "1"),
                    null),
                details);
            string shown = job.Configuration.ToString() + job.ActionType + JsonSerializer.Serialize(job.InputArtifacts)
                + job.EncryptionKey?.Id;
            return $"{Count(details.InputArtifacts.Count)}{Count(details.Configuration.Count)}"
                + $"{details.ArtifactCredentials is null}"
                + $"{details.Nonce is null}{details.EncryptionKey is null}{shown.Length > 100}";
        }
        catch (UnreadableResponseException)
        {
            return "unreadable";
        }
    }
}
