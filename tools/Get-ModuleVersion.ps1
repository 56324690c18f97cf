<#
.SYNOPSIS
    Reads the version of a manifest: the number, which is the name of the module folder, and the full version with the
    prerelease label, which is part of the package name.
.PARAMETER Path
    The manifest. The default is the manifest of the repository.
.OUTPUTS
    An object with Version ('1.2.3'), Prerelease ('preview1', or empty) and Full ('1.2.3-preview1').
#>
[CmdletBinding()]
param(
    [string] $Path = [IO.Path]::Combine((Split-Path -Path $PSScriptRoot -Parent), 'CodePipeline.ThirdParty.psd1')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$manifest = Import-PowerShellDataFile -LiteralPath $Path
$data = $manifest.PrivateData.PSData
$label = if ($data.ContainsKey('Prerelease')) { "$($data.Prerelease)".TrimStart('-') } else { '' }
[pscustomobject]@{
    Version    = $manifest.ModuleVersion
    Prerelease = $label
    Full       = if ($label) { "$($manifest.ModuleVersion)-$label" } else { $manifest.ModuleVersion }
}
