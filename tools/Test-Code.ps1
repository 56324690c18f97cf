<#
.SYNOPSIS
    Runs all test suites, including Pester's.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
& dotnet test (Split-Path -Path $PSScriptRoot -Parent) --no-build -c Release --nologo |
    Write-Information -InformationAction Continue
if ($LASTEXITCODE -ne 0) {
    throw 'Tests failed. See the output above.'
}
