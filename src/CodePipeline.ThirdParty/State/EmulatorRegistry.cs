using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation;

namespace CodePipeline.ThirdParty.State;

/// <summary>The emulators that run in this process, across all runspaces.</summary>
internal static class EmulatorRegistry
{
    private static readonly ConcurrentDictionary<string, ThirdPartyEmulator> s_running =
        new(StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<ThirdPartyEmulator> All() => Running().ToList();

    /// <summary>The emulator that started last.</summary>
    public static ThirdPartyEmulator? Last() => Running().LastOrDefault();

    public static ThirdPartyEmulator? Find(string name) =>
        s_running.TryGetValue(name, out ThirdPartyEmulator? emulator) && emulator.IsRunning ? emulator : null;

    public static void Add(ThirdPartyEmulator emulator) => s_running[emulator.Name] = emulator;

    public static void Remove(ThirdPartyEmulator emulator) => s_running.TryRemove(emulator.Name, out _);

    private static IOrderedEnumerable<ThirdPartyEmulator> Running() =>
        s_running.Values.Where(emulator => emulator.IsRunning).OrderBy(emulator => emulator.StartedAt);

    /// <summary>The URL of this process's emulator at an endpoint; null if the endpoint is another service.</summary>
    public static string? FindUrl(string endpoint) => Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? url)
        ? All().Select(emulator => emulator.Endpoint).FirstOrDefault(each => each == url)?.AbsoluteUri
        : null;
}
