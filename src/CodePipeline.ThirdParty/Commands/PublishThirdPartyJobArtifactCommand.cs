using System;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>
/// Uploads a file unchanged, or a folder as a zip, to an output artifact of a job. Uses the job's credentials, and the
/// job's KMS key or, without one, the AWS managed key.
/// </summary>
/// <remarks>
/// For a piped job, -Path is the first positional argument. The same folder always yields the same zip, byte for byte.
/// CodePipeline's own actions expect zips; other files are uploaded unchanged.
/// </remarks>
[Cmdlet(VerbsData.Publish, "CPThirdPartyJobArtifact", SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PublishedArtifact), typeof(ThirdPartyJobDetail))]
public sealed class PublishThirdPartyJobArtifactCommand : ArtifactCommand
{
    /// <summary>The file to upload, or the folder to zip.</summary>
    /// <remarks>Accepts a script block for each job, such as <c>{ "out/$($_.JobId)" }</c>.</remarks>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The output artifact's name. The default is the job's only output artifact.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ArtifactNameCompleter))]
    public string? Name { get; set; }

    /// <summary>
    /// The treatment of symbolic links in a folder: Keep packs them as links and rejects links that lead outside the
    /// folder, Follow packs their targets, Skip leaves them out.
    /// </summary>
    [Parameter]
    [ValidateSet(nameof(LinkTreatment.Keep), nameof(LinkTreatment.Follow), nameof(LinkTreatment.Skip))]
    public string Link { get; set; } = nameof(LinkTreatment.Keep);

    private protected override async Task ProcessJobAsync(CancellationToken cancellationToken)
    {
        string path = (await PathAsync(Path, cancellationToken).ConfigureAwait(false))!;
        ThirdPartyJobDetail job = await ResolveDetailAsync(cancellationToken).ConfigureAwait(false);
        JobArtifact artifact = Find(job);
        bool agreed = await AskAsync(
            host => host.ShouldProcess($"artifact '{artifact.Name}' of job {JobId}", $"Publish '{path}'"),
            cancellationToken)
            .ConfigureAwait(false);
        if (!agreed)
        {
            return;
        }

        bool published = await TryMoveAsync(
            "Publishing",
            artifact,
            progress => PublishAsync(job, artifact, path, progress, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (PassThru && published)
        {
            Write(job);
        }
    }

    private JobArtifact Find(ThirdPartyJobDetail job)
    {
        string?[] known = job.OutputArtifacts.Select(artifact => artifact.Name).ToArray();
        if (Name is null)
        {
            return job.OutputArtifacts.Count == 1
                ? job.OutputArtifacts[0]
                : throw new RecordException(ErrorCatalog.ArtifactAmbiguous(JobId, known, Target!));
        }

        return job.OutputArtifacts.FirstOrDefault(
            artifact => string.Equals(artifact.Name, Name, StringComparison.OrdinalIgnoreCase))
            ?? throw new RecordException(ErrorCatalog.ArtifactNotInJob(Name, "output", JobId, known, Target!));
    }

    private async Task PublishAsync(
        ThirdPartyJobDetail job,
        JobArtifact artifact,
        string path,
        IProgress<TransferProgress> progress,
        CancellationToken cancellationToken)
    {
        _ = Enum.TryParse(Link, ignoreCase: true, out LinkTreatment links);
        UploadedObject uploaded = await new ArtifactMover(Clock) { Links = links }
            .PublishAsync(ArtifactsOf(job), artifact, path, progress, cancellationToken).ConfigureAwait(false);
        WriteVerboseLine($"Published {uploaded.Bytes:N0} bytes as artifact '{artifact.Name}' of job {JobId}.");
        if (!PassThru)
        {
            Write(new PublishedArtifact(job.JobId, artifact, path, uploaded.Bytes, uploaded.ETag, uploaded.VersionId));
        }
    }
}
