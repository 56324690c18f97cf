using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>
/// The limits for expanding an archive. If an archive exceeds one, the destination stays unchanged.
/// </summary>
/// <remarks>
/// The limits count the bytes that are written, not only the sizes that the archive declares. Nested archives are not
/// expanded, so there is no limit for nesting.
/// </remarks>
public sealed class ExtractionLimits
{
    /// <summary>The minimum size that an entry counts for: one disk block, in bytes.</summary>
    internal const long Block = 4096;

    private readonly long _maxBytes = 64L << 30;
    private readonly int _maxEntries = 1_000_000;
    private readonly int _maxRatio = 250;
    private readonly long _ratioFloor = 1L << 30;
    private readonly int _maxPathLength = 4096;
    private readonly int _maxDepth = 500;

    /// <summary>The default limits.</summary>
    public static ExtractionLimits Default { get; } = new();

    /// <summary>The maximum total size of all entries, in bytes. The default is 64 GiB; the minimum is 1.</summary>
    /// <remarks>
    /// Each file, symbolic link and folder counts as at least 4,096 bytes, the space that it takes on a disk.
    /// </remarks>
    public long MaxBytes
    {
        get => _maxBytes;
        init => _maxBytes = AtLeast(1, value, nameof(MaxBytes));
    }

    /// <summary>
    /// The maximum number of files, symbolic links and folders, including folders implied by paths. The default is
    /// 1,000,000; the minimum is 1.
    /// </summary>
    public int MaxEntries
    {
        get => _maxEntries;
        init => _maxEntries = (int)AtLeast(1, value, nameof(MaxEntries));
    }

    /// <summary>
    /// The maximum ratio of the expanded size to the size of the archive. The default is 250; the minimum is 1.
    /// </summary>
    /// <remarks>
    /// Bytes are counted as for <see cref="MaxBytes"/>. The ratio applies only above <see cref="RatioFloor"/>, because
    /// small but highly compressible archives are harmless.
    /// </remarks>
    public int MaxRatio
    {
        get => _maxRatio;
        init => _maxRatio = (int)AtLeast(1, value, nameof(MaxRatio));
    }

    /// <summary>
    /// The expanded size, in bytes, up to which <see cref="MaxRatio"/> does not apply. The default is 1 GiB; the
    /// minimum is 0.
    /// </summary>
    public long RatioFloor
    {
        get => _ratioFloor;
        init => _ratioFloor = AtLeast(0, value, nameof(RatioFloor));
    }

    /// <summary>
    /// The maximum length of an entry's path, in UTF-16 code units. The default is 4,096; the minimum is 1.
    /// </summary>
    public int MaxPathLength
    {
        get => _maxPathLength;
        init => _maxPathLength = (int)AtLeast(1, value, nameof(MaxPathLength));
    }

    /// <summary>The maximum depth of a path, in levels. The default is 500; the minimum is 1.</summary>
    public int MaxDepth
    {
        get => _maxDepth;
        init => _maxDepth = (int)AtLeast(1, value, nameof(MaxDepth));
    }

    /// <summary>Returns the bytes that an entry of a given size counts for.</summary>
    internal static long Charge(long bytes) => Math.Max(Block, bytes);

    private static long AtLeast(long least, long value, string name) => value >= least
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}.");
}
