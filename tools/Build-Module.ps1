<#
.SYNOPSIS
    Builds the solution with warnings as errors, and the module into output/.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
if (-not (Get-Command -Name 'dotnet' -CommandType Application -ErrorAction Ignore)) {
    throw 'The .NET SDK 10 is not installed. See https://dot.net.'
}

& dotnet build (Split-Path -Path $PSScriptRoot -Parent) -c Release --nologo -v quiet |
    Write-Information -InformationAction Continue
if ($LASTEXITCODE -ne 0) {
    throw 'The build failed. See the errors above.'
}
