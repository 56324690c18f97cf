using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Tokens;

/// <summary>A place where client tokens are looked up by client id.</summary>
internal interface IClientTokenSource
{
    /// <summary>The place in words, for "looked in …".</summary>
    string Description { get; }

    /// <summary>The token of a client, or <see langword="null"/> where this place does not know it.</summary>
    /// <param name="clientId">The client's id; empty where the job did not name one.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    Task<Secret?> FindAsync(string clientId, CancellationToken cancellationToken);
}
