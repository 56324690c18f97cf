<#
.SYNOPSIS
    Gives the folder of Pester for Test-Module.ps1 -PesterPath; downloads it from NuGet if it is not there.
.DESCRIPTION
    Directory.Packages.props pins the versions.
.PARAMETER Next
    The next major version, which the tests support as well.
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
    throw "Pester could not be downloaded: $($output -join ' ') Check that dotnet restore reaches a NuGet feed."
}

$version = if ($Next) { 'NextPesterVersion' } else { 'PesterVersion' }
$pinned = (& dotnet msbuild $project -getProperty:NuGetPackageRoot "-getProperty:$version" | ConvertFrom-Json).Properties
[IO.Path]::Combine($pinned.NuGetPackageRoot, 'pester', $pinned.$version, 'tools')
