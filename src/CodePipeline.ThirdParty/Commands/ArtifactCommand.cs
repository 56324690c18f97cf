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

/// <summary>
/// Base of the cmdlets that transfer a job's artifacts. Reads the job's details unless the piped job has them.
/// </summary>
public abstract class ArtifactCommand : JobCommandBase
{
    private const int BarId = 1;

    /// <summary>The id of the job.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(JobIdCompleter))]
    [JobIdTransformation]
    public override string JobId { get; set; } = string.Empty;

    /// <summary>Emits the job for the next cmdlet if all selected artifacts were transferred.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The clock for credential expiry and delays.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Returns the piped job if it has details; otherwise reads them from the service.</summary>
    private protected async Task<ThirdPartyJobDetail> ResolveDetailAsync(CancellationToken cancellationToken)
    {
        RefuseEntry("Destination");
        RefuseEntry("Path");
        ThirdPartyJob job = await ResolveJobAsync(cancellationToken).ConfigureAwait(false);
        return job as ThirdPartyJobDetail
            ?? await ReadDetailAsync(job, " for its artifacts", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// PowerShell binds properties by name, but not hashtable entries. An ignored entry would go unnoticed.
    /// </summary>
    private void RefuseEntry(string name)
    {
        if (Piped.Content is { IsTable: true } table && table.Spelling(name) is string entry)
        {
            throw new InvalidInputException(
                name, $"The piped hashtable has the entry {entry}, which this cmdlet does not read.",
                $"Use -{name}, or pipe an object: [pscustomobject]$table.");
        }
    }

    /// <summary>The job's artifacts, with the credentials and callbacks to transfer them.</summary>
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
        Log = WriteVerboseLine,
        Warn = WriteWarningLine,
        Wire = Options.Wire,
    };

    /// <summary>
    /// Selects artifacts by name or wildcard. Writes an error for each name that matches no artifact.
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
                WriteErrorRecord(ErrorCatalog.ArtifactNotInJob(
                    name, kind, JobId, artifacts.Select(artifact => artifact.Name), Target!));
            }
        }

        return artifacts.Where(chosen.Contains).ToList();
    }

    /// <summary>
    /// Transfers one artifact. Writes an error and returns false if the transfer fails; other artifacts continue.
    /// </summary>
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
            WriteErrorRecord(known);
            return false;
        }
        finally
        {
            display.End();
        }
    }
}
