using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Prints figures and ratios as they come, and keeps them for the written report.</summary>
internal sealed class Report
{
    private readonly List<Section> _sections = new();

    public IReadOnlyList<Section> Sections => _sections;

    public IReadOnlyList<Goal> Goals => _sections.SelectMany(section => section.Goals).ToArray();

    public void Head(string text)
    {
        _sections.Add(new Section(text));
        Console.WriteLine();
        Console.WriteLine(text);
    }

    public void Row(string what, string figure)
    {
        _sections[^1].Rows.Add((what, figure));
        Console.WriteLine($"  {what,-40} {figure}");
    }

    /// <summary>Whether a program is on this machine; says so where it is not.</summary>
    public bool Needs(string program, string what)
    {
        bool there = Peer.Has(program);
        if (!there)
        {
            Row(what, "not on this machine: not measured");
        }

        return there;
    }

    /// <summary>A figure with a goal: a ratio, or a bound such as memory.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="figure">How it came out.</param>
    /// <param name="atMost">The goal, where less is better.</param>
    /// <param name="atLeast">The goal, where more is better.</param>
    /// <param name="unit">The unit of both; none for a ratio.</param>
    /// <param name="limit">What stands in the way of the goal, where that is known; said when it is missed.</param>
    public void Goal(
        string what, double figure, double? atMost = null, double? atLeast = null, string unit = "",
        string? limit = null)
    {
        var goal = new Goal(what, figure, (atLeast ?? atMost)!.Value, atLeast is not null, unit, limit);
        _sections[^1].Goals.Add(goal);
        Console.WriteLine($"  {what,-40} {goal.Show()}");
        if (!goal.IsReached && limit is not null)
        {
            Console.WriteLine($"    {limit}");
        }
    }
}

/// <summary>One benchmark's figures.</summary>
internal sealed class Section(string title)
{
    public string Title { get; } = title;

    public List<(string What, string Figure)> Rows { get; } = new();

    public List<Goal> Goals { get; } = new();
}

/// <summary>A figure, and what it was to be.</summary>
internal sealed record Goal(string What, double Figure, double Bound, bool MoreIsBetter, string Unit, string? Limit)
{
    public bool IsReached => Share <= 1;

    /// <summary>How much of what is allowed it takes: 1 is the goal itself, less is better.</summary>
    public double Share => MoreIsBetter ? Bound / Figure : Figure / Bound;

    public string Wanted =>
        FormattableString.Invariant($"{(MoreIsBetter ? "at least" : "at most")} {Bound:0.###}{Unit}");

    public string Show() => FormattableString.Invariant(
        $"{Figure:0.###}{Unit}, to reach: {Wanted}: {(IsReached ? "reached" : "MISSED")}");
}
