<#
.SYNOPSIS
    Runs every suite, Pester's included.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
& dotnet test (Split-Path -Path $PSScriptRoot -Parent) --no-build -c Release --nologo |
    Write-Information -InformationAction Continue
if ($LASTEXITCODE -ne 0) {
    throw 'Tests failed; which ones stands above.'
}
