using System;
using System.Globalization;
using System.Management.Automation;
using CodePipeline.ThirdParty.Artifacts;

namespace CodePipeline.ThirdParty.Display;

/// <summary>Creates progress records of a transfer: bytes, rate and remaining time, at most five per second.</summary>
/// <remarks>
/// PowerShell displays a progress bar in one line that starts with the activity, so the activity is short.
/// </remarks>
internal sealed class TransferProgressDisplay : IProgress<TransferProgress>
{
    private const int LongestName = 24;

    private static readonly string[] s_units = { "B", "KiB", "MiB", "GiB", "TiB" };

    private readonly object _lock = new();
    private readonly int _id;
    private readonly string _activity;
    private readonly string _job;
    private readonly Action<ProgressRecord> _show;
    private readonly TimeProvider _clock;
    private readonly Throttle _throttle;
    private readonly long _started;
    private bool _shown;

    /// <param name="id">The activity id of the progress bar.</param>
    /// <param name="activity">The activity, such as "Saving".</param>
    /// <param name="name">The artifact's name.</param>
    /// <param name="jobId">The artifact's job.</param>
    /// <param name="show">Writes a progress record.</param>
    /// <param name="clock">The clock for the rate.</param>
    public TransferProgressDisplay(
        int id, string activity, string? name, string jobId, Action<ProgressRecord> show, TimeProvider clock)
    {
        _id = id;
        _activity = $"{activity} {(name?.Length > LongestName ? name.Substring(0, LongestName - 1) + "…" : name)}";
        _job = $"Job {jobId}";
        _show = show;
        _clock = clock;
        _throttle = Throttle.ForTransfers(clock);
        _started = clock.GetTimestamp();
    }

    public void Report(TransferProgress value)
    {
        lock (_lock)
        {
            if (!_throttle.IsDue())
            {
                return;
            }

            _shown = true;
            _show(Record(value, _clock.GetElapsedTime(_started).TotalSeconds));
        }
    }

    /// <summary>Removes the progress bar.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_shown)
            {
                _show(new ProgressRecord(_id, _activity, "Done") { RecordType = ProgressRecordType.Completed });
            }
        }
    }

    /// <summary>Formats a number of bytes with a unit in the user's culture.</summary>
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
        var record = new ProgressRecord(_id, _activity, $"{Size(value.Bytes)}{of}, {Size(rate)}/s")
        {
            CurrentOperation = _job,
        };
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
