using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>A job to add to an emulator.</summary>
public sealed class EmulatedJobRequest
{
    /// <summary>Creates a request for a job.</summary>
    /// <param name="actionType">The action type; polls for this type return the job.</param>
    public EmulatedJobRequest(ActionTypeId actionType)
    {
        ActionType = actionType ?? throw new ArgumentNullException(nameof(actionType));
    }

    /// <summary>The action type; polls for this type return the job.</summary>
    public ActionTypeId ActionType { get; }

    /// <summary>A unique job id, 1 to 512 characters; <see langword="null"/> for a new GUID.</summary>
    public string? JobId { get; init; }

    /// <summary>
    /// The id of the existing or new client that owns the job; <see langword="null"/> for a new GUID.
    /// </summary>
    public string? ClientId { get; init; }

    /// <summary>
    /// The client token, 1 to 256 characters; <see langword="null"/> for an existing client's token, or a generated
    /// token for a new client.
    /// </summary>
    public Secret? ClientToken { get; init; }

    /// <summary>The action configuration: keys of 1 to 50 and values of 1 to 1000 characters.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>The pipeline, 1 to 100 letters, digits and <c>. @ - _</c>.</summary>
    public string PipelineName { get; init; } = "EmulatedPipeline";

    /// <summary>The stage, 1 to 100 letters, digits and <c>. @ - _</c>.</summary>
    public string StageName { get; init; } = "EmulatedStage";

    /// <summary>The action, 1 to 100 letters, digits and <c>. @ - _</c>.</summary>
    public string ActionName { get; init; } = "EmulatedAction";

    /// <summary>
    /// The names of input artifacts, each 1 to 100 letters, digits, <c>_</c> and <c>-</c>. The objects do not exist
    /// until they are stored: see <see cref="InputContents"/> and <see cref="ThirdPartyEmulator.PutObject"/>.
    /// </summary>
    public IReadOnlyList<string> InputArtifacts { get; init; } = Array.Empty<string>();

    /// <summary>
    /// The contents of input artifacts, by name. Names that are not in <see cref="InputArtifacts"/> are added after it.
    /// </summary>
    public IReadOnlyDictionary<string, EmulatedContent> InputContents { get; init; } =
        new Dictionary<string, EmulatedContent>();

    /// <summary>The names of output artifacts, each 1 to 100 letters, digits, <c>_</c> and <c>-</c>.</summary>
    public IReadOnlyList<string> OutputArtifacts { get; init; } = Array.Empty<string>();

    /// <summary>The KMS key for artifacts, 1 to 400 characters; <see langword="null"/> for none.</summary>
    public string? EncryptionKeyId { get; init; }

    /// <summary>
    /// The continuation token of the job, 1 to 2048 characters; <see langword="null"/> for none.
    /// </summary>
    public string? ContinuationToken { get; init; }

    /// <summary>
    /// How long the job may run after its acknowledgement, more than zero, at most 366 days; <see langword="null"/> for
    /// the emulator's <see cref="EmulatorOptions.JobTimeLimit"/>.
    /// </summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>
    /// The delay before polls return the job, 0 to 366 days; <see langword="null"/> for none.
    /// </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The names of all input artifacts.</summary>
    internal IReadOnlyList<string> InputNames() => InputArtifacts.Concat(
        InputContents.Keys.Where(name => !InputArtifacts.Contains(name)).OrderBy(name => name, StringComparer.Ordinal))
        .ToArray();
}
