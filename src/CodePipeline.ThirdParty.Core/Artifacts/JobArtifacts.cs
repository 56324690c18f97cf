using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Configuration;

namespace CodePipeline.ThirdParty.Artifacts;

/// <summary>A job's artifacts, with the credentials and settings to transfer them.</summary>
internal sealed record JobArtifacts
{
    /// <summary>The job ID, for messages and file names.</summary>
    public string JobId { get; init; } = string.Empty;

    /// <summary>The input artifacts of the action.</summary>
    public IReadOnlyList<JobArtifact> Inputs { get; init; } = Array.Empty<JobArtifact>();

    /// <summary>The output artifacts of the action.</summary>
    public IReadOnlyList<JobArtifact> Outputs { get; init; } = Array.Empty<JobArtifact>();

    /// <summary>
    /// The credentials in the job's details, valid for about 15 minutes from <see cref="ReadAt"/>.
    /// </summary>
    public ArtifactCredentials? Credentials { get; init; }

    /// <summary>When the details were read.</summary>
    public DateTimeOffset ReadAt { get; init; }

    /// <summary>Reads the job's details again to get new credentials.</summary>
    public Func<CancellationToken, Task<ArtifactCredentials?>>? RenewAsync { get; init; }

    /// <summary>The encryption key of outputs; <see langword="null"/> for the AWS managed key.</summary>
    public EncryptionKey? EncryptionKey { get; init; }

    /// <summary>Region, endpoint, proxy, time limits and retries.</summary>
    public ClientSettings Settings { get; init; } = new();

    /// <summary>Receives verbose messages; may be <see langword="null"/>.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Receives warnings; may be <see langword="null"/>.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Receives each request and response as text without secrets; may be <see langword="null"/>.</summary>
    public Action<string>? Wire { get; init; }
}
