# The four cmdlets in a pipeline, again and again, as a script of a soak run. It takes what a worker's script takes.
param([string] $Module, [string] $ActionType)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module
while ($true) {
    Get-CPThirdPartyJob -ActionType $ActionType -MaxBatchSize 50 -Wait -PollInterval 0.2 | Get-CPThirdPartyJobDetail |
        Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob -Summary 'ok'
}
