using System;
using System.Globalization;
using System.Management.Automation;
using CodePipeline.ThirdParty.Artifacts;

namespace CodePipeline.ThirdParty.Hosting;

/// <summary>Makes progress records of a transfer: bytes, rate and time left, five times a second at most.</summary>
internal sealed class TransferDisplay : IProgress<TransferProgress>
{
    private const int Id = 1;

    private static readonly string[] s_units = { "B", "KiB", "MiB", "GiB", "TiB" };

    private readonly object _lock = new();
    private readonly string _activity;
    private readonly string _name;
    private readonly Action<ProgressRecord> _show;
    private readonly TimeProvider _clock;
    private readonly Pace _pace;
    private readonly long _started;
    private bool _shown;

    public TransferDisplay(string activity, string name, Action<ProgressRecord> show, TimeProvider clock)
    {
        _activity = activity;
        _name = name;
        _show = show;
        _clock = clock;
        _pace = Pace.OfTransfers(clock);
        _started = clock.GetTimestamp();
    }

    public void Report(TransferProgress value)
    {
        lock (_lock)
        {
            if (!_pace.IsDue())
            {
                return;
            }

            _shown = true;
            _show(Record(value, _clock.GetElapsedTime(_started).TotalSeconds));
        }
    }

    /// <summary>Takes the display away.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_shown)
            {
                _show(new ProgressRecord(Id, _activity, _name) { RecordType = ProgressRecordType.Completed });
            }
        }
    }

    /// <summary>A number of bytes in the unit that suits it, in the user's culture.</summary>
    internal static string Size(double bytes)
    {
        int unit = 0;
        while (bytes >= 1024 && unit < s_units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return bytes.ToString(unit == 0 ? "N0" : "N1", CultureInfo.CurrentCulture) + " " + s_units[unit];
    }

    private ProgressRecord Record(TransferProgress value, double seconds)
    {
        double rate = seconds > 0 ? value.Bytes / seconds : 0;
        string of = value.TotalBytes is long total ? $" of {Size(total)}" : string.Empty;
        var record = new ProgressRecord(Id, _activity, $"{_name}: {Size(value.Bytes)}{of}, {Size(rate)}/s");
        if (value.TotalBytes is > 0)
        {
            record.PercentComplete = (int)Math.Min(100, 100 * value.Bytes / value.TotalBytes.Value);
            record.SecondsRemaining = rate > 0
                ? (int)Math.Min(int.MaxValue, (value.TotalBytes.Value - value.Bytes) / rate)
                : -1;
        }

        return record;
    }
}
