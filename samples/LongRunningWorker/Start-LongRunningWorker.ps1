#requires -Version 7.4
#requires -Modules CodePipeline.ThirdParty
<#
.SYNOPSIS
A worker for long tasks on another system: each job either starts a run or checks its progress.

.DESCRIPTION
The first job of an action starts a run in the partner's system and reports success with a continuation token, the id of
the run. About half a minute later, CodePipeline creates a new job with that token. That job checks the progress of the
run and either continues in the same way or completes the action. No worker waits for the run, and any worker on any
machine can process the next job.

A continuation token has at most 2,048 characters, so it is a reference and not the state. A run belongs to the customer
whose job started it. Start-Run and Get-Run below emulate the partner's system with a file for each run. Replace them
with calls to your system.

The worker checks credentials, permissions and endpoint before it starts.

.EXAMPLE
./Start-LongRunningWorker.ps1 -ActionType Build/Contoso/1 -RunFolder ./runs -JournalPath ./build.journal
#>
[CmdletBinding()]
param(
    # The action type of the jobs, such as Build/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # The folder for the files that emulate the partner's system.
    [Parameter(Mandatory)]
    [string] $RunFolder,

    # The journal file. Each worker needs its own.
    [Parameter(Mandatory)]
    [string] $JournalPath,

    # The log file: one line of JSON for each event.
    [string] $LogPath,

    # The connection settings. The default is the current session, or the environment.
    [string] $Region,
    [string] $ProfileName,
    [string] $ClientTokenVault,

    # Stops after this many jobs; 0 for no limit.
    [int] $MaxJobs,

    # Stops after this many seconds without a job; 0 for no limit.
    [int] $IdleTimeout
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$runs = (New-Item -ItemType Directory -Force -Path $RunFolder).FullName

function Start-Run {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Project, [string] $ClientId)

    $run = [guid]::NewGuid().ToString()
    if ($PSCmdlet.ShouldProcess($Project, 'Start a run')) {
        @{ Project = $Project; ClientId = $ClientId; Checks = 0 } | ConvertTo-Json |
            Set-Content -LiteralPath (Join-Path $runs "$run.json")
    }
    $run
}

# Returns the run with an id if it exists and belongs to the customer.
function Get-Run {
    [CmdletBinding()]
    param([string] $Id, [string] $ClientId)

    # The token becomes part of a path, so accept only an id.
    if ($Id -cnotmatch '\A[0-9a-f-]{36}\z') {
        return
    }

    $file = Join-Path $runs "$Id.json"
    if (-not (Test-Path -LiteralPath $file)) {
        return
    }

    $run = Get-Content -Raw -LiteralPath $file | ConvertFrom-Json
    if ($run.ClientId -cne $ClientId) {
        return
    }

    # Each check finds a third of the run completed.
    $run.Checks++
    $run | ConvertTo-Json | Set-Content -LiteralPath $file
    [pscustomobject]@{
        Project = $run.Project
        Percent = [Math]::Min(100, 34 * $run.Checks)
        Broken  = $run.Project -ceq 'broken'
    }
}

$connection = @{}
foreach ($name in 'Region', 'ProfileName', 'ClientTokenVault') {
    if ($PSBoundParameters[$name]) { $connection[$name] = $PSBoundParameters[$name] }
}
$calls = @{}
if ($connection.Count -gt 0) {
    $calls.Session = Connect-CPThirdParty -Name long-running-worker -PassThru @connection
}

# Check the connection now, because a failure after the worker has claimed jobs would fail the customers' jobs.
$failed = @(Test-CPThirdPartyConnection -ActionType $ActionType @calls | Where-Object Result -EQ 'Failed')
if ($failed) {
    $reasons = $failed | ForEach-Object { "$($_.Name): $($_.Text) $($_.RecommendedAction)" }
    throw "The worker cannot start. $($reasons -join ' ')"
}

$worker = @{
    ActionType  = $ActionType
    JournalPath = $JournalPath
    NoArtifact  = $true
}
if ($LogPath) { $worker.LogPath = $LogPath }
if ($MaxJobs) { $worker.MaxJobs = $MaxJobs }
if ($IdleTimeout) { $worker.IdleTimeout = $IdleTimeout }

# One job at a time, in the scope of this script, so that the handler can call the functions above.
Invoke-CPThirdPartyWorker @worker @calls -ScriptBlock {
    if (-not $Job.ContinuationToken) {
        $project = $Job.Configuration['ProjectName']
        if ($project -cnotmatch '\A[A-Za-z0-9_-]{1,100}\z') {
            $wrong = "ProjectName is '$project'. It must be 1 to 100 characters of A-Z, a-z, 0-9, _ and -. " +
                "Set it in the action's configuration."
            return New-CPThirdPartyJobOutcome -FailureType ConfigurationError -FailureMessage $wrong
        }

        $id = Start-Run -Project $project -ClientId $Job.ClientId
        $started = @{ ContinuationToken = $id; ExternalExecutionId = $id; PercentComplete = 0; Summary = 'Started' }
        return New-CPThirdPartyJobOutcome @started
    }

    $id = $Job.ContinuationToken
    $run = Get-Run -Id $id -ClientId $Job.ClientId
    $outcome = if (-not $run) {
        @{ FailureType = 'SystemUnavailable'; FailureMessage = "Run $id no longer exists. Retry the stage." }
    } elseif ($run.Broken) {
        @{ FailureMessage = "Run $id of $($run.Project) failed."; ExternalExecutionId = $id }
    } elseif ($run.Percent -lt 100) {
        @{ ContinuationToken = $id; ExternalExecutionId = $id; PercentComplete = $run.Percent; Summary = 'Running' }
    } else {
        @{ Summary = "Run $id is done."; ExternalExecutionId = $id; PercentComplete = 100 }
    }
    New-CPThirdPartyJobOutcome @outcome
}
