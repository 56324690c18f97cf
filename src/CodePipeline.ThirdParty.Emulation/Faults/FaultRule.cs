using System;
using System.Globalization;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Emulation.Wire;

namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>A rule of a <see cref="FaultPlan"/>: a fault, its probability and the requests it applies to.</summary>
public sealed class FaultRule
{
    /// <summary>The default delay of <see cref="FaultKind.Slow"/>: 5 seconds.</summary>
    public static TimeSpan DefaultDelay { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Creates a rule.</summary>
    /// <param name="kind">The fault.</param>
    /// <param name="probability">The probability that a request is hit, more than 0, at most 1.</param>
    /// <param name="operation">
    /// The operation to hit; <see langword="null"/> for all operations, including S3's, that the fault applies to.
    /// </param>
    /// <param name="skip">The number of matching requests to skip first, 0 or more.</param>
    /// <param name="limit">The most requests to hit, 1 or more; <see langword="null"/> for no limit.</param>
    /// <param name="delay">
    /// The delay of the response, more than 0, at most 1 day; only for <see cref="FaultKind.Slow"/>. The default is
    /// <see cref="DefaultDelay"/>.
    /// </param>
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
            throw Invalid(nameof(kind), "The fault kind is unknown.", "Use one of: " + FaultNames.List + ".");
        }

        // The negated condition also rejects NaN.
        if (!(probability > 0 && probability <= 1))
        {
            throw Invalid(
                nameof(probability), "The probability must be more than 0 and at most 1.", "Use a number such as 0.1.");
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
                $"The fault {FaultNames.NameOf(kind)} does not apply to {operation}.",
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
            throw Invalid(nameof(limit), "The limit is less than 1.", "Use 1 or more, or leave it out for no limit.");
        }

        if (delay is not null && (kind != FaultKind.Slow || delay <= TimeSpan.Zero || delay > TimeSpan.FromDays(1)))
        {
            throw Invalid(
                nameof(delay),
                kind == FaultKind.Slow
                    ? "The delay must be more than 0 and at most 1 day."
                    : $"The fault {FaultNames.NameOf(kind)} has no delay.",
                "Use a delay such as 2s with slow, and no delay with other faults.");
        }

        Kind = kind;
        Probability = probability;
        Operation = operation;
        Skip = skip;
        Limit = limit;
        Delay = kind == FaultKind.Slow ? delay ?? DefaultDelay : TimeSpan.Zero;
    }

    /// <summary>The fault.</summary>
    public FaultKind Kind { get; }

    /// <summary>The probability that a request is hit, more than 0, at most 1.</summary>
    public double Probability { get; }

    /// <summary>The operation to hit; <see langword="null"/> for all operations that the fault applies to.</summary>
    public string? Operation { get; }

    /// <summary>The number of matching requests to skip first.</summary>
    public int Skip { get; }

    /// <summary>The most requests to hit; <see langword="null"/> for no limit.</summary>
    public int? Limit { get; }

    /// <summary>The delay of the response; zero unless <see cref="Kind"/> is <see cref="FaultKind.Slow"/>.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Returns the rule in the text form that <see cref="FaultPlan.Parse"/> accepts.</summary>
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

    /// <summary>Whether the rule applies to an operation.</summary>
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
