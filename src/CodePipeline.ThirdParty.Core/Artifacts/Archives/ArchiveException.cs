using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Why an archive could not be expanded or created.</summary>
public enum ArchiveFault
{
    /// <summary>The archive is truncated, altered or inconsistent.</summary>
    Damaged,

    /// <summary>An entry would escape the folder, or is of a forbidden type such as a device.</summary>
    Unsafe,

    /// <summary>The archive exceeds a limit of <see cref="ExtractionLimits"/>.</summary>
    TooLarge,

    /// <summary>The archive uses a format or feature that this module does not support, such as encryption.</summary>
    Unsupported,

    /// <summary>Two entries have the same name, or the destination already exists.</summary>
    Conflict,

    /// <summary>
    /// A file or folder could not be read or written: it is missing, access is denied, it changed during the
    /// operation, or the disk is full.
    /// </summary>
    Storage,
}

/// <summary>An archive could not be expanded, or a folder could not be packed.</summary>
/// <remarks>The destination is unchanged.</remarks>
public sealed class ArchiveException : Exception
{
    internal ArchiveException(
        ArchiveFault fault, string message, string recommendedAction, string? path = null, string? entry = null,
        Exception? cause = null)
        : base(message, cause)
    {
        Fault = fault;
        RecommendedAction = recommendedAction;
        Path = path;
        Entry = entry;
    }

    /// <summary>Why the operation failed.</summary>
    public ArchiveFault Fault { get; }

    /// <summary>One sentence that says what to do.</summary>
    public string RecommendedAction { get; }

    /// <summary>The archive, file or folder; <see langword="null"/> if none is involved.</summary>
    public string? Path { get; }

    /// <summary>The entry of the archive; <see langword="null"/> if none is involved.</summary>
    public string? Entry { get; }
}
