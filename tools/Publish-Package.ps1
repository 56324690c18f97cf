<#
.SYNOPSIS
    Publishes the package from New-Package.ps1.
.PARAMETER Path
    The package. The default is the package of the manifest's version in output/packages.
.PARAMETER Repository
    A registered repository.
.PARAMETER ApiKey
    The API key of the repository. The default is the environment variable PSGALLERY_API_KEY. A folder needs no key.
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
    throw "The package $Path does not exist. Create it: ./build.ps1 -Task Package"
}

$known = Get-PSResourceRepository -Name $Repository -ErrorAction Ignore
if (-not $known) {
    throw "The repository '$Repository' is not registered. Register it with Register-PSResourceRepository."
}

$key = if ($ApiKey) { [System.Net.NetworkCredential]::new('', $ApiKey).Password } else { $env:PSGALLERY_API_KEY }
$with = @{ NupkgPath = $Path; Repository = $Repository }
if ($key) {
    $with.ApiKey = $key
} elseif (-not $known.Uri.IsFile) {
    throw "$Repository requires an API key. Use -ApiKey, or set the environment variable PSGALLERY_API_KEY."
}

if ($PSCmdlet.ShouldProcess($Repository, "Publish $(Split-Path -Path $Path -Leaf)")) {
    Publish-PSResource @with
}
