using Xunit;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>
/// The collection of tests that do not run in parallel, because they set environment variables or measure the whole
/// process.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "Runs alone";
}
