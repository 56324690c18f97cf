#requires -Version 7.4
#requires -Modules CodePipeline.ThirdParty
<#
.SYNOPSIS
A worker for work that runs elsewhere and takes long: each job starts the work or looks how far it is, and ends.

.DESCRIPTION
The first job of an action starts a run in the partner's system and reports success with a continuation token, the run's
id. CodePipeline then makes a new job with that token, about half a minute later. That job looks how far the run is, and
either continues in the same way or ends the action. So no worker waits, and any worker on any machine can take the next
job.

A token holds 2,048 characters: a reference, no state. A run belongs to the customer whose job started it. Start-Run and
Get-Run below stand for the partner's own system, and keep a run in a file; replace them with yours.

The worker checks credentials, permissions and endpoint before it starts.

.EXAMPLE
./Start-LongRunningWorker.ps1 -ActionType Build/Contoso/1 -RunFolder ./runs -JournalPath ./build.journal
#>
[CmdletBinding()]
param(
    # The action type to work for, such as Build/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # Where the runs are kept, instead of in the partner's system.
    [Parameter(Mandatory)]
    [string] $RunFolder,

    # The journal's file. Each worker needs its own.
    [Parameter(Mandatory)]
    [string] $JournalPath,

    # The log's file: one line of JSON for each event.
    [string] $LogPath,

    # How to connect. Without any of these: the current session, or what the environment says.
    [string] $Region,
    [string] $ProfileName,
    [string] $ClientTokenVault,

    # Ends after this many jobs; 0 runs until it is stopped.
    [int] $MaxJobs,

    # Ends after this many seconds without a job; 0 waits without end.
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
        @{ Project = $Project; ClientId = $ClientId; Looks = 0 } | ConvertTo-Json |
            Set-Content -LiteralPath (Join-Path $runs "$run.json")
    }
    $run
}

# The run, if there is one of that id and it is this customer's.
function Get-Run {
    [CmdletBinding()]
    param([string] $Id, [string] $ClientId)

    # A token becomes part of a path here: nothing but an id may.
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

    # Each look finds it a third further on.
    $run.Looks++
    $run | ConvertTo-Json | Set-Content -LiteralPath $file
    [pscustomobject]@{
        Project = $run.Project
        Percent = [Math]::Min(100, 34 * $run.Looks)
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

# A worker that cannot work has to say so now, and not with customers' jobs in its hands.
$failed = @(Test-CPThirdPartyConnection -ActionType $ActionType @calls | Where-Object Result -EQ 'Failed')
if ($failed) {
    throw "The worker cannot start. $(($failed | ForEach-Object { "$($_.Name): $($_.Text) $($_.RecommendedAction)" }) -join ' ')"
}

$worker = @{
    ActionType  = $ActionType
    JournalPath = $JournalPath
    NoArtifact  = $true
}
if ($LogPath) { $worker.LogPath = $LogPath }
if ($MaxJobs) { $worker.MaxJobs = $MaxJobs }
if ($IdleTimeout) { $worker.IdleTimeout = $IdleTimeout }

# One job at a time, in this script's own scope: the functions above are at hand.
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
        @{ FailureType = 'SystemUnavailable'; FailureMessage = "Run $id does not exist any more. Retry the stage." }
    } elseif ($run.Broken) {
        @{ FailureMessage = "Run $id of $($run.Project) failed."; ExternalExecutionId = $id }
    } elseif ($run.Percent -lt 100) {
        @{ ContinuationToken = $id; ExternalExecutionId = $id; PercentComplete = $run.Percent; Summary = 'Running' }
    } else {
        @{ Summary = "Run $id is done."; ExternalExecutionId = $id; PercentComplete = 100 }
    }
    New-CPThirdPartyJobOutcome @outcome
}
