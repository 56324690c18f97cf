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
    /// <summary>What the poll said of it.</summary>
    JobTicket Ticket { get; }

    /// <summary>The action's configuration.</summary>
    JobConfiguration Configuration { get; }

    /// <summary>Its artifacts and what moves them.</summary>
    JobArtifacts Artifacts { get; }

    /// <summary>
    /// Tells this hand-out of the job from others, over the worker's end too; made of the nonce, which cannot be got
    /// from it.
    /// </summary>
    string ClaimFingerprint { get; }

    /// <summary>What must stand in no text: client tokens and keys, those that were renewed too.</summary>
    IReadOnlyCollection<Secret> Secrets { get; }

    /// <summary>Claims the job. Returns <see langword="false"/> if another worker has it.</summary>
    /// <exception cref="InvalidNonceException">
    /// The service refused the nonce after a response was lost, which does not tell who has the job. The caller
    /// resolves it; see <see cref="JobClaim"/>.
    /// </exception>
    Task<bool> ClaimAsync(CancellationToken cancellationToken);

    /// <summary>The job as a handler gets it.</summary>
    ThirdPartyJob ToHandlerJob(JobDirectory folders);
}
