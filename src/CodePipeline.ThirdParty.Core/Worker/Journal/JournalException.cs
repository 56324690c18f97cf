using System;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>Why a journal cannot be used.</summary>
internal enum JournalFault
{
    /// <summary>Another worker uses it.</summary>
    InUse,

    /// <summary>A line is invalid, or the file is not a journal.</summary>
    Damaged,

    /// <summary>The file cannot be opened or created.</summary>
    Unusable,

    /// <summary>An entry cannot be written, for example because the disk is full.</summary>
    NotWritten,
}

/// <summary>A journal cannot be used.</summary>
internal sealed class JournalException(
    JournalFault fault, string path, string message, string recommendedAction, Exception? cause = null)
    : Exception(message, cause)
{
    public JournalFault Fault { get; } = fault;

    public string Path { get; } = path;

    /// <summary>What the user should do.</summary>
    public string RecommendedAction { get; } = recommendedAction;
}
