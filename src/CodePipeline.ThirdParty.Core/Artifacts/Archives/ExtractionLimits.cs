using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// How much an archive may become when it is expanded. What is beyond is refused, and nothing of it is kept.
/// </summary>
/// <remarks>
/// Real bytes are counted, not what the archive declares. An archive within an archive is a file like any other and is
/// never opened, so nesting needs no limit.
/// </remarks>
public sealed class ExtractionLimits
{
    /// <summary>What an entry takes at least: a block of the disk.</summary>
    internal const long Block = 4096;

    private readonly long _maxBytes = 64L << 30;
    private readonly int _maxEntries = 1_000_000;
    private readonly int _maxRatio = 250;
    private readonly long _ratioFloor = 1L << 30;
    private readonly int _maxPathLength = 4096;
    private readonly int _maxDepth = 500;

    /// <summary>The limits where none are named.</summary>
    public static ExtractionLimits Default { get; } = new();

    /// <summary>All entries together, in bytes; 64 GiB unless set. At least 1.</summary>
    /// <remarks>
    /// Each file, link and folder counts as 4,096 bytes at least, which is what it takes on a disk.
    /// </remarks>
    public long MaxBytes
    {
        get => _maxBytes;
        init => _maxBytes = AtLeast(1, value, nameof(MaxBytes));
    }

    /// <summary>Files, links and folders, named or implied by a path; 1,000,000 unless set. At least 1.</summary>
    public int MaxEntries
    {
        get => _maxEntries;
        init => _maxEntries = (int)AtLeast(1, value, nameof(MaxEntries));
    }

    /// <summary>How many times its own size an archive may become; 250 unless set. At least 1.</summary>
    /// <remarks>
    /// Bytes are counted as for <see cref="MaxBytes"/>, and the ratio matters from <see cref="RatioFloor"/> on: small
    /// files of zeros are no attack.
    /// </remarks>
    public int MaxRatio
    {
        get => _maxRatio;
        init => _maxRatio = (int)AtLeast(1, value, nameof(MaxRatio));
    }

    /// <summary>The expanded bytes up to which the ratio does not matter; 1 GiB unless set. At least 0.</summary>
    public long RatioFloor
    {
        get => _ratioFloor;
        init => _ratioFloor = AtLeast(0, value, nameof(RatioFloor));
    }

    /// <summary>The longest path of an entry, in UTF-16 units; 4,096 unless set. At least 1.</summary>
    public int MaxPathLength
    {
        get => _maxPathLength;
        init => _maxPathLength = (int)AtLeast(1, value, nameof(MaxPathLength));
    }

    /// <summary>How many levels deep a path may be; 500 unless set. At least 1.</summary>
    public int MaxDepth
    {
        get => _maxDepth;
        init => _maxDepth = (int)AtLeast(1, value, nameof(MaxDepth));
    }

    /// <summary>What an entry counts for that holds so many bytes.</summary>
    internal static long Charge(long bytes) => Math.Max(Block, bytes);

    private static long AtLeast(long least, long value, string name) => value >= least
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is to be at least {least}.");
}
