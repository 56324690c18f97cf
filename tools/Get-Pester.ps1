<#
.SYNOPSIS
    Returns the folder of Pester for Test-Module.ps1 -PesterPath. Downloads Pester from NuGet if it is missing.
.DESCRIPTION
    Directory.Packages.props pins the versions.
.PARAMETER Next
    Returns the next major version, which the tests also support.
.EXAMPLE
    ./tools/Test-Module.ps1 -PesterPath (./tools/Get-Pester.ps1 -Next)
#>
[CmdletBinding()]
param(
    [switch] $Next
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$project = [IO.Path]::Combine((Split-Path -Path $PSScriptRoot -Parent), 'tests', 'Pester')
$output = & dotnet restore $project
if ($LASTEXITCODE -ne 0) {
    throw "Cannot download Pester: $($output -join ' ') Check that dotnet restore can reach a NuGet feed."
}

$version = if ($Next) { 'NextPesterVersion' } else { 'PesterVersion' }
$pinned = (& dotnet msbuild $project -getProperty:NuGetPackageRoot "-getProperty:$version" |
        ConvertFrom-Json).Properties
[IO.Path]::Combine($pinned.NuGetPackageRoot, 'pester', $pinned.$version, 'tools')
