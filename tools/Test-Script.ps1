<#
.SYNOPSIS
    Holds every script of the repository to PSScriptAnalyzerSettings.psd1; fails where one has a finding.
.DESCRIPTION
    Tests are held to all but what Pester's way of writing breaks by nature: variables of BeforeAll that other blocks
    use; helpers of a test that change nothing anyone would want to be asked about; handlers that write to the host, to
    see where it goes. Their text beyond ASCII has no byte order mark: PowerShell 7, which runs them, wants none.
.PARAMETER Path
    Scripts; all that git knows or would take if not given.
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
    'PSUseSingularNouns', 'PSAvoidGlobalVars', 'PSAvoidUsingCmdletAliases', 'PSUseBOMForUnicodeEncodedFile', 'PSAvoidUsingWriteHost'

$scripts = if ($Path) {
    (Get-Item -Path $Path).FullName
} else {
    Get-ChildItem -LiteralPath $root -Recurse -File -Include '*.ps1', '*.psm1', '*.psd1' | ForEach-Object FullName |
        Where-Object { $_.Substring($root.Length) -notmatch '[\\/](bin|obj|output|node_modules|TestResults)[\\/]' }
}

# The manifest names files that lie beside it only in output/, where the same manifest is.
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
    throw "PSScriptAnalyzer $version has $(@($findings).Count) findings:`n  $($findings -join "`n  ")"
}

"PSScriptAnalyzer ${version}: $(@($scripts).Count) scripts, no finding."
