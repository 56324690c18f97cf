using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>Files, variables and parameters for both botocore and our client.</summary>
/// <param name="Name">The name of the case.</param>
/// <param name="Config">The text of <c>~/.aws/config</c>; <see langword="null"/> for no file.</param>
/// <param name="Credentials">The text of <c>~/.aws/credentials</c>; <see langword="null"/> for no file.</param>
/// <remarks>
/// All texts may contain <c>@dir@</c> for the folder of the case. Its subfolder <c>home</c> is the user's home folder.
/// </remarks>
public sealed record ConfigCase(string Name, string? Config = null, string? Credentials = null)
{
    /// <summary>The text of more files, by path in the folder of the case.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Environment variables; <c>NAME=value</c> each.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    public string? Region { get; init; }

    public string? Profile { get; init; }

    public string? AccessKey { get; init; }

    public string? SessionToken { get; init; }

    public string? Endpoint { get; init; }

    /// <summary>The service of the request: <c>codepipeline</c> or <c>s3</c>.</summary>
    public string Service { get; init; } = "codepipeline";

    /// <summary>
    /// Unusual responses of services: a status code for <c>codepipeline</c>, <c>sts</c>, <c>sso</c>, <c>oidc</c> or
    /// <c>container</c>. For <c>machine</c>, the version of the metadata service, 1 or 2.
    /// </summary>
    public IReadOnlyDictionary<string, int> Answers { get; init; } = new Dictionary<string, int>();

    /// <summary>The error id of our cmdlets if both clients fail; <see langword="null"/> if both succeed.</summary>
    public string? Error { get; init; }

    /// <summary>The key in <see cref="ConfigDifferences"/> if our client differs from botocore.</summary>
    public string? Difference { get; init; }

    /// <summary>The result of our client if it differs from botocore: an error id or the requests.</summary>
    public string? Ours { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
