# Jobs per second of the four-cmdlet pipeline. The first batch warms up.
param([string] $Module, [string] $ActionType, [int] $Batch)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module
$done = 0
$watch = [System.Diagnostics.Stopwatch]::new()
while ($true) {
    $jobs = @(Get-CPThirdPartyJob -ActionType $ActionType -MaxBatchSize $Batch |
        Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob -Summary 'ok' -PassThru)
    if ($jobs.Count -eq 0) { break }
    if ($watch.IsRunning) { $done += $jobs.Count } else { $watch.Start() }
}
($done / $watch.Elapsed.TotalSeconds).ToString([System.Globalization.CultureInfo]::InvariantCulture)
