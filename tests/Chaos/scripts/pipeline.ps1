# Runs a pipeline of four cmdlets in a loop, for a soak run. It has the same parameters as worker.ps1.
param([string] $Module, [string] $ActionType)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module
while ($true) {
    Get-CPThirdPartyJob -ActionType $ActionType -MaxBatchSize 50 -Wait -PollInterval 0.2 | Get-CPThirdPartyJobDetail |
        Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob -Summary 'ok'
}
