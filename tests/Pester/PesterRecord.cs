namespace CodePipeline.ThirdParty.Pester;

/// <summary>A result line from <c>tools/Test-Module.ps1 -ResultPath</c>.</summary>
/// <param name="File">The full path of the test file.</param>
/// <param name="Path">The blocks and the name of the test, separated by dots, with its data values.</param>
/// <param name="Template">The path without data values. Tests with the same template differ in their data.</param>
/// <param name="Result">Passed, Failed, Skipped, Inconclusive or NotRun.</param>
/// <param name="Duration">The duration in seconds.</param>
/// <param name="Message">The failure message or the reason for skipping.</param>
/// <param name="Stack">The stack trace of the failure.</param>
/// <param name="IsBlock">Whether this is a file or block whose setup or teardown failed.</param>
internal sealed record PesterRecord(
    string File,
    string Path,
    string Template,
    string Result,
    double Duration,
    string? Message,
    string? Stack,
    bool IsBlock);
