using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Emulation.Wire;

/// <summary>The wire names of the five operations.</summary>
internal static class Operations
{
    internal const string Poll = "PollForThirdPartyJobs";
    internal const string Details = "GetThirdPartyJobDetails";
    internal const string Acknowledge = "AcknowledgeThirdPartyJob";
    internal const string Success = "PutThirdPartyJobSuccessResult";
    internal const string Failure = "PutThirdPartyJobFailureResult";

    private const string TargetPrefix = "CodePipeline_20150709.";

    internal static IReadOnlyList<string> All { get; } = new[] { Poll, Details, Acknowledge, Success, Failure };

    /// <summary>
    /// Returns the operation of an <c>X-Amz-Target</c> header; <see langword="null"/> for an unsupported one.
    /// </summary>
    internal static string? FromTarget(string? target)
    {
        if (target is not null)
        {
            foreach (string operation in All)
            {
                if (target.Length == TargetPrefix.Length + operation.Length
                    && target.StartsWith(TargetPrefix, StringComparison.Ordinal)
                    && target.EndsWith(operation, StringComparison.Ordinal))
                {
                    return operation;
                }
            }
        }

        return null;
    }
}
