using System;

namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>What is the matter with an archive, or with its way into or out of a folder.</summary>
public enum ArchiveFault
{
    /// <summary>The bytes are not what they should be: cut off, altered, or contradicting each other.</summary>
    Damaged,

    /// <summary>An entry would leave the folder, or is of a kind that has no place in an artifact.</summary>
    Unsafe,

    /// <summary>A limit of <see cref="ExtractionLimits"/> is broken.</summary>
    TooLarge,

    /// <summary>Whole and harmless, but of a kind that is not read here, such as an encrypted zip.</summary>
    Unsupported,

    /// <summary>Two entries want the same place, or the destination is taken.</summary>
    Conflict,

    /// <summary>A file or folder could not be read or written: missing, denied, changed meanwhile, disk full.</summary>
    Storage,
}

/// <summary>An archive that could not be expanded, or a folder that could not be packed.</summary>
/// <remarks>Nothing is left half-done: the destination is as it was before.</remarks>
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

    /// <summary>What is the matter.</summary>
    public ArchiveFault Fault { get; }

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; }

    /// <summary>The archive, file or folder that it is about, if it is about one.</summary>
    public string? Path { get; }

    /// <summary>The entry of the archive that it is about, if it is about one.</summary>
    public string? Entry { get; }
}
