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
/// Uploads a file as it is, or a folder as a zip, to an output artifact of a job, with the job's own credentials and
/// encrypted with the job's KMS key or, without one, the key that AWS manages.
/// </summary>
/// <remarks>
/// Publishing for a piped job, -Path is the first argument without a name. The same folder makes the same zip, byte for
/// byte. CodePipeline's own actions expect zips: a file that is none is handed on as it is.
/// </remarks>
[Cmdlet(VerbsData.Publish, "CPThirdPartyJobArtifact", SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PublishedArtifact), typeof(ThirdPartyJobDetail))]
public sealed class PublishThirdPartyJobArtifactCommand : ArtifactCommand
{
    /// <summary>The file, or the folder to zip.</summary>
    /// <remarks>Takes a script block for each job, such as <c>{ "out/$($_.JobId)" }</c>.</remarks>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The name of the output artifact; the only one of the job if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ArtifactNameCompleter))]
    public string? Name { get; set; }

    /// <summary>
    /// What becomes of symbolic links in a folder: Keep packs them as links and refuses those that lead out of it,
    /// Follow packs what they lead to, Skip leaves them out.
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
        Say($"Published {uploaded.Bytes:N0} bytes as artifact '{artifact.Name}' of job {JobId}.");
        if (!PassThru)
        {
            Write(new PublishedArtifact(job.JobId, artifact, path, uploaded.Bytes, uploaded.ETag, uploaded.VersionId));
        }
    }
}
