using System;

namespace CodePipeline.ThirdParty.Worker;

/// <summary>The folder for the jobs' files cannot be used.</summary>
internal sealed class WorkDirectoryException(string path, Exception cause)
    : Exception($"The work directory '{path}' cannot be used: {cause.Message}", cause)
{
    public string Path { get; } = path;
}

/// <summary>No slot is free for a job: each one holds a handler that could not be stopped.</summary>
internal sealed class HandlersStuckException(int count) : Exception(count == 1
    ? "The worker takes no more jobs: a handler that cannot be stopped holds its only slot."
    : $"The worker takes no more jobs: {count} handlers that cannot be stopped hold all of its slots.");
