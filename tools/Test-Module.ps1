<#
.SYNOPSIS
    Runs the Pester tests with the module in output/. The last line of the output is: N passed, N failed, N skipped.
.DESCRIPTION
    Exit code 0: no test failed. 1: a test failed, or no test ran. 2: the module is not built. 3: Pester is missing.
.PARAMETER Path
    Test files or folders. The default is all test files in tests/.
.PARAMETER PesterPath
    The folder of Pester.psd1, for example from tools/Get-Pester.ps1. The default is to search PSModulePath.
.PARAMETER PesterVersion
    The version of Pester, such as 6.2.0. The default is the pinned version if it is installed, otherwise the newest of
    the same major version, otherwise the newest that the tests support.
.PARAMETER ResultPath
    Writes one line of JSON for each result to this file at the end of each test file. Members: file (full path), path
    (expanded path of the test), template (path before expansion), result (Passed, Failed, Skipped, Inconclusive or
    NotRun), duration (seconds), message, stack and isBlock. A file that cannot be read, or a block whose setup or
    teardown fails, has a Failed result with isBlock set.
.PARAMETER List
    Lists the tests without running them.
.EXAMPLE
    pwsh -NoProfile -File tools/Test-Module.ps1
.EXAMPLE
    pwsh -NoProfile -File tools/Test-Module.ps1 -Path tests/Pipeline.Tests.ps1,tests/Views.Tests.ps1
.EXAMPLE
    pwsh -NoProfile -File tools/Test-Module.ps1 -PesterVersion 6.2.0
#>
[CmdletBinding()]
param(
    [string[]] $Path,
    [string] $PesterPath,
    [version] $PesterVersion,
    [string] $ResultPath,
    [switch] $List
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$root = Split-Path -Path $PSScriptRoot -Parent
$packages = [xml](Get-Content -Raw -LiteralPath (Join-Path -Path $root -ChildPath 'Directory.Packages.props'))
$pinned = [version]$packages.SelectSingleNode('//PesterVersion').InnerText
$oldest = [version]'5.5'
$tooNew = [version]'7.0'

function Write-Line([string] $Text) {
    [Console]::Out.WriteLine($Text)
}

function Find-Pester {
    $manifest = if ($PesterPath) { Join-Path -Path $PesterPath -ChildPath 'Pester.psd1' } else { 'Pester' }
    Get-Module -ListAvailable -Name $manifest -ErrorAction Ignore |
        Where-Object { $_.Version -ge $oldest -and $_.Version -lt $tooNew } |
        Where-Object { -not $PesterVersion -or $_.Version -eq $PesterVersion } |
        Sort-Object -Descending -Property @(
            { $_.Version -eq $pinned }, { $_.Version.Major -eq $pinned.Major }, { $_.Version }) |
        Select-Object -First 1
}

# Returns the distinct test files of files and folders.
function Find-TestFile([string[]] $From) {
    # With -File, PowerShell passes a list as one string.
    $items = Get-Item -Path @($From -split ',' | ForEach-Object { $_.Trim() })
    $items | ForEach-Object {
        if ($_.PSIsContainer) {
            Get-ChildItem -LiteralPath $_.FullName -Filter '*.Tests.ps1' -File -Recurse
        } else {
            $_
        }
    } | ForEach-Object FullName | Select-Object -Unique
}

function Get-FailureMessageText([object[]] $Failure, [string] $Property) {
    $texts = foreach ($each in $Failure) {
        # Pester adds its display message to the error record, but not in every phase.
        $shown = $each.PSObject.Properties[$Property]
        if ($shown) {
            "$($shown.Value)"
        } elseif ($Property -eq 'DisplayErrorMessage') {
            "$each"
        } else {
            $each.ScriptStackTrace
        }
    }

    $texts -join "`n"
}

# Creates the result of a Pester test, block or container.
function Get-Result([string] $File, $From) {
    $hasPath = $From -isnot [Pester.Container]
    $failure = @($From.ErrorRecord)
    $message = Get-FailureMessageText $failure 'DisplayErrorMessage'
    $failed = "$($From.Result)" -eq 'Failed'
    [pscustomobject]@{
        file     = $File
        path     = if ($hasPath) { $From.ExpandedPath } else { Split-Path -Path $File -Leaf }
        template = if ($hasPath) { $From.Path -join '.' } else { Split-Path -Path $File -Leaf }
        result   = "$($From.Result)"
        duration = [Math]::Round($From.Duration.TotalSeconds, 4)
        message  = if ($failed) { $message } else { $message -replace '^.*?is (skipped|inconclusive)(, because )?' }
        stack    = if ($failed) { Get-FailureMessageText $failure 'DisplayStackTrace' } else { '' }
        isBlock  = $From -isnot [Pester.Test]
    }
}

# Returns the results of one file: its tests, then failures outside of tests.
function ConvertTo-Result([string] $File, $Run) {
    foreach ($test in $Run.Tests) {
        $result = Get-Result $File $test
        if ($result.result -eq 'Failed' -and -not $result.message) {
            $result.message = 'The test did not run because the setup of its block or file failed.'
        }

        $result
    }

    # A BeforeAll or AfterAll that throws.
    foreach ($block in $Run.FailedBlocks) {
        Get-Result $File $block
    }

    # A file that cannot be read, or whose own BeforeAll or AfterAll throws.
    foreach ($container in $Run.FailedContainers) {
        Get-Result $File $container
    }
}

$pester = Find-Pester
if (-not $pester) {
    $wanted = if ($PesterVersion) { "$PesterVersion" } else { "$oldest or later, before $tooNew" }
    $where = if ($PesterPath) { $PesterPath } else { 'PSModulePath' }
    Write-Line "Pester $wanted was not found in $where. The tests support version $oldest or later, before $tooNew."
    Write-Line 'Use the version from NuGet: -PesterPath (./tools/Get-Pester.ps1).'
    exit 3
}

$name = 'CodePipeline.ThirdParty'
$version = (Import-PowerShellDataFile -Path (Join-Path -Path $root -ChildPath "$name.psd1")).ModuleVersion
if (-not (Test-Path -LiteralPath ([IO.Path]::Combine($root, 'output', $name, $version)))) {
    Write-Line "The module $version is not in output/. Build it: dotnet build src/CodePipeline.ThirdParty"
    exit 2
}

$files = @(Find-TestFile $(if ($Path) { $Path } else { [IO.Path]::Combine($root, 'tests', '*.Tests.ps1') }))
Import-Module -Name $pester.Path -Force
$lines = if ($ResultPath) {
    # Allow other processes to read the file while tests run.
    $target = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ResultPath)
    [IO.StreamWriter]::new([IO.FileStream]::new($target, 'Create', 'Write', 'ReadWrite'))
}

$clock = [System.Diagnostics.Stopwatch]::StartNew()
$results = [System.Collections.Generic.List[object]]::new()
try {
    # Run each file separately, to write its results when it ends.
    foreach ($file in $files) {
        $settings = New-PesterConfiguration
        $settings.Run.Path = [WildcardPattern]::Escape($file)
        $settings.Run.PassThru = $true
        $settings.Run.SkipRun = $List.IsPresent
        $settings.Output.Verbosity = 'None'
        $settings.Output.RenderMode = 'Plaintext'
        $run = Invoke-Pester -Configuration $settings
        $ofFile = @(ConvertTo-Result $file $run)
        $results.AddRange($ofFile)
        if ($lines) {
            foreach ($result in $ofFile) {
                $lines.Write("$(ConvertTo-Json -InputObject $result -Compress)`n")
            }

            $lines.Flush()
        }

        $passed = @($ofFile | Where-Object result -EQ 'Passed').Count
        $failed = @($ofFile | Where-Object result -EQ 'Failed').Count
        Write-Line ('{0,-36} {1,4} passed {2,3} failed {3,3} skipped {4,6:0.0} s' -f @(
                (Split-Path -Path $file -Leaf), $passed, $failed, ($ofFile.Count - $passed - $failed),
                $run.Duration.TotalSeconds))
    }
} finally {
    if ($lines) {
        $lines.Dispose()
    }
}

foreach ($failure in $results | Where-Object result -EQ 'Failed') {
    Write-Line "`nFAILED $($failure.path)"
    Write-Line ($failure.message -replace '(?m)^', '    ')
    Write-Line ($failure.stack -replace '(?m)^', '    ')
}

$others = @($results | Where-Object result -NotIn 'Passed', 'Failed')
foreach ($reason in $others | Group-Object -Property result, message) {
    $of = $reason.Group[0]
    Write-Line "`n$($of.result.ToUpperInvariant()) $($reason.Count) $(if ($of.message) { "($($of.message))" })"
    foreach ($test in $reason.Group) {
        Write-Line "    $($test.path)"
    }
}

$passed = @($results | Where-Object result -EQ 'Passed').Count
$failed = $results.Count - $passed - $others.Count
Write-Line "`nPester $($pester.Version), PowerShell $($PSVersionTable.PSVersion), $([int]$clock.Elapsed.TotalSeconds) s"
Write-Line "$passed passed, $failed failed, $($others.Count) skipped"
exit [int]($failed -gt 0 -or $results.Count -eq 0)
