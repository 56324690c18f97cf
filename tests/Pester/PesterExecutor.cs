using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.VisualStudio.TestPlatform.ObjectModel;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Adapter;

namespace CodePipeline.ThirdParty.Pester;

/// <summary>Runs Pester tests for <c>dotnet test</c> and reports each as a separate test.</summary>
[ExtensionUri(Address)]
public sealed class PesterExecutor : ITestExecutor, IDisposable
{
    /// <summary>The address that identifies the adapter to the test platform.</summary>
    public const string Address = "executor://codepipeline.thirdparty/pester";

    private readonly CancellationTokenSource _cancellation = new();

    /// <inheritdoc/>
    public void RunTests(IEnumerable<string>? sources, IRunContext? runContext, IFrameworkHandle? frameworkHandle)
    {
        string source = sources!.First();
        ITestCaseFilterExpression? filter = runContext!.GetTestCaseFilter(
            PesterTests.FilterProperties, PesterTests.FindProperty);
        if (filter is null)
        {
            Run(source, PesterRun.Files, _ => true, frameworkHandle!);
            return;
        }

        // Run only the files that contain tests selected by the filter.
        var wanted = new List<TestCase>();
        PesterTests.List(
            source,
            frameworkHandle!,
            test =>
            {
                if (filter.MatchTestCase(test, name => PesterTests.GetValue(test, name)))
                {
                    wanted.Add(test);
                }
            },
            _cancellation.Token);
        RunTests(wanted, runContext, frameworkHandle);
    }

    /// <inheritdoc/>
    public void RunTests(IEnumerable<TestCase>? tests, IRunContext? runContext, IFrameworkHandle? frameworkHandle)
    {
        TestCase[] wanted = tests!.ToArray();
        if (wanted.Length == 0)
        {
            return;
        }

        HashSet<string> names = wanted.Select(test => test.FullyQualifiedName).ToHashSet(StringComparer.Ordinal);
        HashSet<string> files = wanted.Select(test => test.CodeFilePath!).ToHashSet(StringComparer.Ordinal);
        Run(
            wanted[0].Source,
            PesterRun.Files.Where(files.Contains),
            test => names.Contains(test.FullyQualifiedName),
            frameworkHandle!);
    }

    /// <inheritdoc/>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    private void Run(
        string source, IEnumerable<string> files, Func<TestCase, bool> isWanted, IFrameworkHandle handle)
    {
        var run = new PesterRun(
            line => PesterTests.Tell(handle, line),
            record =>
            {
                TestCase test = PesterTests.ToTestCase(source, record);
                // Report the failure of a file or block even if the filter does not select it: its tests are unknown.
                if (isWanted(test) || (record.Result == "Failed" && record.IsBlock))
                {
                    handle.RecordResult(PesterTests.ToResult(test, record));
                }
            },
            _cancellation.Token);
        try
        {
            run.Run(files, listOnly: false);
        }
        catch (OperationCanceledException)
        {
            // The user stopped the run.
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException)
        {
            var record = new PesterRecord(
                "Test-Module.ps1", "Pester run", "Pester run", "Failed", 0, exception.Message, null, true);
            handle.RecordResult(PesterTests.ToResult(PesterTests.ToTestCase(source, record), record));
        }
    }
}
