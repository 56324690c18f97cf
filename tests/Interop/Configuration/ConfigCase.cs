using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>Files, variables and parameters, the same for botocore and for our client.</summary>
/// <param name="Name">Tells the case.</param>
/// <param name="Config">What stands in <c>~/.aws/config</c>; no file where it is <see langword="null"/>.</param>
/// <param name="Credentials">What stands in <c>~/.aws/credentials</c>.</param>
/// <remarks><c>@dir@</c> stands for the folder of the case, in all texts; its <c>home</c> is the user's.</remarks>
public sealed record ConfigCase(string Name, string? Config = null, string? Credentials = null)
{
    /// <summary>More files by their path in the folder of the case.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Environment variables; <c>NAME=value</c> each.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    public string? Region { get; init; }

    public string? Profile { get; init; }

    public string? AccessKey { get; init; }

    public string? SessionToken { get; init; }

    public string? Endpoint { get; init; }

    /// <summary>The service that is called: <c>codepipeline</c> or <c>s3</c>.</summary>
    public string Service { get; init; } = "codepipeline";

    /// <summary>
    /// What a service answers where it is not what it mostly does: a status for <c>codepipeline</c>, <c>sts</c>,
    /// <c>sso</c>, <c>oidc</c>, <c>container</c>; <c>machine</c> with 1 or 2 is a metadata service of that version.
    /// </summary>
    public IReadOnlyDictionary<string, int> Answers { get; init; } = new Dictionary<string, int>();

    /// <summary>The error id that our cmdlets give, where botocore fails too; none: both succeed.</summary>
    public string? Error { get; init; }

    /// <summary>Why ours does otherwise than botocore, by its key in <see cref="ConfigDifferences"/>.</summary>
    public string? Difference { get; init; }

    /// <summary>What ours does where it does otherwise: an error's id, or the calls.</summary>
    public string? Ours { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
