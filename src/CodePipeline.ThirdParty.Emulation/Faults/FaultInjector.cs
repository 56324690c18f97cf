using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>Applies a fault plan: decides for each request whether to inject a fault.</summary>
internal sealed class FaultInjector
{
    private readonly object _lock = new();
    private readonly Progress[] _rules;

    internal FaultInjector(FaultPlan plan)
    {
        // Each rule has its own random sequence, so that adding a rule does not change the draws of the others.
        _rules = plan.Rules.Select(
            (rule, index) => new Progress(rule, unchecked(((ulong)(uint)plan.Seed << 32) + (ulong)index))).ToArray();
    }

    internal FaultRule? Next(string operation)
    {
        lock (_lock)
        {
            Progress? hit = null;
            foreach (Progress rule in _rules)
            {
                // Every matching rule draws, even after a hit, so that its sequence does not depend on other rules.
                if (rule.Draws(operation) && hit is null)
                {
                    hit = rule;
                }
            }

            if (hit is not null)
            {
                hit.Hits++;
            }

            return hit?.Rule;
        }
    }

    private sealed class Progress
    {
        private ulong _state;
        private int _seen;

        internal Progress(FaultRule rule, ulong seed)
        {
            Rule = rule;
            _state = seed;
            _state = NextBits();
        }

        internal FaultRule Rule { get; }

        internal int Hits { get; set; }

        internal bool Draws(string operation)
        {
            if (!Rule.IsFor(operation))
            {
                return false;
            }

            if (_seen < Rule.Skip)
            {
                _seen++;
                return false;
            }

            // A double holds 53 bits exactly.
            double draw = (NextBits() >> 11) * (1.0 / (1UL << 53));
            return draw < Rule.Probability && (Rule.Limit is null || Hits < Rule.Limit);
        }

        /// <summary>
        /// SplitMix64. Unlike System.Random, it gives the same numbers on every runtime.
        /// </summary>
        private ulong NextBits()
        {
            unchecked
            {
                _state += 0x9E3779B97F4A7C15UL;
                ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9UL;
                mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
                return mixed ^ (mixed >> 31);
            }
        }
    }
}
