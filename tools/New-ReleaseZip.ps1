<#
.SYNOPSIS
    Creates a zip of the module in output/. It contains CodePipeline.ThirdParty/<version>/ and can be expanded into a
    folder of PSModulePath.
.PARAMETER Destination
    The folder of the zip. The default is output/packages.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path -Path $PSScriptRoot -Parent
$name = 'CodePipeline.ThirdParty'
$version = & "$PSScriptRoot/Get-ModuleVersion.ps1"
$module = [IO.Path]::Combine($root, 'output', $name, $version.Version)
if (-not (Test-Path -LiteralPath $module)) {
    throw "The module folder $module does not exist. Build the module: ./build.ps1 -Task Build"
}

if (-not $Destination) {
    $Destination = [IO.Path]::Combine($root, 'output', 'packages')
}

$zip = Join-Path -Path $Destination -ChildPath "$name.$($version.Full).zip"
if ($PSCmdlet.ShouldProcess($zip, 'Write')) {
    $staging = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ([IO.Path]::GetRandomFileName())
    try {
        # Copy only this version: the folder may contain other builds.
        $null = New-Item -ItemType Directory -Path (Join-Path -Path $staging -ChildPath $name)
        $null = New-Item -ItemType Directory -Path $Destination -Force
        Copy-Item -LiteralPath $module -Destination ([IO.Path]::Combine($staging, $name)) -Recurse
        Compress-Archive -Path (Join-Path -Path $staging -ChildPath $name) -DestinationPath $zip -Force
    } finally {
        Remove-Item -LiteralPath $staging -Recurse -Force -ErrorAction Ignore
    }

    Split-Path -Path $zip -Leaf
}
