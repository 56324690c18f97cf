using System;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Where a handler's script runs.</summary>
internal interface IScriptExecutor
{
    /// <summary>Runs the script for a job.</summary>
    /// <param name="job">The job, <c>$_</c> and <c>$Job</c>.</param>
    /// <param name="hear">Hears what the script writes, on the thread that it runs on.</param>
    /// <param name="secrets">What is not to be left anywhere.</param>
    /// <param name="cancellationToken">Stops the script.</param>
    /// <returns>Its end, once it has really come to it.</returns>
    Task<HandlerCompletion> RunAsync(
        ThirdPartyJob job, Action<HandlerRecord> hear, SecretMask secrets, CancellationToken cancellationToken);
}
