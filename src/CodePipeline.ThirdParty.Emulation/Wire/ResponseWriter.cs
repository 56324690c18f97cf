using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using CodePipeline.ThirdParty.Emulation.Jobs;

namespace CodePipeline.ThirdParty.Emulation.Wire;

/// <summary>Writes response bodies.</summary>
internal static class ResponseWriter
{
    internal static byte[] Error(string name, string message) => Write(json =>
    {
        json.WriteString("__type", name);
        json.WriteString("message", message);
    });

    internal static byte[] Jobs(IReadOnlyList<KeyValuePair<string, string>> jobs) => Write(json =>
    {
        json.WriteStartArray("jobs");
        foreach (KeyValuePair<string, string> job in jobs)
        {
            json.WriteStartObject();
            json.WriteString("clientId", job.Key);
            json.WriteString("jobId", job.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    internal static byte[] Status(string status) => Write(json => json.WriteString("status", status));

    internal static byte[] Details(EmulatedJob job, EmulatedCredentials credentials) => Write(json =>
    {
        json.WriteStartObject("jobDetails");
        json.WriteString("id", job.JobId);
        json.WriteString("nonce", job.Nonce);
        json.WriteStartObject("data");
        WriteAction(json, job);
        WriteArtifacts(json, "inputArtifacts", job.InputArtifacts);
        WriteArtifacts(json, "outputArtifacts", job.OutputArtifacts);
        json.WriteStartObject("artifactCredentials");
        json.WriteString("accessKeyId", credentials.AccessKeyId);
        json.WriteString("secretAccessKey", credentials.SecretAccessKey);
        json.WriteString("sessionToken", credentials.SessionToken);
        json.WriteEndObject();
        if (job.ContinuationToken is not null)
        {
            json.WriteString("continuationToken", job.ContinuationToken);
        }

        if (job.EncryptionKeyId is not null)
        {
            json.WriteStartObject("encryptionKey");
            json.WriteString("id", job.EncryptionKeyId);
            json.WriteString("type", "KMS");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static void WriteAction(Utf8JsonWriter json, EmulatedJob job)
    {
        json.WriteStartObject("actionTypeId");
        json.WriteString("category", job.ActionType.Category);
        json.WriteString("owner", job.ActionType.Owner);
        json.WriteString("provider", job.ActionType.Provider);
        json.WriteString("version", job.ActionType.Version);
        json.WriteEndObject();

        json.WriteStartObject("actionConfiguration");
        json.WriteStartObject("configuration");
        foreach (KeyValuePair<string, string> setting in job.Configuration.Reveal())
        {
            json.WriteString(setting.Key, setting.Value);
        }

        json.WriteEndObject();
        json.WriteEndObject();

        // The service does not set pipelineArn and pipelineExecutionId for third-party jobs.
        json.WriteStartObject("pipelineContext");
        json.WriteString("pipelineName", job.PipelineName);
        json.WriteStartObject("stage");
        json.WriteString("name", job.StageName);
        json.WriteEndObject();
        json.WriteStartObject("action");
        json.WriteString("name", job.ActionName);
        json.WriteString("actionExecutionId", job.ActionExecutionId);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteArtifacts(Utf8JsonWriter json, string member, IReadOnlyList<EmulatedArtifact> artifacts)
    {
        json.WriteStartArray(member);
        foreach (EmulatedArtifact artifact in artifacts)
        {
            json.WriteStartObject();
            json.WriteString("name", artifact.Name);
            if (artifact.Revision is not null)
            {
                json.WriteString("revision", artifact.Revision);
            }

            json.WriteStartObject("location");
            json.WriteString("type", "S3");
            json.WriteStartObject("s3Location");
            json.WriteString("bucketName", artifact.BucketName);
            json.WriteString("objectKey", artifact.ObjectKey);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        using MemoryStream body = new(256);
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return body.ToArray();
    }
}
