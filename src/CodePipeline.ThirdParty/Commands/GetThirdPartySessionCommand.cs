using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.Commands;

/// <summary>Gets the sessions of this runspace.</summary>
[Cmdlet(VerbsCommon.Get, "CPThirdPartySession")]
[OutputType(typeof(ThirdPartySession))]
public sealed class GetThirdPartySessionCommand : AsyncCommand
{
    /// <summary>The session name, with wildcards. The default is all sessions.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SupportsWildcards]
    public string? Name { get; set; }

    private protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ThirdPartySession> all = Shell.Sessions.All();
        List<ThirdPartySession> found = all.Where(session => Name is null || Matches(session.Name)).ToList();
        if (found.Count == 0 && Name is not null && !WildcardPattern.ContainsWildcardCharacters(Name))
        {
            throw new RecordException(ErrorCatalog.SessionNotFound(Name, all.Select(session => session.Name)));
        }

        found.ForEach(Write);
        return Task.CompletedTask;
    }

    private bool Matches(string? name) =>
        new WildcardPattern(Name, WildcardOptions.IgnoreCase).IsMatch(name ?? string.Empty);
}
