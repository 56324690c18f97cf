using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Fuzz.Targets;

namespace CodePipeline.ThirdParty.Fuzz;

/// <summary>All targets by name.</summary>
internal static class FuzzTargets
{
    private static readonly Func<FuzzTarget>[] s_all =
    {
        () => new AnswersTarget(), () => new ErrorsTarget(), () => new ActionTypeTarget(), () => new TokensTarget(),
        () => new CliJsonTarget(), () => new TextTarget(), () => new NamesTarget(), () => new JournalTarget(),
        () => new WrittenTarget(), () => new HttpTarget(), () => new OperationsTarget(), () => new S3Target(),
        () => new SignaturesTarget(), () => new ChunksTarget(), () => new ZipTarget(), () => new TarTarget(),
        () => new SettingsTarget(), () => new ClientTarget(), () => new StoreTarget(), () => new ConnectionTarget(),
    };

    private static readonly Dictionary<string, Func<FuzzTarget>> s_byName = s_all.ToDictionary(
        NameOf, StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    public static FuzzTarget? Find(string name) =>
        s_byName.TryGetValue(name, out Func<FuzzTarget>? make) ? make() : null;

    private static string NameOf(Func<FuzzTarget> make)
    {
        using FuzzTarget target = make();
        return target.Name;
    }
}
