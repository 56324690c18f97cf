using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>What a job lets be moved, and with what; the same for every family of jobs.</summary>
internal sealed record JobArtifacts
{
    /// <summary>The id of the job, for messages and file names.</summary>
    public string JobId { get; init; } = string.Empty;

    /// <summary>The artifacts that the action takes in.</summary>
    public IReadOnlyList<JobArtifact> Inputs { get; init; } = Array.Empty<JobArtifact>();

    /// <summary>The artifacts that the action hands on.</summary>
    public IReadOnlyList<JobArtifact> Outputs { get; init; } = Array.Empty<JobArtifact>();

    /// <summary>The credentials that came with the details; about 15 minutes long from <see cref="ReadAt"/>.</summary>
    public ArtifactCredentials? Credentials { get; init; }

    /// <summary>When the details were read.</summary>
    public DateTimeOffset ReadAt { get; init; }

    /// <summary>Asks the service for details again, which brings new credentials.</summary>
    public Func<CancellationToken, Task<ArtifactCredentials?>>? RenewAsync { get; init; }

    /// <summary>The key to encrypt outputs with; none: the AWS managed key.</summary>
    public EncryptionKey? EncryptionKey { get; init; }

    /// <summary>Region, endpoint, proxy, time limits and retries.</summary>
    public ClientSettings Settings { get; init; } = new();

    /// <summary>Takes what is done, step by step; <see langword="null"/> for nobody.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Takes what went wrong and did not matter; <see langword="null"/> for nobody.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Takes each request and answer as text, without secrets; <see langword="null"/> costs nothing.</summary>
    public Action<string>? Wire { get; init; }
}
