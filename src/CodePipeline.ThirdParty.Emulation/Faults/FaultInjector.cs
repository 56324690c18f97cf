using System.Linq;

namespace CodePipeline.ThirdParty.Emulation.Faults;

/// <summary>Carries out a plan: decides for each request whether a rule hits it.</summary>
internal sealed class FaultInjector
{
    private readonly object _lock = new();
    private readonly Progress[] _rules;

    internal FaultInjector(FaultPlan plan)
    {
        // A stream for each rule, so that one rule's draws do not depend on the rules around it.
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
                // Every rule draws for every request it is for, so that its sequence repeats whatever the others do.
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

            // 53 bits are what a double holds exactly.
            double draw = (NextBits() >> 11) * (1.0 / (1UL << 53));
            return draw < Rule.Probability && (Rule.Limit is null || Hits < Rule.Limit);
        }

        /// <summary>SplitMix64: the same numbers on every runtime, which System.Random does not promise.</summary>
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
