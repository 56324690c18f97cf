<#
.SYNOPSIS
    Zips the module of output/ beside its package, as folders that go into one of PSModulePath as they are:
    CodePipeline.ThirdParty/<version>/.
.PARAMETER Destination
    The folder of the zip; output/packages if not given.
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
    throw "There is no $module. Build it first: ./build.ps1 -Task Build"
}

if (-not $Destination) {
    $Destination = [IO.Path]::Combine($root, 'output', 'packages')
}

$zip = Join-Path -Path $Destination -ChildPath "$name.$($version.Full).zip"
if ($PSCmdlet.ShouldProcess($zip, 'Write')) {
    $staging = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ([IO.Path]::GetRandomFileName())
    try {
        # Nothing but this version, should other builds lie beside it.
        $null = New-Item -ItemType Directory -Path (Join-Path -Path $staging -ChildPath $name)
        $null = New-Item -ItemType Directory -Path $Destination -Force
        Copy-Item -LiteralPath $module -Destination ([IO.Path]::Combine($staging, $name)) -Recurse
        Compress-Archive -Path (Join-Path -Path $staging -ChildPath $name) -DestinationPath $zip -Force
    } finally {
        Remove-Item -LiteralPath $staging -Recurse -Force -ErrorAction Ignore
    }

    Split-Path -Path $zip -Leaf
}
