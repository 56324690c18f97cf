<#
.SYNOPSIS
    Runs the Pester tests against the module in output/, and ends with one line: N passed, N failed, N skipped.
.DESCRIPTION
    Exit code 0: none failed. 1: at least one failed. 2: the module is not built. 3: Pester is not there.
.PARAMETER Path
    Test files or folders; all of tests/ if not given.
.PARAMETER PesterPath
    The folder of Pester.psd1, such as tools/Get-Pester.ps1 gives. Without it, Pester comes from PSModulePath.
.PARAMETER PesterVersion
    The version of Pester to run, such as 6.2.0. Without it, the pinned version runs where it is installed, else the
    newest of the same major version, else the newest that the tests support.
.PARAMETER ResultPath
    Writes one line of JSON for each result to this file, at the end of each test file. Members: file (full path), path
    (of the test, expanded), template (the same before expansion), result (Passed, Failed, Skipped, Inconclusive or
    NotRun), duration (seconds), message, stack and isBlock. A file that cannot be read and a block whose setup or
    teardown fails have a Failed result each, with isBlock set.
.PARAMETER List
    Runs no test; the results are the tests' names.
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

# Gives the test files of files and folders, each once.
function Find-TestFile([string[]] $From) {
    # With -File, PowerShell hands a list over as one text.
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
        # Pester adds its own wording of an error to the record, but not in every phase.
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

# From a test, a block or a container of Pester.
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

# The results of one file's run: its tests, then what failed outside of them.
function ConvertTo-Result([string] $File, $Run) {
    foreach ($test in $Run.Tests) {
        $result = Get-Result $File $test
        if ($result.result -eq 'Failed' -and -not $result.message) {
            $result.message = 'The test did not run, since the setup of its block or file failed.'
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
    Write-Line "Pester $wanted is not in $where. The tests support $oldest or later, before $tooNew."
    Write-Line 'Give the one of NuGet: -PesterPath (./tools/Get-Pester.ps1).'
    exit 3
}

$name = 'CodePipeline.ThirdParty'
$version = (Import-PowerShellDataFile -Path (Join-Path -Path $root -ChildPath "$name.psd1")).ModuleVersion
if (-not (Test-Path -LiteralPath ([IO.Path]::Combine($root, 'output', $name, $version)))) {
    Write-Line "Version $version of the module is not in output/. Build it: dotnet build src/CodePipeline.ThirdParty"
    exit 2
}

$files = @(Find-TestFile $(if ($Path) { $Path } else { [IO.Path]::Combine($root, 'tests', '*.Tests.ps1') }))
Import-Module -Name $pester.Path -Force
$lines = if ($ResultPath) {
    # The reader may open it while tests run.
    $target = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ResultPath)
    [IO.StreamWriter]::new([IO.FileStream]::new($target, 'Create', 'Write', 'ReadWrite'))
}

$clock = [System.Diagnostics.Stopwatch]::StartNew()
$results = [System.Collections.Generic.List[object]]::new()
try {
    # A run for each file, so that its results are written at its end.
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
