using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Empty requests of the five operations with every member, and sample responses.</summary>
internal static class InputSkeleton
{
    private const string Job = "\"jobId\": \"\",\n  \"clientToken\": \"\"";

    private const string Artifact = """
                    {
                      "name": "name",
                      "revision": "revision",
                      "location": {
                        "type": "type",
                        "s3Location": {
                          "bucketName": "bucketName",
                          "objectKey": "objectKey"
                        }
                      }
                    }
        """;

    private static readonly HashSet<string> s_required = new(StringComparer.Ordinal)
    {
        "actionTypeId", "category", "owner", "provider", "version", "jobId", "clientToken", "nonce", "revision",
        "changeIdentifier", "failureDetails", "type", "message",
    };

    private static readonly Dictionary<string, (string Cmdlet, string Json)> s_requests =
        new(StringComparer.OrdinalIgnoreCase)
    {
        ["PollForThirdPartyJobs"] = ("Get-CPThirdPartyJob", """
            {
              "actionTypeId": {
                "category": "Test",
                "owner": "ThirdParty",
                "provider": "",
                "version": ""
              },
              "maxBatchSize": 1
            }
            """),
        ["GetThirdPartyJobDetails"] = ("Get-CPThirdPartyJobDetail", $$"""
            {
              {{Job}}
            }
            """),
        ["AcknowledgeThirdPartyJob"] = ("Confirm-CPThirdPartyJob", """
            {
              "jobId": "",
              "nonce": "",
              "clientToken": ""
            }
            """),
        ["PutThirdPartyJobSuccessResult"] = ("Complete-CPThirdPartyJob", $$"""
            {
              {{Job}},
              "currentRevision": {
                "revision": "",
                "changeIdentifier": "",
                "created": 0,
                "revisionSummary": ""
              },
              "continuationToken": "",
              "executionDetails": {
                "summary": "",
                "externalExecutionId": "",
                "percentComplete": 0
              }
            }
            """),
        ["PutThirdPartyJobFailureResult"] = ("Complete-CPThirdPartyJob", $$"""
            {
              {{Job}},
              "failureDetails": {
                "type": "JobFailed",
                "message": "",
                "externalExecutionId": ""
              }
            }
            """),
    };

    public static IReadOnlyList<string> Operations { get; } =
        s_requests.Keys.Concat(s_requests.Values.Select(request => request.Cmdlet).Distinct()).ToList();

    /// <summary>The request of an operation. Accepts the name of the API, of the AWS CLI or of the cmdlet.</summary>
    public static string ForRequest(string operation) => s_requests[NameOf(operation)].Json;

    /// <summary>The sample response of an operation. Each value is the name of its member.</summary>
    public static string ForResponse(string operation) => NameOf(operation) switch
    {
        "PollForThirdPartyJobs" => """
            {
              "jobs": [
                {
                  "clientId": "clientId",
                  "jobId": "jobId"
                }
              ]
            }
            """,
        "GetThirdPartyJobDetails" => $$"""
            {
              "jobDetails": {
                "id": "id",
                "data": {
                  "actionTypeId": {
                    "category": "category",
                    "owner": "owner",
                    "provider": "provider",
                    "version": "version"
                  },
                  "actionConfiguration": {
                    "configuration": {
                      "KeyName": "configuration"
                    }
                  },
                  "pipelineContext": {
                    "pipelineName": "pipelineName",
                    "stage": {
                      "name": "name"
                    },
                    "action": {
                      "name": "name",
                      "actionExecutionId": "actionExecutionId"
                    },
                    "pipelineArn": "pipelineArn",
                    "pipelineExecutionId": "pipelineExecutionId"
                  },
                  "inputArtifacts": [
            {{Artifact}}
                  ],
                  "outputArtifacts": [
            {{Artifact}}
                  ],
                  "artifactCredentials": {
                    "accessKeyId": "accessKeyId",
                    "secretAccessKey": "secretAccessKey",
                    "sessionToken": "sessionToken"
                  },
                  "continuationToken": "continuationToken",
                  "encryptionKey": {
                    "id": "id",
                    "type": "type"
                  }
                },
                "nonce": "nonce"
              }
            }
            """,
        "AcknowledgeThirdPartyJob" => """
            {
              "status": "status"
            }
            """,
        _ => "{}",
    };

    /// <summary>The request in YAML, with comments on required members and valid values.</summary>
    public static string ForRequestAsYaml(string operation)
    {
        using JsonDocument json = JsonDocument.Parse(ForRequest(operation));
        var yaml = new StringBuilder();
        Append(yaml, json.RootElement, string.Empty);
        return yaml.ToString().TrimEnd();
    }

    private static void Append(StringBuilder yaml, JsonElement structure, string indent)
    {
        foreach (JsonProperty member in structure.EnumerateObject())
        {
            yaml.Append(indent).Append(member.Name).Append(':');
            bool isStructure = member.Value.ValueKind == JsonValueKind.Object;
            if (!isStructure)
            {
                yaml.Append(' ').Append(member.Value.ValueKind switch
                {
                    JsonValueKind.String when member.Value.GetString()!.Length == 0 => "''",
                    _ => member.Value.ToString(),
                });
            }

            string? note = NoteOn(member.Name);
            yaml.Append(note is null ? string.Empty : "  # " + note).Append('\n');
            if (isStructure)
            {
                Append(yaml, member.Value, indent + "  ");
            }
        }
    }

    private static string? NoteOn(string member)
    {
        string required = s_required.Contains(member) ? "[REQUIRED]" : string.Empty;
        string values = member switch
        {
            "category" => "One of " + string.Join(", ", ServiceLimits.Categories),
            "owner" => "One of " + string.Join(", ", ServiceLimits.Owners),
            "type" => "One of " + string.Join(", ", ServiceLimits.FailureTypes),
            "created" => "Seconds since 1970, or a time such as 2026-01-31T12:00:00Z",
            "percentComplete" => "0 to 100",
            _ => string.Empty,
        };
        string note = (required + " " + values).Trim();
        return note.Length == 0 ? null : note;
    }

    private static string NameOf(string operation)
    {
        string name = operation.StartsWith("poll-", StringComparison.Ordinal) || operation.Contains("-third-party-")
            ? operation.Replace("-", string.Empty)
            : operation;
        return s_requests.Keys.FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? s_requests
                .FirstOrDefault(each => each.Value.Cmdlet.Equals(operation, StringComparison.OrdinalIgnoreCase)).Key
            ?? throw new InvalidInputException(
                "Operation",
                $"'{operation}' is not an operation for third-party jobs.",
                $"Use one of {string.Join(", ", s_requests.Keys)}.");
    }
}
