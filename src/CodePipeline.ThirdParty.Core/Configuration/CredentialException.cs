using System;

namespace CodePipeline.ThirdParty.Configuration;

/// <summary>What is the matter with the credentials.</summary>
public enum CredentialFault
{
    /// <summary>None were found anywhere.</summary>
    NotFound,

    /// <summary>There is no profile of that name.</summary>
    ProfileNotFound,

    /// <summary>The profile is there, and cannot be used.</summary>
    ProfileUnusable,

    /// <summary>The sign-in with IAM Identity Center (SSO) is missing or over.</summary>
    SignInNeeded,

    /// <summary>The credentials could not be got from their source.</summary>
    SourceFailed,
}

/// <summary>There are no credentials to sign with.</summary>
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

    /// <summary>What is the matter.</summary>
    public CredentialFault Fault { get; }

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; }

    /// <summary>The profile that was asked for, if any.</summary>
    public string? ProfileName { get; }
}
