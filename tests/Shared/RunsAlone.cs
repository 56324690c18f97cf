using Xunit;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>
/// Tests that run while no other does: they set environment variables, which every client reads, or count what is the
/// whole process's.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "Runs alone";
}
