<#
.SYNOPSIS
A worker for work that runs elsewhere and takes long: a job looks in, says that it goes on, and ends.

.DESCRIPTION
The first job of an action starts a run in the partner's system and reports success with a continuation token, the run's
id. CodePipeline then makes a new job with that token, some half a minute later. That one looks how far the run is, and
either goes on in the same way or ends the action. So no worker waits, and any worker on any machine can take the next
look.

A token holds 2,048 characters: a reference, no state. Start-Run and Get-Run below stand for the partner's own system,
and keep a run in a file; put yours in their place.

.EXAMPLE
./Start-LongRunningWorker.ps1 -ActionType Build/Contoso/1 -RunFolder ./runs -JournalPath ./build.journal
#>
[CmdletBinding()]
param(
    # The action type to work for, such as Build/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # Where the runs are kept, in the place of the partner's system.
    [Parameter(Mandatory)]
    [string] $RunFolder,

    # The journal's file. One worker, one journal.
    [Parameter(Mandatory)]
    [string] $JournalPath,

    # Ends after this many jobs; 0 runs until it is stopped.
    [int] $MaxJobs,

    # Ends after this many seconds without a job; 0 waits for ever.
    [int] $IdleTimeout
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$runs = (New-Item -ItemType Directory -Force -Path $RunFolder).FullName

function Start-Run {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Project)

    $run = [guid]::NewGuid().ToString()
    if ($PSCmdlet.ShouldProcess($Project, 'Start a run')) {
        @{ Project = $Project; Looks = 0 } | ConvertTo-Json | Set-Content -LiteralPath (Join-Path $runs "$run.json")
    }
    $run
}

function Get-Run {
    [CmdletBinding()]
    param([string] $Id)

    $file = Join-Path $runs "$Id.json"
    if (-not (Test-Path -LiteralPath $file)) {
        return
    }

    # Each look finds it a third further on.
    $run = Get-Content -Raw -LiteralPath $file | ConvertFrom-Json
    $run.Looks++
    $run | ConvertTo-Json | Set-Content -LiteralPath $file
    [pscustomobject]@{
        Project = $run.Project
        Percent = [Math]::Min(100, 34 * $run.Looks)
        Broken  = $run.Project -eq 'broken'
    }
}

$worker = @{
    ActionType  = $ActionType
    JournalPath = $JournalPath
    NoArtifact  = $true
}
if ($MaxJobs) { $worker.MaxJobs = $MaxJobs }
if ($IdleTimeout) { $worker.IdleTimeout = $IdleTimeout }

# One job at a time, in this script's own scope: the functions above are at hand.
Invoke-CPThirdPartyWorker @worker -ScriptBlock {
    if (-not $Job.ContinuationToken) {
        $id = Start-Run -Project $Job.Configuration['ProjectName']
        $goesOn = @{ ContinuationToken = $id; ExternalExecutionId = $id; PercentComplete = 0; Summary = 'Started' }
        return New-CPThirdPartyJobOutcome @goesOn
    }

    $id = $Job.ContinuationToken
    $run = Get-Run -Id $id
    $outcome = if (-not $run) {
        @{ FailureType = 'SystemUnavailable'; FailureMessage = "Run $id is not known any more." }
    } elseif ($run.Broken) {
        @{ FailureMessage = "Run $id of $($run.Project) failed."; ExternalExecutionId = $id }
    } elseif ($run.Percent -lt 100) {
        @{ ContinuationToken = $id; ExternalExecutionId = $id; PercentComplete = $run.Percent; Summary = 'Running' }
    } else {
        @{ Summary = "Run $id is done."; ExternalExecutionId = $id; PercentComplete = 100 }
    }
    New-CPThirdPartyJobOutcome @outcome
}
