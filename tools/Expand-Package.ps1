<#
.SYNOPSIS
    Expands a package into output/, so that the tests and the version check run on the published files.
.PARAMETER Path
    The package. The default is the package of the manifest's version in output/packages.
.PARAMETER Destination
    The target folder. The default is output/CodePipeline.ThirdParty/<version>.
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
    throw "The package $Path does not exist. Create it: ./build.ps1 -Task Package"
}

Add-Type -AssemblyName System.IO.Compression.FileSystem
if (Test-Path -LiteralPath $Destination) {
    Remove-Item -LiteralPath $Destination -Recurse -Force
}

[IO.Compression.ZipFile]::ExtractToDirectory((Get-Item -LiteralPath $Path).FullName, $Destination)

# Package metadata. Install-PSResource does not install it either.
foreach ($own in '_rels', 'package', '[Content_Types].xml', "$name.nuspec") {
    Remove-Item -LiteralPath (Join-Path -Path $Destination -ChildPath $own) -Recurse -Force
}
