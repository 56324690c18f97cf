#requires -Version 7.2
<#
.SYNOPSIS
    Builds, tests, analyzes, documents, packs and publishes the module. The scripts in tools/ implement the tasks.
.PARAMETER Task
    The tasks to run: Build, Help, Analyze, Test, Package, Publish. They always run in this order. The default is all
    tasks except Publish.
.PARAMETER RequireTools
    Help, Analyze: fails if PlatyPS or PSScriptAnalyzer is missing. Without this switch, a warning reports the skipped
    task.
.PARAMETER CertificateThumbprint
    Package: the thumbprint of a code-signing certificate in the store of the user or the machine.
.PARAMETER CertificatePath
    Package: a .pfx file with a code-signing certificate.
.PARAMETER CertificatePassword
    Package: the password of the .pfx file.
.PARAMETER Repository
    Publish: a registered repository. The default is the PowerShell Gallery.
.PARAMETER ApiKey
    Publish: the API key of the repository. The default is the environment variable PSGALLERY_API_KEY.
.PARAMETER Tag
    Package, Publish: the git tag of the release, such as v1.2.3. It must match the version.
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

# With -File, PowerShell passes a list as one string.
$known = 'Build', 'Help', 'Analyze', 'Test', 'Package', 'Publish'
$wanted = @($Task -split ',' | ForEach-Object Trim)
foreach ($unknown in $wanted | Where-Object { $_ -notin $known }) {
    throw "'$unknown' is not a task. Use one of: $($known -join ', ')."
}

foreach ($each in $known | Where-Object { $_ -in $wanted }) {
    Write-Information -MessageData "== $each" -InformationAction Continue
    switch ($each) {
        'Build' {
            & "$tools/Build-Module.ps1"
        }
        'Help' {
            $missing = ''
            try {
                & "$tools/Install-Requirement.ps1" -Name 'Microsoft.PowerShell.PlatyPS'
            } catch {
                $missing = "$_"
            }

            # Without PlatyPS, use the committed help if its hash matches the markdown.
            $with = @{ Check = [bool]$missing }
            if ($missing -and $RequireTools) {
                throw $missing
            } elseif ($missing) {
                Write-Warning -Message "Skipped building the help: $missing The committed help is checked and used."
            }

            & "$tools/Build-Help.ps1" @with
            if ($LASTEXITCODE -ne 0) {
                throw 'The help could not be built or is out of date. See the output above.'
            }

            # Build again, so that the module contains the new help.
            if (-not $missing) {
                & "$tools/Build-Module.ps1"
            }
        }
        'Analyze' {
            $missing = ''
            try {
                & "$tools/Install-Requirement.ps1" -Name 'PSScriptAnalyzer'
            } catch {
                $missing = "$_"
            }

            if (-not $missing) {
                & "$tools/Test-Script.ps1"
            } elseif ($RequireTools) {
                throw $missing
            } else {
                Write-Warning -Message "Skipped analyzing the scripts: $missing"
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
