using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Executes handler scripts.</summary>
internal interface IScriptExecutor
{
    /// <summary>Runs the script for a job.</summary>
    /// <param name="job">The job for <c>$_</c> and <c>$Job</c>.</param>
    /// <param name="onRecord">Called for each record, on the script's thread.</param>
    /// <param name="secrets">The job's secrets.</param>
    /// <param name="cancellationToken">Stops the script.</param>
    /// <returns>How the script ended, after it has really ended.</returns>
    Task<HandlerCompletion> RunAsync(
        ThirdPartyJob job, Action<HandlerRecord> onRecord, SecretMask secrets, CancellationToken cancellationToken);
}
