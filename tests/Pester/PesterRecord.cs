namespace CodePipeline.ThirdParty.Pester;

/// <summary>A line of what <c>tools/Test-Module.ps1 -ResultPath</c> writes.</summary>
/// <param name="File">The full path of the test file.</param>
/// <param name="Path">The test's blocks and name, joined by dots, with the values of its data.</param>
/// <param name="Template">The same without the values; the tests of one template differ in their data.</param>
/// <param name="Result">Passed, Failed, Skipped, Inconclusive or NotRun.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Message">Why it failed or was skipped.</param>
/// <param name="Stack">Where it failed.</param>
/// <param name="IsBlock">Whether it is a whole file or block, which failed before its tests ran.</param>
internal sealed record PesterRecord(
    string File, string Path, string Template, string Result, double Duration, string? Message, string? Stack, bool IsBlock);
