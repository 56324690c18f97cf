# Prints the jobs per second of a pipeline of four cmdlets, after warm-up jobs.
param([string] $Module, [string] $ActionType, [int] $Batch, [int] $WarmUp)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module
$done = 0
$watch = [System.Diagnostics.Stopwatch]::new()
while ($true) {
    $jobs = @(Get-CPThirdPartyJob -ActionType $ActionType -MaxBatchSize $Batch |
        Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob -Summary 'ok' -PassThru)
    if ($jobs.Count -eq 0) { break }
    $done += $jobs.Count
    if (-not $watch.IsRunning -and $done -ge $WarmUp) {
        $watch.Start()
        $done = 0
    }
}
($done / $watch.Elapsed.TotalSeconds).ToString([System.Globalization.CultureInfo]::InvariantCulture)
