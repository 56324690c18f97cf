using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Tokens;

/// <summary>A source of client tokens, which looks them up by client id.</summary>
internal interface IClientTokenSource
{
    /// <summary>The description of the source, for messages such as "Looked in …".</summary>
    string Description { get; }

    /// <summary>The token of a client; <see langword="null"/> if this source does not have it.</summary>
    /// <param name="clientId">The client's id; empty if the job has none.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken);
}
