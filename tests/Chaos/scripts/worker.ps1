# Runs the worker cmdlet, for a chaos run. Each handler logs when it begins and ends.
param([string] $Module, [string] $ActionType, [string] $Journal, [string] $Runs, [string] $Name, [string] $Work)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module -Name $Module
$here = @{ Runs = $Runs; Name = $Name }
# Do not assign the output: a variable would keep all results in memory.
$with = @{ JournalPath = $Journal; WorkDirectory = $Work; ThrottleLimit = 8; PollInterval = 0.2 }
Invoke-CPThirdPartyWorker -ActionType $ActionType @with -WarningAction SilentlyContinue -ScriptBlock {
    # A file for each job: several handlers write at once.
    $file = [System.IO.Path]::ChangeExtension($using:here.Runs, "$($Job.JobId).runs")
    [System.IO.File]::AppendAllText($file, "begin $($Job.JobId) $($using:here.Name)`n")
    Start-Sleep -Milliseconds (Get-Random -Maximum 50)
    [System.IO.File]::AppendAllText($file, "end $($Job.JobId) $($using:here.Name)`n")
    if ($Job.ContinuationToken) { return }
    switch ($Job.Configuration['Wish']) {
        'fail' { New-CPThirdPartyJobOutcome -FailureMessage 'As wished' }
        'continue' { New-CPThirdPartyJobOutcome -ContinuationToken 'go on' }
    }
} | Out-Null
