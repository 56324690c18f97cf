using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Bench;

/// <summary>Prints figures and ratios, and collects them for the written report.</summary>
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

    /// <summary>Whether a program is installed. Adds a row to the report if it is not.</summary>
    public bool Needs(string program, string what)
    {
        bool there = Peer.Has(program);
        if (!there)
        {
            Row(what, "not measured: not installed");
        }

        return there;
    }

    /// <summary>Adds a figure that has a goal: a ratio, or a limit such as memory.</summary>
    /// <param name="what">The name of the measurement.</param>
    /// <param name="figure">The measured value.</param>
    /// <param name="atMost">The upper limit; <see langword="null"/> if more is better.</param>
    /// <param name="atLeast">The lower limit; <see langword="null"/> if less is better.</param>
    /// <param name="unit">The unit of the value and the goal; empty for a ratio.</param>
    /// <param name="limit">The known reason for missing the goal, for the report.</param>
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

/// <summary>The figures of one benchmark.</summary>
internal sealed class Section(string title)
{
    public string Title { get; } = title;

    public List<(string What, string Figure)> Rows { get; } = new();

    public List<Goal> Goals { get; } = new();
}

/// <summary>A measured value and its goal.</summary>
internal sealed record Goal(string What, double Figure, double Bound, bool MoreIsBetter, string Unit, string? Limit)
{
    public bool IsReached => Share <= 1;

    /// <summary>The value relative to the goal: 1 is the goal, less is better.</summary>
    public double Share => MoreIsBetter ? Bound / Figure : Figure / Bound;

    public string Wanted =>
        FormattableString.Invariant($"{(MoreIsBetter ? "at least" : "at most")} {Bound:0.###}{Unit}");

    public string Show() => FormattableString.Invariant(
        $"{Figure:0.###}{Unit}, goal {Wanted}: {(IsReached ? "reached" : "MISSED")}");
}
