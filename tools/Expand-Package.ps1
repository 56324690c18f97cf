<#
.SYNOPSIS
    Lays a package out as if it had been built here, so that the tests and the version check run on what is published.
.PARAMETER Path
    The package; that of output/packages in the manifest's version if not given.
.PARAMETER Destination
    The folder; output/CodePipeline.ThirdParty/<version> if not given.
#>
[CmdletBinding()]
param(
    [string] $Path,
    [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path -Path $PSScriptRoot -Parent
$name = 'CodePipeline.ThirdParty'
$version = & "$PSScriptRoot/Get-ModuleVersion.ps1"
if (-not $Path) {
    $Path = [IO.Path]::Combine($root, 'output', 'packages', "$name.$($version.Full).nupkg")
}

if (-not $Destination) {
    $Destination = [IO.Path]::Combine($root, 'output', $name, $version.Version)
}

if (-not (Test-Path -LiteralPath $Path)) {
    throw "There is no $Path. Pack it first: ./build.ps1 -Task Package"
}

Add-Type -AssemblyName System.IO.Compression.FileSystem
if (Test-Path -LiteralPath $Destination) {
    Remove-Item -LiteralPath $Destination -Recurse -Force
}

[IO.Compression.ZipFile]::ExtractToDirectory((Get-Item -LiteralPath $Path).FullName, $Destination)

# What makes a folder a package, and is no part of the module: Install-PSResource leaves it out too.
foreach ($own in '_rels', 'package', '[Content_Types].xml', "$name.nuspec") {
    Remove-Item -LiteralPath (Join-Path -Path $Destination -ChildPath $own) -Recurse -Force
}
