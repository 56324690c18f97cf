using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// Downloads a job's artifacts from S3 with the job's credentials. Saves each artifact under its own name: as a file
/// with a matching extension or, with -Expand, as a folder.
/// </summary>
/// <remarks>
/// For a piped job, -Destination is the first positional argument. An artifact appears whole or not at all. The cmdlet
/// verifies the checksum if S3 has one for the whole object.
/// </remarks>
[Cmdlet(VerbsData.Save, "CPThirdPartyJobArtifact", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(FileInfo), typeof(DirectoryInfo), typeof(ThirdPartyJobDetail))]
public sealed class SaveThirdPartyJobArtifactCommand : ArtifactCommand
{
    /// <summary>The destination folder, created if it does not exist. The default is the current folder.</summary>
    /// <remarks>Accepts a script block for each job, such as <c>{ "in/$($_.JobId)" }</c>.</remarks>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>The artifact names, with wildcards. The default is all artifacts.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArtifactNameCompleter))]
    public string[] Name { get; set; } = { "*" };

    /// <summary>
    /// Downloads the job's output artifacts, for example from an earlier attempt, instead of its input artifacts.
    /// </summary>
    [Parameter]
    public SwitchParameter Output { get; set; }

    /// <summary>
    /// Expands zip, tar and tar.gz, recognized by content, into a folder with the artifact's name. Other archive
    /// formats are an error. Any other file becomes a folder with one file.
    /// </summary>
    [Parameter]
    public SwitchParameter Expand { get; set; }

    /// <summary>
    /// The maximum expanded size in bytes with -Expand. The default is 64 GiB. Each entry counts as at least 4,096.
    /// </summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    [NoCompletion]
    public long MaximumExpandedBytes { get; set; } = ExtractionLimits.Default.MaxBytes;

    /// <summary>The maximum number of files, links and folders with -Expand. The default is 1,000,000.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int MaximumExpandedEntries { get; set; } = ExtractionLimits.Default.MaxEntries;

    /// <summary>
    /// The maximum ratio of expanded size to archive size with -Expand. The default is 250. Applies above 1 GiB.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int MaximumExpandedRatio { get; set; } = ExtractionLimits.Default.MaxRatio;

    /// <summary>Replaces an existing file or folder with the artifact's name. Replaces a folder as a whole.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override async Task ProcessJobAsync(CancellationToken cancellationToken)
    {
        ThirdPartyJobDetail job = await ResolveDetailAsync(cancellationToken).ConfigureAwait(false);
        string folder = (await PathAsync(Destination, cancellationToken).ConfigureAwait(false))!;
        List<JobArtifact> chosen = Select(
            Output ? job.OutputArtifacts : job.InputArtifacts, Name, Output ? "output" : "input", out bool all);
        JobArtifacts artifacts = ArtifactsOf(job);
        foreach (JobArtifact artifact in chosen)
        {
            bool agreed = await AskAsync(
                host => host.ShouldProcess(
                    $"artifact '{artifact.Name}' of job {JobId}", $"{(Expand ? "Expand" : "Save")} into '{folder}'"),
                cancellationToken).ConfigureAwait(false);
            all &= agreed && await TryMoveAsync(
                "Saving",
                artifact,
                progress => SaveAsync(artifacts, artifact, folder, progress, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        if (PassThru && all)
        {
            Write(job);
        }
    }

    private async Task SaveAsync(
        JobArtifacts artifacts,
        JobArtifact artifact,
        string folder,
        IProgress<TransferProgress> progress,
        CancellationToken cancellationToken)
    {
        var options = new SaveOptions
        {
            Expand = Expand,
            Replace = Force,
            Limits = new ExtractionLimits
            {
                MaxBytes = MaximumExpandedBytes, MaxEntries = MaximumExpandedEntries, MaxRatio = MaximumExpandedRatio,
            },
        };
        SavedArtifact saved = await new ArtifactMover(Clock)
            .SaveIntoAsync(artifacts, artifact, folder, options, progress, cancellationToken).ConfigureAwait(false);
        if (!PassThru)
        {
            WriteItem(saved.IsFolder ? new DirectoryInfo(saved.Path) : new FileInfo(saved.Path));
        }
    }
}
