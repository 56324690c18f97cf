namespace CodePipeline.ThirdParty;

/// <summary>Why a job failed (<c>failureDetails.type</c> of PutThirdPartyJobFailureResult).</summary>
public enum FailureType
{
    /// <summary>The work itself failed.</summary>
    JobFailed,

    /// <summary>The configuration of the action is wrong; its owner must change it.</summary>
    ConfigurationError,

    /// <summary>The worker lacks a permission.</summary>
    PermissionError,

    /// <summary>The revision does not match the one that the worker sees.</summary>
    RevisionOutOfSync,

    /// <summary>The revision cannot be read.</summary>
    RevisionUnavailable,

    /// <summary>The worker's system was not available; another attempt may succeed.</summary>
    SystemUnavailable,
}
