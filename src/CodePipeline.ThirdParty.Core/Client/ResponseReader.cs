using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Client;

/// <summary>
/// Parses the responses. Ignores unknown members and keeps unknown enum values, because the service may add some at any
/// time.
/// </summary>
internal static class ResponseReader
{
    public static IReadOnlyList<PolledJob> Jobs(byte[] body) => Read(body, root =>
    {
        var jobs = new List<PolledJob>();
        foreach (JsonElement job in Items(root, "jobs"))
        {
            // A job without an id is unusable. A job without a client id is usable if the caller gives the token.
            if (Text(job, "jobId") is string jobId)
            {
                jobs.Add(new PolledJob(jobId, Text(job, "clientId") ?? string.Empty));
            }
        }

        return (IReadOnlyList<PolledJob>)jobs;
    });

    public static string Status(byte[] body) => Read(body, root => Text(root, "status") ?? string.Empty);

    public static JobDetailsResponse Details(byte[] body) => Read(body, root =>
    {
        JsonElement details = Member(root, "jobDetails");
        JsonElement data = Member(details, "data");
        JsonElement pipeline = Member(data, "pipelineContext");
        JsonElement action = Member(pipeline, "action");
        return new JobDetailsResponse
        {
            Id = Text(details, "id"),
            Nonce = Text(details, "nonce"),
            ActionType = ActionType(Member(data, "actionTypeId")),
            Configuration = Configuration(Member(Member(data, "actionConfiguration"), "configuration")),
            PipelineName = Text(pipeline, "pipelineName"),
            StageName = Text(Member(pipeline, "stage"), "name"),
            ActionName = Text(action, "name"),
            ActionExecutionId = Text(action, "actionExecutionId"),
            PipelineArn = Text(pipeline, "pipelineArn"),
            PipelineExecutionId = Text(pipeline, "pipelineExecutionId"),
            InputArtifacts = Artifacts(data, "inputArtifacts"),
            OutputArtifacts = Artifacts(data, "outputArtifacts"),
            ArtifactCredentials = Credentials(Member(data, "artifactCredentials")),
            ContinuationToken = Text(data, "continuationToken"),
            EncryptionKey = Key(Member(data, "encryptionKey")),
        };
    });

    /// <summary>Checks the response of an operation without output: an empty body or a JSON object.</summary>
    public static bool Empty(byte[] body) => Read(
        body,
        root => root.ValueKind == JsonValueKind.Object ? true : throw new JsonException("It is not an object."));

    /// <summary>
    /// Whether JSON is of another program than the service: it has members, and not the one that the operation gives. A
    /// portal or gateway answers 200 with <c>{"error":…}</c>, too.
    /// </summary>
    public static bool IsOfOther(byte[] body, string operation)
    {
        string member = operation switch
        {
            "PollForThirdPartyJobs" => "jobs",
            "GetThirdPartyJobDetails" => "jobDetails",
            "AcknowledgeThirdPartyJob" => "status",
            _ => string.Empty,
        };
        try
        {
            return Read(body, root => root.ValueKind == JsonValueKind.Object
                && root.EnumerateObject().Any() && !root.TryGetProperty(member, out _));
        }
        catch (UnreadableResponseException)
        {
            // Who reads it says so.
            return false;
        }
    }

    private static T Read<T>(byte[] body, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body.Length == 0 ? "{}"u8.ToArray() : body);
            return read(document.RootElement);
        }
        catch (Exception error) when (JsonErrors.Is(error))
        {
            throw new UnreadableResponseException(error);
        }
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            ? value
            : default;

    private static string? Text(JsonElement element, string name)
    {
        JsonElement value = Member(element, name);
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static IEnumerable<JsonElement> Items(JsonElement element, string name)
    {
        JsonElement value = Member(element, name);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : Array.Empty<JsonElement>();
    }

    private static ActionTypeId? ActionType(JsonElement element) => element.ValueKind != JsonValueKind.Object
        ? null
        : new ActionTypeId(
            Text(element, "category") ?? string.Empty,
            Text(element, "owner") ?? string.Empty,
            Text(element, "provider") ?? string.Empty,
            Text(element, "version") ?? string.Empty);

    private static JobConfiguration Configuration(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return JobConfiguration.Empty;
        }

        var values = new List<KeyValuePair<string, string>>();
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String)
            {
                values.Add(new KeyValuePair<string, string>(member.Name, member.Value.GetString()!));
            }
        }

        return new JobConfiguration(values);
    }

    private static List<JobArtifact> Artifacts(JsonElement data, string name)
    {
        var artifacts = new List<JobArtifact>();
        foreach (JsonElement artifact in Items(data, name))
        {
            JsonElement location = Member(artifact, "location");
            JsonElement s3 = Member(location, "s3Location");
            artifacts.Add(new JobArtifact(
                Text(artifact, "name"),
                Text(artifact, "revision"),
                Text(location, "type"),
                Text(s3, "bucketName"),
                Text(s3, "objectKey")));
        }

        return artifacts;
    }

    private static ArtifactCredentials? Credentials(JsonElement element)
    {
        string? id = Text(element, "accessKeyId");
        string? key = Text(element, "secretAccessKey");
        string? token = Text(element, "sessionToken");
        return string.IsNullOrEmpty(id) || string.IsNullOrEmpty(key) || string.IsNullOrEmpty(token)
            ? null
            : new ArtifactCredentials(new Secret(id!), new Secret(key!), new Secret(token!));
    }

    private static EncryptionKey? Key(JsonElement element) => element.ValueKind != JsonValueKind.Object
        ? null
        : new EncryptionKey(Text(element, "id"), Text(element, "type"));
}

/// <summary>
/// The body of an HTTP 200 response cannot be parsed. The client turns this into a service error with the request id.
/// </summary>
internal sealed class UnreadableResponseException(Exception cause) : Exception(cause.Message, cause);
