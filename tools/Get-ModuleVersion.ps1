<#
.SYNOPSIS
    Reads the version of a manifest: the number, which names the module's folder, and the full version with the
    prerelease label, which names the package.
.PARAMETER Path
    The manifest; that of the repository if not given.
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
