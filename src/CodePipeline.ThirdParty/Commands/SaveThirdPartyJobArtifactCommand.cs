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
/// Downloads artifacts of a job from S3, with the job's own credentials. Each lands in the destination under its own
/// name: as a file with the extension of what it is or, with -Expand, as a folder.
/// </summary>
/// <remarks>
/// Saving a piped job, -Destination is the first argument without a name. An artifact appears whole or not at all; its
/// checksum is verified where S3 keeps one of the whole object.
/// </remarks>
[Cmdlet(VerbsData.Save, "CPThirdPartyJobArtifact", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(FileInfo), typeof(DirectoryInfo), typeof(ThirdPartyJobDetail))]
public sealed class SaveThirdPartyJobArtifactCommand : ArtifactCommand
{
    /// <summary>
    /// The folder that the artifacts go into, made where it does not exist; the current one if not given.
    /// </summary>
    /// <remarks>Takes a script block for each job, such as <c>{ "in/$($_.JobId)" }</c>.</remarks>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = ".";

    /// <summary>The names of the artifacts, with wildcards; all of them if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArtifactNameCompleter))]
    public string[] Name { get; set; } = { "*" };

    /// <summary>
    /// Takes the job's output artifacts, such as an earlier attempt may have left, in place of its inputs.
    /// </summary>
    [Parameter]
    public SwitchParameter Output { get; set; }

    /// <summary>
    /// Expands zip, tar and tar.gz, told by their content, into a folder of the artifact's name. Other archives are an
    /// error, and any other file becomes a folder with one file.
    /// </summary>
    [Parameter]
    public SwitchParameter Expand { get; set; }

    /// <summary>
    /// How many bytes an archive may become with -Expand; 64 GiB if not given. Each entry counts as 4,096 at least.
    /// </summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    [NoCompletion]
    public long MaximumExpandedBytes { get; set; } = ExtractionLimits.Default.MaxBytes;

    /// <summary>How many files, links and folders an archive may become with -Expand; 1,000,000 if not given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int MaximumExpandedEntries { get; set; } = ExtractionLimits.Default.MaxEntries;

    /// <summary>
    /// How many times its own size an archive may become with -Expand; 250 if not given. Matters above 1 GiB only.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [NoCompletion]
    public int MaximumExpandedRatio { get; set; } = ExtractionLimits.Default.MaxRatio;

    /// <summary>
    /// Replaces what is in the destination under an artifact's name; a folder is replaced as a whole.
    /// </summary>
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
