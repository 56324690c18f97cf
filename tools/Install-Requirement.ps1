<#
.SYNOPSIS
    Sees to it that modules of requirements.psd1 are there in the pinned version, and installs those that are not.
.PARAMETER Name
    The modules; all of requirements.psd1 if not given.
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
        throw "tools/requirements.psd1 pins no version of '$module'."
    }

    $version = $pinned[$module].version
    if (Get-Module -ListAvailable -Name $module | Where-Object { "$($_.Version)" -eq $version }) {
        continue
    }

    $recommendedAction = "Install it by hand: Install-PSResource -Name $module -Version $version. Without a way to the PowerShell " +
        "Gallery, save it elsewhere (Save-PSResource -Name $module -Version $version -Path .) and copy its folder to " +
        'one of PSModulePath.'
    if (-not (Get-Command -Name 'Install-PSResource' -ErrorAction Ignore)) {
        throw "Module $module $version is missing, and so is PSResourceGet to install it with. $cure"
    }

    $repository = $pinned[$module].repository
    try {
        Install-PSResource -Name $module -Version $version -Repository $repository -TrustRepository
    } catch {
        throw "Module $module $version is missing and could not be installed from ${repository}: $_ $cure"
    }
}
