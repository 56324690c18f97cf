using System;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>Why there are no credentials.</summary>
public enum CredentialFault
{
    /// <summary>No source has credentials.</summary>
    NotFound,

    /// <summary>The profile does not exist.</summary>
    ProfileNotFound,

    /// <summary>The profile exists but cannot be used.</summary>
    ProfileUnusable,

    /// <summary>The sign-in with IAM Identity Center (SSO) or aws login is missing or has expired.</summary>
    SignInNeeded,

    /// <summary>The source of the credentials failed.</summary>
    SourceFailed,
}

/// <summary>There are no credentials to sign a call with.</summary>
public sealed class CredentialException : Exception
{
    internal CredentialException(
        CredentialFault fault, string message, string recommendedAction, string? profileName, Exception? cause)
        : base(message, cause)
    {
        Fault = fault;
        RecommendedAction = recommendedAction;
        ProfileName = profileName;
    }

    /// <summary>Why there are no credentials.</summary>
    public CredentialFault Fault { get; }

    /// <summary>The recommended action.</summary>
    public string RecommendedAction { get; }

    /// <summary>The requested profile, if any.</summary>
    public string? ProfileName { get; }
}
