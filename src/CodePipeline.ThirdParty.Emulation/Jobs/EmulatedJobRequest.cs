using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>A job to add to an emulator.</summary>
public sealed class EmulatedJobRequest
{
    /// <summary>Creates a request for a job.</summary>
    /// <param name="actionType">The action type that the job can be polled for.</param>
    public EmulatedJobRequest(ActionTypeId actionType)
    {
        ActionType = actionType ?? throw new ArgumentNullException(nameof(actionType));
    }

    /// <summary>The action type that the job can be polled for.</summary>
    public ActionTypeId ActionType { get; }

    /// <summary>The job's id, 1 to 512 characters, not used before; <see langword="null"/> for a new GUID.</summary>
    public string? JobId { get; init; }

    /// <summary>
    /// The client that the job is for, known or new; <see langword="null"/> for a new one with a GUID.
    /// </summary>
    public string? ClientId { get; init; }

    /// <summary>
    /// The token of the client, 1 to 256 characters; <see langword="null"/> for the one it has, or a made-up one for a
    /// new client.
    /// </summary>
    public Secret? ClientToken { get; init; }

    /// <summary>The action's configuration: keys of 1 to 50, values of 1 to 1000 characters.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>The pipeline, 1 to 100 letters, digits and <c>. @ - _</c>.</summary>
    public string PipelineName { get; init; } = "EmulatedPipeline";

    /// <summary>The stage, 1 to 100 letters, digits and <c>. @ - _</c>.</summary>
    public string StageName { get; init; } = "EmulatedStage";

    /// <summary>The action, 1 to 100 letters, digits and <c>. @ - _</c>.</summary>
    public string ActionName { get; init; } = "EmulatedAction";

    /// <summary>
    /// The names of the artifacts to read, each 1 to 100 letters, digits, <c>_</c> and <c>-</c>. Where an artifact lies
    /// there is no object until one is put: see <see cref="InputContents"/>.
    /// </summary>
    public IReadOnlyList<string> InputArtifacts { get; init; } = Array.Empty<string>();

    /// <summary>
    /// The contents of artifacts to read, by name. A name that is not in <see cref="InputArtifacts"/> follows those
    /// that are.
    /// </summary>
    public IReadOnlyDictionary<string, EmulatedContent> InputContents { get; init; } =
        new Dictionary<string, EmulatedContent>();

    /// <summary>The names of the artifacts to write, each 1 to 100 letters, digits, <c>_</c> and <c>-</c>.</summary>
    public IReadOnlyList<string> OutputArtifacts { get; init; } = Array.Empty<string>();

    /// <summary>The KMS key for artifacts, 1 to 400 characters; <see langword="null"/> for none.</summary>
    public string? EncryptionKeyId { get; init; }

    /// <summary>
    /// The continuation token that the job carries in, 1 to 2048 characters; <see langword="null"/> for none.
    /// </summary>
    public string? ContinuationToken { get; init; }

    /// <summary>
    /// How long the job may take from its acknowledgement, more than zero, at most 366 days; <see langword="null"/> for
    /// the emulator's limit.
    /// </summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>
    /// How long from now until polls see the job, 0 to 366 days; <see langword="null"/> for at once.
    /// </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>All names of artifacts to read.</summary>
    internal IReadOnlyList<string> InputNames() => InputArtifacts.Concat(
        InputContents.Keys.Where(name => !InputArtifacts.Contains(name)).OrderBy(name => name, StringComparer.Ordinal))
        .ToArray();
}
