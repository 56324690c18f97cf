using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>A job whose details have been read.</summary>
internal interface IWorkerJob
{
    /// <summary>The job as the poll returned it.</summary>
    JobTicket Ticket { get; }

    /// <summary>The action's configuration.</summary>
    JobConfiguration Configuration { get; }

    /// <summary>The job's artifacts, with the credentials to move them.</summary>
    JobArtifacts Artifacts { get; }

    /// <summary>
    /// Identifies this hand-out of the job, also to later workers. It is a hash of the job id and the nonce. The nonce
    /// cannot be derived from it.
    /// </summary>
    string ClaimFingerprint { get; }

    /// <summary>The secrets to mask in every text: client token and credentials, including renewed ones.</summary>
    IReadOnlyCollection<Secret> Secrets { get; }

    /// <summary>Claims the job. Returns <see langword="false"/> if another worker has it.</summary>
    /// <exception cref="InvalidNonceException">
    /// The service refused the nonce after a response was lost, so this worker or another one may have the job. The
    /// caller finds out which; see <see cref="JobClaim"/>.
    /// </exception>
    Task<bool> ClaimAsync(CancellationToken cancellationToken);

    /// <summary>Creates the job object that the handler receives.</summary>
    ThirdPartyJob ToHandlerJob(JobDirectory folders);
}
