<#
.SYNOPSIS
    Publishes the package that New-Package made.
.PARAMETER Path
    The package; that of output/packages in the manifest's version if not given.
.PARAMETER Repository
    A registered repository.
.PARAMETER ApiKey
    Its key; the variable PSGALLERY_API_KEY if not given. A folder wants none.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $Path,
    [string] $Repository = 'PSGallery',
    [securestring] $ApiKey
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path -Path $PSScriptRoot -Parent
if (-not $Path) {
    $name = 'CodePipeline.ThirdParty'
    $version = & "$PSScriptRoot/Get-ModuleVersion.ps1"
    $Path = [IO.Path]::Combine($root, 'output', 'packages', "$name.$($version.Full).nupkg")
}

if (-not (Test-Path -LiteralPath $Path)) {
    throw "There is no $Path. Pack it first: ./build.ps1 -Task Package"
}

$known = Get-PSResourceRepository -Name $Repository -ErrorAction Ignore
if (-not $known) {
    throw "No repository '$Repository' is registered. See Register-PSResourceRepository."
}

$key = if ($ApiKey) { [System.Net.NetworkCredential]::new('', $ApiKey).Password } else { $env:PSGALLERY_API_KEY }
$with = @{ NupkgPath = $Path; Repository = $Repository }
if ($key) {
    $with.ApiKey = $key
} elseif (-not $known.Uri.IsFile) {
    throw "$Repository wants a key: give -ApiKey, or set the variable PSGALLERY_API_KEY."
}

if ($PSCmdlet.ShouldProcess($Repository, "Publish $(Split-Path -Path $Path -Leaf)")) {
    Publish-PSResource @with
}
