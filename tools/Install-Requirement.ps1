<#
.SYNOPSIS
    Installs the missing modules of requirements.psd1 in their pinned versions.
.PARAMETER Name
    The names of the modules. The default is all modules of requirements.psd1.
#>
[CmdletBinding()]
param(
    [string[]] $Name
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$pinned = Import-PowerShellDataFile -Path (Join-Path -Path $PSScriptRoot -ChildPath 'requirements.psd1')
$wanted = if ($Name) { $Name } else { $pinned.Keys }

foreach ($module in $wanted) {
    if (-not $pinned.ContainsKey($module)) {
        throw "tools/requirements.psd1 does not contain '$module'."
    }

    $version = $pinned[$module].version
    if (Get-Module -ListAvailable -Name $module | Where-Object { "$($_.Version)" -eq $version }) {
        continue
    }

    $recommendedAction = "Install it: Install-PSResource -Name $module -Version $version. Without access to the " +
        "PowerShell Gallery, save it on another machine (Save-PSResource -Name $module -Version $version -Path .) " +
        'and copy its folder into a folder of PSModulePath.'
    if (-not (Get-Command -Name 'Install-PSResource' -ErrorAction Ignore)) {
        throw "Module $module $version is missing, and PSResourceGet is not available to install it. $recommendedAction"
    }

    $repository = $pinned[$module].repository
    try {
        Install-PSResource -Name $module -Version $version -Repository $repository -TrustRepository
    } catch {
        throw "Module $module $version is missing and cannot be installed from ${repository}: $_ $recommendedAction"
    }
}
