using System;
using System.IO;
using System.Text.Json;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>Checks the limits of the service model and writes the bodies of the five requests.</summary>
internal static class RequestBody
{
    public static byte[] Poll(ActionTypeId actionType, int? maxBatchSize)
    {
        if (maxBatchSize < ServiceLimits.MinimumBatchSize)
        {
            throw new InvalidInputException(
                "MaxBatchSize", $"MaxBatchSize {maxBatchSize} is less than 1.", "Give 1 or more.");
        }

        return Write(json =>
        {
            json.WriteStartObject("actionTypeId");
            json.WriteString("category", StringEnum.Check(ServiceLimits.Categories, actionType.Category, "Category"));
            json.WriteString("owner", StringEnum.Check(ServiceLimits.Owners, actionType.Owner, "Owner"));
            json.WriteString("provider", ServiceLimits.Provider.Check(actionType.Provider, "Provider"));
            json.WriteString("version", ServiceLimits.Version.Check(actionType.Version, "Version"));
            json.WriteEndObject();
            if (maxBatchSize is int size)
            {
                json.WriteNumber("maxBatchSize", size);
            }
        });
    }

    public static byte[] Details(string jobId, Secret clientToken) => Write(json => WriteJob(json, jobId, clientToken));

    public static byte[] Acknowledge(string jobId, string nonce, Secret clientToken) => Write(json =>
    {
        WriteJob(json, jobId, clientToken);
        json.WriteString("nonce", ServiceLimits.Nonce.Check(nonce, "Nonce"));
    });

    public static byte[] Success(string jobId, Secret clientToken, SuccessResult result) => Write(json =>
    {
        WriteJob(json, jobId, clientToken);
        if (result.Revision is JobRevision revision)
        {
            json.WriteStartObject("currentRevision");
            json.WriteString("revision", ServiceLimits.Revision.Check(revision.Revision, "Revision"));
            json.WriteString(
                "changeIdentifier",
                ServiceLimits.ChangeIdentifier.Check(revision.ChangeIdentifier, "RevisionChangeIdentifier"));
            if (revision.Created is DateTimeOffset created)
            {
                json.WriteNumber("created", created.ToUnixTimeMilliseconds() / 1000m);
            }

            WriteOptional(json, ServiceLimits.RevisionSummary, revision.Summary, "RevisionSummary");
            json.WriteEndObject();
        }

        WriteOptional(json, ServiceLimits.ContinuationToken, result.ContinuationToken, "ContinuationToken");
        if (result.Summary is null && result.ExternalExecutionId is null && result.PercentComplete is null)
        {
            return;
        }

        json.WriteStartObject("executionDetails");
        WriteOptional(json, ServiceLimits.Summary, result.Summary, "Summary");
        WriteOptional(json, ServiceLimits.ExternalExecutionId, result.ExternalExecutionId, "ExternalExecutionId");
        if (result.PercentComplete is int percent)
        {
            if (percent is < ServiceLimits.MinimumPercentComplete or > ServiceLimits.MaximumPercentComplete)
            {
                throw new InvalidInputException(
                    "PercentComplete", $"PercentComplete {percent} is not a percentage.",
                    "Give a number from 0 to 100.");
            }

            json.WriteNumber("percentComplete", percent);
        }

        json.WriteEndObject();
    });

    public static byte[] Failure(string jobId, Secret clientToken, FailureResult result) => Write(json =>
    {
        WriteJob(json, jobId, clientToken);
        json.WriteStartObject("failureDetails");
        json.WriteString("type", result.Type.ToString());
        json.WriteString("message", ServiceLimits.FailureMessage.Check(result.Message, "FailureMessage"));
        WriteOptional(json, ServiceLimits.ExternalExecutionId, result.ExternalExecutionId, "ExternalExecutionId");
        json.WriteEndObject();
    });

    private static void WriteJob(Utf8JsonWriter json, string jobId, Secret clientToken)
    {
        json.WriteString("jobId", ServiceLimits.JobId.Check(jobId, "JobId"));
        string token = clientToken.Reveal();
        json.WriteString("clientToken", ServiceLimits.ClientToken.Check(token, "ClientToken"));
        if (Secret.IsMask(token))
        {
            throw new InvalidInputException(
                "ClientToken", $"ClientToken is {Secret.Mask}, which is the mask of a secret and not a token.",
                "Give the token itself, or look it up by the job's ClientId.");
        }
    }

    /// <summary>Writes a member, named after the limit, if it has a value.</summary>
    private static void WriteOptional(Utf8JsonWriter json, TextLimit limit, string? value, string inputName)
    {
        if (value is not null)
        {
            json.WriteString(limit.Member, limit.Check(value, inputName));
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var body = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return body.ToArray();
    }
}
