using System.Collections.Generic;
using CodePipeline.ThirdParty.Artifacts;

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

    /// <summary>The job as a handler gets it.</summary>
    ThirdPartyJob ToHandlerJob(JobDirectory folders);
}
