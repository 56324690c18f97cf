using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Prints figures and ratios, and keeps which goals were missed.</summary>
internal sealed class Report
{
    private readonly List<string> _missed = new();

    public IReadOnlyList<string> Missed => _missed;

    public static void Head(string text)
    {
        Console.WriteLine();
        Console.WriteLine(text);
    }

    public static void Row(string what, string figure) => Console.WriteLine($"  {what,-34} {figure}");

    /// <summary>Whether a program is on this machine; says so where it is not.</summary>
    public static bool Needs(string program, string what)
    {
        bool there = Peer.Has(program);
        if (!there)
        {
            Row(what, "not on this machine: not measured");
        }

        return there;
    }

    /// <summary>A figure with a goal: a ratio, or a bound such as memory.</summary>
    public void Goal(string what, double figure, double atMost = double.MaxValue, double atLeast = double.MinValue, string unit = "")
    {
        bool reached = figure <= atMost && figure >= atLeast;
        string goal = FormattableString.Invariant(
            $"{(atLeast > double.MinValue ? "at least" : "at most")} {(atLeast > double.MinValue ? atLeast : atMost):0.###}{unit}");
        Row(what, FormattableString.Invariant($"{figure:0.###}{unit}, to reach: {goal}: {(reached ? "reached" : "MISSED")}"));
        if (!reached)
        {
            _missed.Add(what);
        }
    }
}
