using System;

namespace CodePipeline.ThirdParty.Worker.Journal;

/// <summary>What is the matter with a journal.</summary>
internal enum JournalFault
{
    /// <summary>Another worker has it.</summary>
    InUse,

    /// <summary>A line cannot be read.</summary>
    Damaged,

    /// <summary>It cannot be opened or made.</summary>
    Unusable,

    /// <summary>It cannot be written: the disk is full, or gone.</summary>
    NotWritten,
}

/// <summary>A journal cannot be used.</summary>
internal sealed class JournalException(
    JournalFault fault, string path, string message, string recommendedAction, Exception? cause = null)
    : Exception(message, cause)
{
    public JournalFault Fault { get; } = fault;

    public string Path { get; } = path;

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; } = recommendedAction;
}
