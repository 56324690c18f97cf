using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace CodePipeline.ThirdParty.Chaos;

/// <summary>The log of handlers: one line when a handler begins and one when it ends.</summary>
internal sealed class Runs
{
    private const string Begin = "begin";
    private const string End = "end";

    private readonly ILookup<string, string> _begun;
    private readonly HashSet<string> _ended;

    private Runs(IEnumerable<string[]> lines)
    {
        string[][] all = lines.ToArray();
        _begun = all.Where(line => line[0] == Begin).ToLookup(line => line[1], line => line[2]);
        _ended = all.Where(line => line[0] == End).Select(line => line[1]).ToHashSet(StringComparer.Ordinal);
    }

    public static Runs Read(string folder) => new(Directory.EnumerateFiles(folder, "*.runs")
        .SelectMany(File.ReadLines)
        .Select(line => line.Split(' '))
        .Where(line => line.Length == 3));

    public int CountOf(string jobId) => _begun[jobId].Count();

    public IEnumerable<string> WorkersOf(string jobId) => _begun[jobId].Distinct();

    public bool HasEnded(string jobId) => _ended.Contains(jobId);

    public static string BeginLine(string jobId, string worker) => $"{Begin} {jobId} {worker}\n";

    public static string EndLine(string jobId, string worker) => $"{End} {jobId} {worker}\n";
}
