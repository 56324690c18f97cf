# Jobs per second of the worker cmdlet with a handler that does nothing. The first jobs warm up.
param([string] $Module, [string] $ActionType, [int] $ThrottleLimit, [int] $WarmUp, [int] $Jobs)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module
$watch = [System.Diagnostics.Stopwatch]::new()
$done = 0
Invoke-CPThirdPartyWorker -ActionType $ActionType -ThrottleLimit $ThrottleLimit -MaxJobs $Jobs -NoArtifact `
    -ScriptBlock { } |
    ForEach-Object {
        if ($_.Outcome -ne 'Succeeded') { throw "Job $($_.JobId) ended as $($_.Outcome): $($_.Message)" }
        $done++
        if ($done -eq $WarmUp) { $watch.Start() }
    }
if ($done -ne $Jobs) { throw "$done of $Jobs jobs were done." }
(($done - $WarmUp) / $watch.Elapsed.TotalSeconds).ToString([System.Globalization.CultureInfo]::InvariantCulture)
