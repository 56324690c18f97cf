# Polls, reads, claims and completes jobs on a local emulator.
param([Parameter(Mandatory)] [string] $Module)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module

$emulator = Start-CPThirdPartyEmulator -Name 'Quickstart'
try {
    # The emulator supplies region, endpoint, credentials and client tokens.
    $emulator | Connect-CPThirdParty

    # In AWS, a pipeline creates the job when it reaches its third-party action.
    $null = New-CPThirdPartyEmulatorJob -ActionType 'Test/Contoso/1' -Count 3 -Configuration @{
        ProjectName = 'website'
        ApiKey      = 'only-the-partner-may-see-this'
    }

    'Jobs from a poll, with their details, after the claim:'
    $jobs = Get-CPThirdPartyJob -ActionType 'Test/Contoso/1' | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob
    $jobs | Format-Table

    'Two jobs succeed, one fails:'
    foreach ($job in $jobs) {
        if ($job -eq $jobs[1]) {
            $project = $job.Configuration['ProjectName']
            $job | Complete-CPThirdPartyJob -FailureMessage "3 of 40 tests of '$project' failed"
        } else {
            $job | Complete-CPThirdPartyJob -Summary '40 tests passed' -PercentComplete 100
        }
    }

    Get-CPThirdPartyEmulatorJob | Format-Table
} finally {
    $emulator | Stop-CPThirdPartyEmulator
}
