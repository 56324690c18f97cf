<#
.SYNOPSIS
    The main job with the module of output/ in this PowerShell, whichever it is; what the workflow runs in Windows
    PowerShell 5.1.
.DESCRIPTION
    The Pester suite starts child processes and load contexts as PowerShell 7 has them. This keeps to what both editions
    have, and ends with one line as the suites do: N passed, N failed, 0 skipped.
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
    'imports, and exports what the manifest names' = {
        Import-Module -Name $manifest -Force
        $named = (Import-PowerShellDataFile -Path $manifest).CmdletsToExport | Sort-Object
        $there = (Get-Command -Module CodePipeline.ThirdParty).Name | Sort-Object
        if ("$named" -ne "$there") {
            throw "It exports $there"
        }
    }
    'takes a job to its end on the emulator'       = {
        $emulator = Start-CPThirdPartyEmulator
        try {
            $emulator | Connect-CPThirdParty
            $null = New-CPThirdPartyEmulatorJob -ActionType Test/Contoso/1 -Configuration @{ ProjectName = 'website' }
            $job = Get-CPThirdPartyJob -ActionType Test/Contoso/1 | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob
            if ($job.Configuration['ProjectName'] -ne 'website') {
                throw 'The configuration is not what was given.'
            }

            $done = $job | Complete-CPThirdPartyJob -Summary 'ok' -PassThru
            if ("$($done.Status)" -ne 'Succeeded') {
                throw "The job is $($done.Status)."
            }
        } finally {
            $emulator | Stop-CPThirdPartyEmulator
        }
    }
    'writes one error of the catalogue for one bad job' = {
        $emulator = Start-CPThirdPartyEmulator
        try {
            $emulator | Connect-CPThirdParty
            $quiet = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'wrong' }
            Get-CPThirdPartyJobDetail -JobId 'no-such-job' -ClientToken 'x' @quiet
            if (@($wrong).Count -ne 1 -or $wrong[0].FullyQualifiedErrorId -notlike 'JobNotFound,*') {
                throw "It wrote: $wrong"
            }
        } finally {
            $emulator | Stop-CPThirdPartyEmulator
        }
    }
    'shows no client token'                        = {
        $shown = New-Object -TypeName CodePipeline.ThirdParty.Secrets.Secret -ArgumentList 'hush-hush'
        if ("$($shown | Format-List -Property * -Force | Out-String)$($shown | ConvertTo-Json)" -match 'hush') {
            throw 'It shows.'
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
