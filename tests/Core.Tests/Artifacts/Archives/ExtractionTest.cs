using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts.Archives;

/// <summary>Base class for extraction tests. Verifies that failed extractions leave nothing behind.</summary>
public abstract class ExtractionTest : IDisposable
{
    private protected TempFolder Temp { get; } = new();

    private protected string Archive => Temp.PathOf("archive");

    private protected string Destination => Temp.PathOf("out");

    public void Dispose()
    {
        Temp.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<ExtractionResult> ExtractAsync(ExtractionLimits? limits = null, NameRules? rules = null) =>
        new ArchiveExtractor { Rules = rules ?? NameRules.OfThisMachine, Threads = 2 }
            .ExtractAsync(Archive, Destination, limits);

    private protected async Task<ArchiveException> RefusedAsync(
        ArchiveFault fault, ExtractionLimits? limits = null, NameRules? rules = null)
    {
        string[] before = Directory.GetFileSystemEntries(Temp.PathOf("."));

        ArchiveException error = await Assert.ThrowsAsync<ArchiveException>(() => ExtractAsync(limits, rules));

        Assert.True(error.Fault == fault, error.Message);
        Assert.Contains(error.Path!, error.Message, StringComparison.Ordinal);
        Assert.Contains(ArchiveErrors.Shown(error.Entry ?? string.Empty), error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(Temp.PathOf(".")).Order());
        return error;
    }

    private protected string Read(string name) => File.ReadAllText(Path.Combine(Destination, name));

    private protected IReadOnlyList<string> Names() => Directory
        .EnumerateFileSystemEntries(
            Destination, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(path => Path.GetRelativePath(Destination, path)).Order(StringComparer.Ordinal).ToArray();
}
