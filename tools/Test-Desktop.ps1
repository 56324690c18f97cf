<#
.SYNOPSIS
    Tests the main scenario with the module in output/ in the running PowerShell. The workflow runs this script in
    Windows PowerShell 5.1.
.DESCRIPTION
    The Pester suite requires PowerShell 7. This script uses only features of both editions. The last line of its output
    has the same form as that of the suites: N passed, N failed, 0 skipped.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path -Path $PSScriptRoot -Parent
$name = 'CodePipeline.ThirdParty'
$version = (Import-PowerShellDataFile -Path (Join-Path -Path $root -ChildPath "$name.psd1")).ModuleVersion
$manifest = [IO.Path]::Combine($root, 'output', $name, $version, "$name.psd1")
$env:AWS_EC2_METADATA_DISABLED = 'true'
$failures = New-Object -TypeName 'System.Collections.Generic.List[string]'
$passed = 0

$checks = [ordered]@{
    'imports and exports the cmdlets of the manifest' = {
        Import-Module -Name $manifest -Force
        $named = (Import-PowerShellDataFile -Path $manifest).CmdletsToExport | Sort-Object
        $there = (Get-Command -Module CodePipeline.ThirdParty).Name | Sort-Object
        if ("$named" -ne "$there") {
            throw "The module exports: $there"
        }
    }
    'completes a job on the emulator' = {
        $emulator = Start-CPThirdPartyEmulator
        try {
            $emulator | Connect-CPThirdParty
            $null = New-CPThirdPartyEmulatorJob -ActionType Test/Contoso/1 -Configuration @{ ProjectName = 'website' }
            $job = Get-CPThirdPartyJob -ActionType Test/Contoso/1 | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob
            if ($job.Configuration['ProjectName'] -ne 'website') {
                throw "ProjectName is '$($job.Configuration['ProjectName'])' instead of 'website'."
            }

            $done = $job | Complete-CPThirdPartyJob -Summary 'ok' -PassThru
            if ("$($done.Status)" -ne 'Succeeded') {
                throw "The status of the job is $($done.Status)."
            }
        } finally {
            $emulator | Stop-CPThirdPartyEmulator
        }
    }
    'writes one JobNotFound error for an unknown job' = {
        $emulator = Start-CPThirdPartyEmulator
        try {
            $emulator | Connect-CPThirdParty
            $quiet = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'wrong' }
            Get-CPThirdPartyJobDetail -JobId 'no-such-job' -ClientToken 'x' @quiet
            if (@($wrong).Count -ne 1 -or $wrong[0].FullyQualifiedErrorId -notlike 'JobNotFound,*') {
                throw "The errors are: $wrong"
            }
        } finally {
            $emulator | Stop-CPThirdPartyEmulator
        }
    }
    'masks the client token' = {
        $shown = New-Object -TypeName CodePipeline.ThirdParty.Secrets.Secret -ArgumentList 'hush-hush'
        if ("$($shown | Format-List -Property * -Force | Out-String)$($shown | ConvertTo-Json)" -match 'hush') {
            throw 'The output contains the client token.'
        }
    }
}

foreach ($check in $checks.Keys) {
    try {
        & $checks[$check]
        $passed++
    } catch {
        $failures.Add("FAILED $check`: $_")
    }
}

$failures
"PowerShell $($PSVersionTable.PSVersion), $($PSVersionTable.PSEdition)"
"$passed passed, $($failures.Count) failed, 0 skipped"
exit [int]($failures.Count -gt 0)
