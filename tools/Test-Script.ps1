<#
.SYNOPSIS
    Analyzes all scripts of the repository with PSScriptAnalyzerSettings.psd1. Fails if there is a finding.
.DESCRIPTION
    Excludes some rules for tests, because Pester tests cannot follow them: other blocks use variables of BeforeAll,
    helpers need no confirmation, and some handlers write to the host to test where the output goes. Test files have no
    byte order mark, because PowerShell 7 does not need one.
.PARAMETER Path
    The scripts. The default is all scripts of the repository, except in build and package folders.
#>
[CmdletBinding()]
param(
    [string[]] $Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path -Path $PSScriptRoot -Parent
$requirements = Import-PowerShellDataFile -Path (Join-Path -Path $PSScriptRoot -ChildPath 'requirements.psd1')
$version = $requirements.PSScriptAnalyzer.version
Import-Module -Name PSScriptAnalyzer -RequiredVersion $version
$settings = Import-PowerShellDataFile -Path (Join-Path -Path $root -ChildPath 'PSScriptAnalyzerSettings.psd1')
$pesterBreaks = 'PSUseDeclaredVarsMoreThanAssignments', 'PSUseShouldProcessForStateChangingFunctions',
    'PSUseSingularNouns', 'PSAvoidGlobalVars', 'PSAvoidUsingCmdletAliases', 'PSUseBOMForUnicodeEncodedFile',
    'PSAvoidUsingWriteHost'

$scripts = if ($Path) {
    (Get-Item -Path $Path).FullName
} else {
    Get-ChildItem -LiteralPath $root -Recurse -File -Include '*.ps1', '*.psm1', '*.psd1' | ForEach-Object FullName |
        Where-Object { $_.Substring($root.Length) -notmatch '[\\/](bin|obj|output|node_modules|TestResults)[\\/]' }
}

# Analyze the copy of the manifest in output/: only there do the files that it names exist.
$built = [IO.Path]::Combine($root, 'output', 'CodePipeline.ThirdParty', '*', 'CodePipeline.ThirdParty.psd1')
$findings = foreach ($script in $scripts) {
    $relative = [IO.Path]::GetRelativePath($root, $script) -replace '\\', '/'
    $here = $settings.Clone()
    if ($relative -like 'tests/*') {
        $here.ExcludeRules = $pesterBreaks
    }

    if ($relative -eq 'CodePipeline.ThirdParty.psd1' -and (Test-Path -Path $built)) {
        $script = (Get-Item -Path $built | Sort-Object -Property LastWriteTime | Select-Object -Last 1).FullName
    }

    foreach ($finding in Invoke-ScriptAnalyzer -Path $script -Settings $here) {
        "${relative}:$($finding.Line): $($finding.RuleName): $($finding.Message)"
    }
}

if ($findings) {
    throw "PSScriptAnalyzer $version reports $(@($findings).Count) findings:`n  $($findings -join "`n  ")"
}

"PSScriptAnalyzer ${version}: $(@($scripts).Count) scripts, no findings."
