using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz;

/// <summary>A failed case, with the shortest input that still fails.</summary>
internal sealed record Finding(string Target, int Seed, long Case, byte[] Input, string Signature, string Error);

/// <summary>The result of a run.</summary>
internal sealed record FuzzSummary(
    string Target, int Seed, long Cases, int Outcomes, TimeSpan Time, long MostAllocated,
    IReadOnlyList<Finding> Findings)
{
    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture,
        "{0}: seed {1}, {2:N0} cases in {3:0} s ({4:N0} a second), {5} outcomes, {6:N0} KB at most, {7} findings",
        Target, Seed, Cases, Time.TotalSeconds, Cases / Math.Max(0.001, Time.TotalSeconds), Outcomes,
        MostAllocated / 1024, Findings.Count);
}

/// <summary>
/// Runs generated cases of a target, and mutations of inputs with new outcomes. The same seed always gives the same
/// cases.
/// </summary>
internal sealed class FuzzRun
{
    private const int MostKept = 2000;
    private const int MostFindings = 25;
    private const int MostTriesToShorten = 3000;
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);

    private readonly FuzzTarget _target;
    private readonly int _seed;
    private readonly long _cases;
    private readonly Mutator _mutator;
    private readonly Dictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly List<byte[]> _kept = new();
    private readonly Dictionary<string, Finding> _findings = new(StringComparer.Ordinal);
    private long _case;
    private long _tries;
    private long _mostAllocated;
    private byte[] _input = [];
    private Exception? _failure;
    private volatile bool _stopped;

    public FuzzRun(FuzzTarget target, int seed, long cases)
    {
        _target = target;
        _seed = seed;
        _cases = cases;
        _mutator = new Mutator(target.Words, target.Longest);
    }

    /// <summary>Receives the number of finished cases each second.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>The time limit. The summary contains the number of cases that finished within it.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>The outcomes and their counts.</summary>
    public IReadOnlyDictionary<string, int> Outcomes => _outcomes;

    public FuzzSummary Run()
    {
        Stopwatch time = Stopwatch.StartNew();

        // Runs on its own thread, so that a hanging case can be detected and abandoned.
        Thread worker = new(Work, 1 << 20) { IsBackground = true, Name = "fuzz " + _target.Name };
        worker.Start();
        long seen = -1;
        Stopwatch still = Stopwatch.StartNew();
        while (!worker.Join(TimeSpan.FromSeconds(1)))
        {
            long tries = Interlocked.Read(ref _tries);
            if (tries != seen)
            {
                seen = tries;
                still.Restart();
            }
            else if (still.Elapsed > s_hang)
            {
                _findings["hang"] = new Finding(
                    _target.Name, _seed, _case, _input, "hang",
                    $"A case did not finish within {s_hang.TotalSeconds:0} seconds.");
                break;
            }

            _stopped = Limit is TimeSpan limit && time.Elapsed > limit;
            Progress?.Invoke(_case);
        }

        if (_failure is not null)
        {
            throw new InvalidOperationException($"The run of '{_target.Name}' failed outside of a case.", _failure);
        }

        return new FuzzSummary(
            _target.Name, _seed, _case, _outcomes.Count, time.Elapsed, _mostAllocated, [.. _findings.Values]);
    }

    /// <summary>Runs one input. Returns its error; <see langword="null"/> if it succeeds.</summary>
    public Exception? Try(byte[] input, out string outcome)
    {
        outcome = "finding";
        _input = input;
        Interlocked.Increment(ref _tries);
        try
        {
            long allocated = Measure(input, out outcome);
            if (allocated > _target.Allowance(input.Length))
            {
                // Measure again: the runtime occasionally allocates tables of its own.
                allocated = Measure(input, out outcome);
            }

            _mostAllocated = Math.Max(_mostAllocated, allocated);
            if (allocated > _target.Allowance(input.Length))
            {
                throw new FuzzException(string.Format(
                    CultureInfo.InvariantCulture, "{0:N0} bytes were allocated for an input of {1:N0}.", allocated,
                    input.Length));
            }

            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private long Measure(byte[] input, out string outcome)
    {
        _target.Prepare();
        long before = Allocated();
        outcome = _target.Run(input);
        return Allocated() - before;
    }

    private void Work()
    {
        try
        {
            Draw draw = new(_seed);
            for (long i = 0; i < _cases && _findings.Count < MostFindings && !_stopped; i++)
            {
                byte[] input = Next(draw);
                Note(input, Try(input, out string outcome), outcome);
                _case = i + 1;
            }
        }
        catch (Exception error)
        {
            _failure = error;
        }
    }

    private byte[] Next(Draw draw) => draw.Below(10) switch
    {
        < 3 => _target.Make(draw),
        < 5 => _mutator.Change(_target.Make(draw), draw, _kept),
        _ when _kept.Count == 0 => _mutator.Change(_target.Make(draw), draw, _kept),
        _ => _mutator.Change(draw.Pick(_kept), draw, _kept),
    };

    private void Note(byte[] input, Exception? error, string outcome)
    {
        if (error is null)
        {
            int count = _outcomes.GetValueOrDefault(outcome);
            _outcomes[outcome] = count + 1;
            if (count < 3 && _kept.Count < MostKept)
            {
                _kept.Add(input);
            }

            return;
        }

        string signature = SignatureOf(error);
        if (!_findings.ContainsKey(signature))
        {
            byte[] shortest = Shorten(input, signature);
            _findings[signature] = new Finding(_target.Name, _seed, _case, shortest, signature, error.ToString());
        }
    }

    /// <summary>Removes parts of the input as long as the error stays the same.</summary>
    private byte[] Shorten(byte[] input, string signature)
    {
        int tries = 0;
        for (int piece = Math.Max(1, input.Length / 2); piece >= 1; piece /= 2)
        {
            for (int start = 0; start < input.Length && tries < MostTriesToShorten;)
            {
                byte[] shorter = [.. input[..start], .. input[Math.Min(input.Length, start + piece)..]];
                tries++;
                if (Try(shorter, out _) is Exception error && SignatureOf(error) == signature)
                {
                    input = shorter;
                }
                else
                {
                    start += piece;
                }
            }
        }

        return input;
    }

    /// <summary>Returns the type of the error and the innermost method of our code in its stack trace.</summary>
    private static string SignatureOf(Exception error)
    {
        string message = error is FuzzException
            ? new string(error.Message.Where(c => !char.IsDigit(c)).Take(80).ToArray())
            : string.Empty;
        StackFrame? ours = new StackTrace(error).GetFrames().FirstOrDefault(
            frame => frame.GetMethod()?.DeclaringType?.FullName?.StartsWith(
                "CodePipeline.ThirdParty", StringComparison.Ordinal) == true);
        return $"{error.GetType().Name} {message} {ours?.GetMethod()?.DeclaringType?.Name}.{ours?.GetMethod()?.Name}";
    }

    private long Allocated() =>
        _target.UsesThreads ? GC.GetTotalAllocatedBytes() : GC.GetAllocatedBytesForCurrentThread();
}
