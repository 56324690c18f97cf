using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Display;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>A cmdlet that moves artifacts of a job. The job comes with its details, or they are read.</summary>
public abstract class ArtifactCommand : JobCommandBase
{
    private const int BarId = 1;

    /// <summary>The id of the job.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    [JobIdTransformation]
    public override string JobId { get; set; } = string.Empty;

    /// <summary>Emits the job, for the pipeline to go on with, where all of its artifacts were moved.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The clock that credentials and pauses go by.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The job with its details: the piped one's, where it has them.</summary>
    private protected async Task<ThirdPartyJobDetail> ResolveDetailAsync(CancellationToken cancellationToken)
    {
        RefuseEntry("Destination");
        RefuseEntry("Path");
        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        return job as ThirdPartyJobDetail
            ?? await ReadDetailAsync(job, " for its artifacts", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>PowerShell binds properties by name, and entries of a hashtable not at all.</summary>
    private void RefuseEntry(string name)
    {
        if (Piped.Content is { IsTable: true } table && table.Spelling(name) is string entry)
        {
            throw new InvalidInputException(
                name, $"The hashtable from the pipeline has an entry {entry}, which is not read.",
                $"Use -{name}, or pipe an object: [pscustomobject]$table.");
        }
    }

    /// <summary>What the job lets be moved.</summary>
    private protected JobArtifacts ArtifactsOf(ThirdPartyJobDetail job) => new()
    {
        JobId = job.JobId,
        Inputs = job.InputArtifacts,
        Outputs = job.OutputArtifacts,
        Credentials = job.ArtifactCredentials,
        ReadAt = job.ReadAt,
        EncryptionKey = job.EncryptionKey,
        Settings = job.Session!.Settings,
        RenewAsync = async stop =>
        {
            JobDetailsResponse details = await job.Session.Client
                .GetThirdPartyJobDetailsAsync(job.JobId, job.ClientToken!, Options, stop).ConfigureAwait(false);
            return details.ArtifactCredentials;
        },
        Log = Say,
        Warn = Warn,
        Wire = Options.Wire,
    };

    /// <summary>
    /// The artifacts that names or wildcards mean; a name that is none of them is an error of its own.
    /// </summary>
    private protected List<JobArtifact> Select(
        IReadOnlyList<JobArtifact> artifacts, IReadOnlyList<string> names, string kind, out bool all)
    {
        all = true;
        var chosen = new HashSet<JobArtifact>();
        foreach (string name in names)
        {
            bool isPattern = WildcardPattern.ContainsWildcardCharacters(name);
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            JobArtifact[] found = artifacts.Where(artifact => isPattern
                ? pattern.IsMatch(artifact.Name ?? string.Empty)
                : string.Equals(artifact.Name, name, StringComparison.OrdinalIgnoreCase)).ToArray();
            chosen.UnionWith(found);
            if (found.Length == 0 && !isPattern)
            {
                all = false;
                WriteFailure(ErrorCatalog.ArtifactNotInJob(
                    name, kind, JobId, artifacts.Select(artifact => artifact.Name), Target!));
            }
        }

        return artifacts.Where(chosen.Contains).ToList();
    }

    /// <summary>Moves one artifact; its failure is an error of its own, and the others go on.</summary>
    private protected async Task<bool> TryMoveAsync(
        string activity, JobArtifact artifact, Func<IProgress<TransferProgress>, Task> move,
        CancellationToken cancellationToken)
    {
        var display = new TransferProgressDisplay(BarId, activity, artifact.Name, JobId, ShowProgress, Clock);
        try
        {
            await move(display).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested
            && ErrorCatalog.Find(error, Target) is CommandError known)
        {
            WriteFailure(known);
            return false;
        }
        finally
        {
            display.End();
        }
    }
}
