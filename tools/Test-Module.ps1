<#
.SYNOPSIS
    Runs the Pester tests against the module in output/, and ends with one line: N passed, N failed, N skipped.
.DESCRIPTION
    Exit code 0: none failed. 1: at least one failed. 2: the module is not built. 3: Pester 5 is not installed.
.PARAMETER Path
    Test files or folders; all of tests/ if not given.
.PARAMETER TestResultPath
    Where to write the results in NUnit's XML, which CI services read.
.EXAMPLE
    pwsh -NoProfile -File tools/Test-Module.ps1
.EXAMPLE
    pwsh -NoProfile -File tools/Test-Module.ps1 -Path tests/Pipeline.Tests.ps1
#>
[CmdletBinding()]
param(
    [string[]] $Path,
    [string] $TestResultPath
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$root = Split-Path -Path $PSScriptRoot -Parent
$requirements = Import-PowerShellDataFile -Path (Join-Path -Path $PSScriptRoot -ChildPath 'requirements.psd1')
$pinned = $requirements.Pester.version
$oldest = [version]'5.5'
$tooNew = [version]'6.0'

function Write-Line([string] $Text) {
    [Console]::Out.WriteLine($Text)
}

$pester = Get-Module -ListAvailable -Name Pester |
    Where-Object { $_.Version -ge $oldest -and $_.Version -lt $tooNew } |
    Sort-Object -Property @{ Expression = { $_.Version -eq [version]$pinned } }, Version -Descending |
    Select-Object -First 1
if (-not $pester) {
    Write-Line "The tests want Pester $oldest or later, before $tooNew."
    Write-Line 'Install the pinned one from the PowerShell Gallery:'
    Write-Line "    Install-PSResource Pester -Version $pinned"
    exit 3
}

$name = 'CodePipeline.ThirdParty'
$version = (Import-PowerShellDataFile -Path (Join-Path -Path $root -ChildPath "$name.psd1")).ModuleVersion
if (-not (Test-Path -LiteralPath ([IO.Path]::Combine($root, 'output', $name, $version)))) {
    Write-Line "Version $version of the module is not in output/. Build it: dotnet build src/CodePipeline.ThirdParty"
    exit 2
}

Import-Module -Name $pester.Path -Force
$settings = New-PesterConfiguration
$settings.Run.Path = if ($Path) {
    # With -File, PowerShell hands a list over as one text.
    @($Path -split ',' | ForEach-Object { (Get-Item -Path $_.Trim()).FullName })
} else {
    @((Get-Item -Path ([IO.Path]::Combine($root, 'tests', '*.Tests.ps1'))).FullName)
}

$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'None'
$settings.Output.RenderMode = 'Plaintext'
if ($TestResultPath) {
    $settings.TestResult.Enabled = $true
    $settings.TestResult.OutputPath = $TestResultPath
}

$run = Invoke-Pester -Configuration $settings

foreach ($container in $run.Containers) {
    Write-Line ('{0,-36} {1,4} passed {2,3} failed {3,3} skipped {4,6:0.0} s' -f @(
            (Split-Path -Path $container.Item -Leaf), $container.PassedCount, $container.FailedCount,
            $container.SkippedCount, $container.Duration.TotalSeconds))
}

$reported = [System.Collections.Generic.HashSet[string]]::new()
foreach ($test in $run.Failed) {
    Write-Line "`nFAILED $($test.ExpandedPath)"
    foreach ($failure in $test.ErrorRecord) {
        Write-Line ($failure.DisplayErrorMessage -replace '(?m)^', '    ')
        Write-Line ($failure.DisplayStackTrace -replace '(?m)^', '    ')
    }
}

# A file that cannot be read, or a BeforeAll that throws, fails without any test to show for it.
foreach ($broken in @($run.FailedContainers) + @($run.FailedBlocks)) {
    foreach ($failure in $broken.ErrorRecord) {
        $what = if ($broken.PSObject.Properties['ExpandedPath']) { $broken.ExpandedPath } else { $broken.Item }
        $text = "`nFAILED $what`n    $failure"
        if ($reported.Add($text)) {
            Write-Line $text
        }
    }
}

foreach ($reason in $run.Skipped | Group-Object -Property { "$($_.ErrorRecord)" }) {
    Write-Line "`nSKIPPED $($reason.Count) $(if ($reason.Name) { "($($reason.Name))" })"
    foreach ($test in $reason.Group) {
        Write-Line "    $($test.ExpandedPath)"
    }
}

$failed = $run.FailedCount + $run.FailedContainersCount
if ($failed -eq 0 -and $run.FailedBlocksCount -gt 0) {
    $failed = $run.FailedBlocksCount
}

Write-Line "`nPester $($pester.Version), PowerShell $($PSVersionTable.PSVersion), $([int]$run.Duration.TotalSeconds) s"
$skipped = $run.TotalCount - $run.PassedCount - $run.FailedCount
Write-Line "$($run.PassedCount) passed, $failed failed, $skipped skipped"
exit [int]($failed -gt 0 -or $run.TotalCount -eq 0)
