using System;
using System.Globalization;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Emulation.Wire;

namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>One fault of a <see cref="FaultPlan"/>: what, how often, for which requests.</summary>
public sealed class FaultRule
{
    /// <summary>How late a slow answer is where the rule does not say: 5 seconds.</summary>
    public static TimeSpan DefaultDelay { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Creates a rule.</summary>
    /// <param name="kind">What to do to the request.</param>
    /// <param name="probability">How likely a request is hit, more than 0, at most 1.</param>
    /// <param name="operation">The operation to hit, or <see langword="null"/> for all, S3's included.</param>
    /// <param name="skip">How many requests of that operation to leave alone first, 0 or more.</param>
    /// <param name="limit">How many requests to hit at most, 1 or more; <see langword="null"/> for no limit.</param>
    /// <param name="delay">How late a slow answer is; <see cref="FaultKind.Slow"/> only.</param>
    /// <exception cref="InvalidInputException">A value is out of its range.</exception>
    public FaultRule(
        FaultKind kind,
        double probability = 1,
        string? operation = null,
        int skip = 0,
        int? limit = null,
        TimeSpan? delay = null)
    {
        if (kind is < FaultKind.Throttle or > FaultKind.Corrupt)
        {
            throw Invalid(nameof(kind), "Unknown kind of fault.", "Use one of: " + FaultNames.List + ".");
        }

        // Written so that NaN fails too.
        if (!(probability > 0 && probability <= 1))
        {
            throw Invalid(
                nameof(probability), "The probability is not more than 0 and at most 1.", "Use a number such as 0.1.");
        }

        if (operation is not null && !Operations.All.Concat(S3Operations.All).Contains(operation))
        {
            throw Invalid(
                nameof(operation),
                $"'{operation}' is not an operation.",
                "Use one of: " + string.Join(", ", Operations.All.Concat(S3Operations.All)) + ".");
        }

        if (operation is not null && !CanHit(kind, operation))
        {
            throw Invalid(
                nameof(operation),
                $"{operation} cannot be hit by {FaultNames.NameOf(kind)}.",
                "Use one of: "
                    + string.Join(", ", Operations.All.Concat(S3Operations.All).Where(each => CanHit(kind, each)))
                    + ".");
        }

        if (skip < 0)
        {
            throw Invalid(nameof(skip), "The number of requests to skip is negative.", "Use 0 or more.");
        }

        if (limit < 1)
        {
            throw Invalid(nameof(limit), "The limit is less than 1.", "Use 1 or more, or leave it out.");
        }

        if (delay is not null && (kind != FaultKind.Slow || delay <= TimeSpan.Zero || delay > TimeSpan.FromDays(1)))
        {
            throw Invalid(
                nameof(delay),
                kind == FaultKind.Slow
                    ? "The delay is not more than 0 and at most a day."
                    : "Only slow answers have a delay.",
                "Use a delay such as 2s with slow, and none with other faults.");
        }

        Kind = kind;
        Probability = probability;
        Operation = operation;
        Skip = skip;
        Limit = limit;
        Delay = kind == FaultKind.Slow ? delay ?? DefaultDelay : TimeSpan.Zero;
    }

    /// <summary>What to do to the request.</summary>
    public FaultKind Kind { get; }

    /// <summary>How likely a request is hit, more than 0, at most 1.</summary>
    public double Probability { get; }

    /// <summary>The operation to hit; <see langword="null"/> for all that the fault can hit.</summary>
    public string? Operation { get; }

    /// <summary>How many requests of the operation are left alone first.</summary>
    public int Skip { get; }

    /// <summary>How many requests are hit at most; <see langword="null"/> for no limit.</summary>
    public int? Limit { get; }

    /// <summary>How late a slow answer is; zero for other faults.</summary>
    public TimeSpan Delay { get; }

    /// <summary>The rule as <see cref="FaultPlan.Parse"/> reads it.</summary>
    public override string ToString()
    {
        StringBuilder text = new(FaultNames.NameOf(Kind));
        text.Append('=').Append(Probability.ToString("R", CultureInfo.InvariantCulture));
        if (Operation is not null)
        {
            text.Append('@').Append(Operation);
        }

        if (Skip > 0)
        {
            text.Append(",skip=").Append(Skip.ToString(CultureInfo.InvariantCulture));
        }

        if (Limit is int limit)
        {
            text.Append(",limit=").Append(limit.ToString(CultureInfo.InvariantCulture));
        }

        if (Kind == FaultKind.Slow)
        {
            text.Append(",delay=").Append(
                Delay.TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture)).Append("ms");
        }

        return text.ToString();
    }

    /// <summary>Whether the rule is for requests of an operation.</summary>
    internal bool IsFor(string operation) => Operation is null ? CanHit(Kind, operation) : Operation == operation;

    private static bool CanHit(FaultKind kind, string operation) => kind switch
    {
        FaultKind.Corrupt => S3Operations.OfContents.Contains(operation),
        FaultKind.Garbled => !S3Operations.WithoutText.Contains(operation),
        _ => true,
    };

    private static InvalidInputException Invalid(string name, string message, string recommendedAction) =>
        new(char.ToUpperInvariant(name[0]) + name.Substring(1), message, recommendedAction);
}
