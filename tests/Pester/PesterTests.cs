using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using Microsoft.VisualStudio.TestPlatform.ObjectModel;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Logging;

namespace CodePipeline.ThirdParty.Pester;

/// <summary>Converts Pester's records to tests and results of the test platform.</summary>
internal static class PesterTests
{
    private static readonly Dictionary<string, TestProperty> s_filters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["FullyQualifiedName"] = TestCaseProperties.FullyQualifiedName,
        ["Name"] = TestCaseProperties.DisplayName,
        ["DisplayName"] = TestCaseProperties.DisplayName,
    };

    public static IEnumerable<string> FilterProperties => s_filters.Keys;

    public static TestProperty? FindProperty(string name) => s_filters.GetValueOrDefault(name);

    public static object? GetValue(TestCase test, string name) =>
        FindProperty(name) is TestProperty property ? test.GetPropertyValue(property) : null;

    public static void List(string source, IMessageLogger log, Action<TestCase> give, CancellationToken cancellation) =>
        new PesterRun(line => Tell(log, line), record => give(ToTestCase(source, record)), cancellation)
            .Run(PesterRun.Files, listOnly: true);

    public static void Tell(IMessageLogger log, string line)
    {
        if (line.Length > 0)
        {
            log.SendMessage(TestMessageLevel.Informational, line);
        }
    }

    /// <summary>
    /// Creates a test whose name starts with its file, so that <c>--filter FullyQualifiedName~Worker.Tests</c> selects
    /// one file.
    /// </summary>
    public static TestCase ToTestCase(string source, PesterRecord record)
    {
        string file = Path.GetFileNameWithoutExtension(record.File);
        string name = $"{file}.{record.Path}";
        return new TestCase($"{file}.{record.Template}", new Uri(PesterExecutor.Address), source)
        {
            Id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)),
            DisplayName = name,
            CodeFilePath = record.File,
        };
    }

    public static TestResult ToResult(TestCase test, PesterRecord record)
    {
        var result = new TestResult(test)
        {
            DisplayName = test.DisplayName,
            Duration = TimeSpan.FromSeconds(record.Duration),
            Outcome = record.Result switch
            {
                "Passed" => TestOutcome.Passed,
                "Skipped" => TestOutcome.Skipped,
                _ => TestOutcome.Failed,
            },
            ErrorMessage = record.Message,
            ErrorStackTrace = record.Stack,
        };
        if (result.Outcome == TestOutcome.Skipped && record.Message is string reason)
        {
            result.Messages.Add(new TestResultMessage(TestResultMessage.StandardOutCategory, reason));
        }

        return result;
    }
}
