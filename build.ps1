#requires -Version 7.2
<#
.SYNOPSIS
    Builds, tests, checks, documents, packs and publishes the module. The tasks themselves live in tools/.
.PARAMETER Task
    What to do, in this order whatever the order of the names: Build, Help, Analyze, Test, Package, Publish. All but
    Publish if not given.
.PARAMETER RequireTools
    Help, Analyze: fails if PlatyPS or PSScriptAnalyzer is missing, where otherwise one line says what is skipped.
.PARAMETER CertificateThumbprint
    Package: the code-signing certificate in the user's or the machine's store to sign with.
.PARAMETER CertificatePath
    Package: a .pfx file to sign with.
.PARAMETER CertificatePassword
    Package: its password.
.PARAMETER Repository
    Publish: a registered repository; the PowerShell Gallery if not given.
.PARAMETER ApiKey
    Publish: the repository's key; the variable PSGALLERY_API_KEY if not given.
.PARAMETER Tag
    Package, Publish: the git tag of the release, such as v1.2.3, which has to agree with the version.
.EXAMPLE
    ./build.ps1
.EXAMPLE
    ./build.ps1 -Task Build, Package
#>
[CmdletBinding()]
param(
    [ArgumentCompletions('Build', 'Help', 'Analyze', 'Test', 'Package', 'Publish')]
    [string[]] $Task = @('Build', 'Help', 'Analyze', 'Test', 'Package'),
    [switch] $RequireTools,
    [string] $CertificateThumbprint,
    [string] $CertificatePath,
    [securestring] $CertificatePassword,
    [string] $Repository = 'PSGallery',
    [securestring] $ApiKey,
    [string] $Tag
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$tools = Join-Path -Path $PSScriptRoot -ChildPath 'tools'

# With -File, PowerShell hands a list over as one text.
$known = 'Build', 'Help', 'Analyze', 'Test', 'Package', 'Publish'
$wanted = @($Task -split ',' | ForEach-Object Trim)
foreach ($unknown in $wanted | Where-Object { $_ -notin $known }) {
    throw "'$unknown' is no task. The tasks are $($known -join ',')."
}

foreach ($each in $known | Where-Object { $_ -in $wanted }) {
    Write-Information -MessageData "== $each" -InformationAction Continue
    switch ($each) {
        'Build' {
            & "$tools/Build-Module.ps1"
        }
        'Help' {
            $lacks = ''
            try {
                & "$tools/Install-Requirement.ps1" -Name 'Microsoft.PowerShell.PlatyPS'
            } catch {
                $lacks = "$_"
            }

            # Without PlatyPS, the committed help is used if its hash is that of the markdown.
            $with = @{ Check = [bool]$lacks }
            if ($lacks -and $RequireTools) {
                throw $lacks
            } elseif ($lacks) {
                Write-Warning -Message "Skipped, no help is made: $lacks The committed help is checked and used."
            }

            & "$tools/Build-Help.ps1" @with
            if ($LASTEXITCODE -ne 0) {
                throw 'The help could not be made, or is not that of the markdown; why stands above.'
            }

            # The module that is tested and packed has the help that was just written.
            if (-not $lacks) {
                & "$tools/Build-Module.ps1"
            }
        }
        'Analyze' {
            $lacks = ''
            try {
                & "$tools/Install-Requirement.ps1" -Name 'PSScriptAnalyzer'
            } catch {
                $lacks = "$_"
            }

            if (-not $lacks) {
                & "$tools/Test-Script.ps1"
            } elseif ($RequireTools) {
                throw $lacks
            } else {
                Write-Warning -Message "Skipped, the scripts are not analysed: $lacks"
            }

            & "$tools/Test-Version.ps1"
        }
        'Test' {
            & "$tools/Test-Code.ps1"
        }
        'Package' {
            & "$tools/Install-Requirement.ps1" -Name 'Microsoft.PowerShell.PSResourceGet'
            & "$tools/Test-Version.ps1" -Tag $Tag
            & "$tools/New-Package.ps1" -CertificateThumbprint $CertificateThumbprint -CertificatePath $CertificatePath `
                -CertificatePassword $CertificatePassword
        }
        'Publish' {
            & "$tools/Install-Requirement.ps1" -Name 'Microsoft.PowerShell.PSResourceGet'
            & "$tools/Test-Version.ps1" -Tag $Tag -Release
            & "$tools/Publish-Package.ps1" -Repository $Repository -ApiKey $ApiKey
        }
    }
}
