<#
.SYNOPSIS
    Runs the xunit suites, then the Pester suite on output/.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path -Path $PSScriptRoot -Parent
& dotnet test $root --no-build -m:1 -c Release --nologo |
    Write-Information -InformationAction Continue
$failed = $LASTEXITCODE -ne 0

# A process of its own: the suite imports the module, whose assemblies a process keeps.
. $root/tests/Shared/Engine.ps1
Invoke-Engine -NoProfile -NonInteractive -File (Join-Path -Path $PSScriptRoot -ChildPath 'Test-Module.ps1') |
    Write-Information -InformationAction Continue
if ($failed -or $LASTEXITCODE -ne 0) {
    throw 'Tests failed; which ones stands above.'
}
