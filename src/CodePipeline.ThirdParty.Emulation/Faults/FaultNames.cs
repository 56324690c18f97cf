using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>The names of the fault kinds in the text form of a fault plan.</summary>
internal static class FaultNames
{
    private static readonly KeyValuePair<string, FaultKind>[] s_names =
    {
        new("throttle", FaultKind.Throttle),
        new("internal-failure", FaultKind.InternalFailure),
        new("service-unavailable", FaultKind.ServiceUnavailable),
        new("drop-before", FaultKind.DropBefore),
        new("drop-after", FaultKind.DropAfter),
        new("slow", FaultKind.Slow),
        new("expired-token", FaultKind.ExpiredToken),
        new("access-denied", FaultKind.AccessDenied),
        new("garbled", FaultKind.Garbled),
        new("cut-off", FaultKind.CutOff),
        new("corrupt", FaultKind.Corrupt),
    };

    internal static string List => string.Join(", ", s_names.Select(name => name.Key));

    internal static string NameOf(FaultKind kind) => s_names.First(name => name.Value == kind).Key;

    /// <summary>Finds a kind by its text name or its <see cref="FaultKind"/> name, ignoring case.</summary>
    internal static FaultKind? Find(string name)
    {
        foreach (KeyValuePair<string, FaultKind> known in s_names)
        {
            if (name.Equals(known.Key, StringComparison.OrdinalIgnoreCase)
                || name.Equals(known.Value.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return known.Value;
            }
        }

        return null;
    }
}
