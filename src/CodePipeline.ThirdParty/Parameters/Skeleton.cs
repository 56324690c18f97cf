using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>The requests of the five operations, with every member, ready to fill in.</summary>
internal static class Skeleton
{
    private const string Job = "\"jobId\": \"\",\n  \"clientToken\": \"\"";

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

    /// <summary>The request of an operation, named as in the API, as in the AWS CLI, or by our cmdlet.</summary>
    public static string Of(string operation)
    {
        string name = operation.StartsWith("poll-", StringComparison.Ordinal) || operation.Contains("-third-party-")
            ? operation.Replace("-", string.Empty)
            : operation;
        if (s_requests.TryGetValue(name, out (string Cmdlet, string Json) request))
        {
            return request.Json;
        }

        string? json = s_requests.Values
            .FirstOrDefault(each => each.Cmdlet.Equals(operation, StringComparison.OrdinalIgnoreCase)).Json;
        return json ?? throw new InvalidInputException(
            "Operation",
            $"There is no operation '{operation}' for third-party jobs.",
            $"Use one of {string.Join(", ", s_requests.Keys)}.");
    }
}
