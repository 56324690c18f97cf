# Prints the jobs per second of the worker cmdlet with a handler that does nothing, after warm-up jobs.
param([string] $Module, [string] $ActionType, [int] $ThrottleLimit, [int] $WarmUp, [int] $Jobs)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module
$watch = [System.Diagnostics.Stopwatch]::new()
$done = 0
Invoke-CPThirdPartyWorker -ActionType $ActionType -ThrottleLimit $ThrottleLimit -MaxJobs $Jobs -NoArtifact `
    -ScriptBlock { } |
    ForEach-Object {
        if ($_.Outcome -ne 'Succeeded') { throw "The outcome of job $($_.JobId) is $($_.Outcome): $($_.Message)" }
        $done++
        if ($done -eq $WarmUp) { $watch.Start() }
    }
if ($done -ne $Jobs) { throw "The worker processed $done of $Jobs jobs." }
(($done - $WarmUp) / $watch.Elapsed.TotalSeconds).ToString([System.Globalization.CultureInfo]::InvariantCulture)
