using System.Collections.Generic;
using System.ComponentModel;
using System.Linq;
using System.Threading;
using Microsoft.VisualStudio.TestPlatform.ObjectModel;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Adapter;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Logging;

namespace CodePipeline.ThirdParty.Pester;

/// <summary>Lists the Pester tests, for <c>dotnet test --list-tests</c> and for editors.</summary>
[FileExtension(".dll")]
[DefaultExecutorUri(PesterExecutor.Address)]
[Category("managed")]
public sealed class PesterDiscoverer : ITestDiscoverer
{
    /// <inheritdoc/>
    public void DiscoverTests(
        IEnumerable<string> sources,
        IDiscoveryContext discoveryContext,
        IMessageLogger logger,
        ITestCaseDiscoverySink discoverySink) =>
        PesterTests.List(sources.First(), logger, discoverySink.SendTestCase, CancellationToken.None);
}
