# The main job: polled, read, claimed and completed on a local emulator.
param([Parameter(Mandatory)] [string] $Module)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module

$emulator = Start-CPThirdPartyEmulator -Name 'Quickstart'
try {
    # Region, endpoint, credentials and client tokens all come from the emulator.
    $emulator | Connect-CPThirdParty

    # What a pipeline does when it reaches its third-party action.
    $null = New-CPThirdPartyEmulatorJob -ActionType 'Test/Contoso/1' -Count 3 -Configuration @{
        ProjectName = 'website'
        ApiKey      = 'only-the-partner-may-see-this'
    }

    'The jobs that a poll hands out, read and claimed:'
    $jobs = Get-CPThirdPartyJob -ActionType 'Test/Contoso/1' | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob
    $jobs | Format-Table

    'Two pass their test, one fails:'
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
