using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Input files of the AWS CLI (<c>--cli-input-json</c>), as objects from ConvertFrom-Json.
/// </summary>
internal sealed class CliJsonTarget : FuzzTarget
{
    private static readonly string[] s_operations =
    {
        "PollForThirdPartyJobs", "GetThirdPartyJobDetails", "AcknowledgeThirdPartyJob", "PutThirdPartyJobSuccessResult",
        "PutThirdPartyJobFailureResult",
    };

    private readonly ActionTypeTransformationAttribute _actionType = new();
    private readonly SecretTransformationAttribute _secret = new();
    private readonly CredentialTransformationAttribute _credential = new();

    public override string Name => "cli-json";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\"executionDetails\":{", "\"percentComplete\":", "\"currentRevision\":{", "\"created\":",
        "\"failureDetails\":{", "\"type\":\"JobFailed\"", "1e28", "-1e11", "99999999999", "\"2026-01-31T12:00:00Z\"",
        "\"0001-01-01T00:00:00+14:00\"", "null", "[]", "{}");

    public override byte[] Make(Draw draw) => JsonMaker.Like(draw, draw.Chance(0.3)
        ? """{"jobId":"j","clientToken":"t","currentRevision":"""
            + """{"revision":"r","changeIdentifier":"c","created":1.5,"revisionSummary":"s"},"continuationToken":"","""
            + "\"executionDetails\":"
            + """{"summary":"s","externalExecutionId":"e","percentComplete":50}}"""
        : InputSkeleton.ForRequest(draw.Pick(s_operations)));

    public override string Run(byte[] input)
    {
        if (!ShellObject.TryRead(Encoding.UTF8.GetString(input), out object? value))
        {
            return "no JSON";
        }

        if (value is not PSObject file)
        {
            return "no object";
        }

        string outcome = string.Empty;
        outcome += Take(() => _actionType.Read(file.Properties["actionTypeId"]?.Value) is null ? "-" : "T");
        outcome += Take(() => _secret.Read(file.Properties["clientToken"]?.Value) is null ? "-" : "S");
        outcome += Take(() => _credential.Read(file) is null ? "-" : "C");
        return outcome + Take(() => Send(PipedResult.From(file, ObjectMembers.TryCreate(file))));
    }

    private static string Send(PipedResult result)
    {
        ResultTextLimits text = new("job j", _ => { });
        if (result.FailureMessage is string message)
        {
            _ = RequestBody.Failure(
                "j", new Secret("t"), text.Failure(result.FailureType!.Value, message, result.ExternalExecutionId));
            return "failure";
        }

        byte[] body = RequestBody.Success("j", new Secret("t"), new SuccessResult
        {
            Summary = text.Summary(result.Summary),
            ExternalExecutionId = result.ExternalExecutionId,
            PercentComplete = result.PercentComplete,
            ContinuationToken = result.ContinuationToken,
            Revision = text.Revision(result.Revision),
        });
        using JsonDocument sent = JsonDocument.Parse(body);
        Hold(
            sent.RootElement.TryGetProperty("continuationToken", out _) == result.ContinuationToken is not null,
            "The continuation token is missing.");
        return $"success{result.PercentComplete is null}{result.Revision?.Created is null}{result.Summary is null}";
    }

    private static string Take(Func<string> take)
    {
        try
        {
            return take();
        }
        catch (InvalidInputException error)
        {
            return Shape(error);
        }
    }
}
