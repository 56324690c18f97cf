#requires -Version 7.4
#requires -Modules CodePipeline.ThirdParty
<#
.SYNOPSIS
A deploy worker: deploys a site from a pipeline to the folder of a web server.

.DESCRIPTION
Each job has the configuration key SiteName and one input artifact, the site. A site belongs to the customer who deploys
it first: jobs of other customers fail.

The worker copies the site to a new release folder and then points the link "current" to it. On Linux and macOS the
switch is atomic. On Windows the link is missing for a moment. The worker keeps the last five releases.

The worker checks credentials, permissions and endpoint before it starts. After a restart, it uses the journal to send
unsent results and to fail interrupted jobs.

.EXAMPLE
$with = @{ SiteRoot = '/srv/sites'; JournalPath = '/var/lib/worker/deploy.journal'; LogPath = '/var/log/worker.jsonl' }
./Start-DeployWorker.ps1 -ActionType Deploy/Contoso/1 -Region eu-central-1 -ClientTokenVault Partners @with
#>
[CmdletBinding()]
param(
    # The action type of the jobs, such as Deploy/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # The folder that contains a subfolder for each site.
    [Parameter(Mandatory)]
    [string] $SiteRoot,

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

# Returns whether a site belongs to a customer. The first customer to deploy a site owns it, even if two workers deploy
# it at the same time.
function Test-SiteOwner([string] $Folder, [string] $ClientId) {
    $owner = Join-Path $Folder 'owner'
    if (-not (Test-Path -LiteralPath $owner)) {
        $claim = Join-Path $Folder ".owner-$([guid]::NewGuid())"
        Set-Content -LiteralPath $claim -Value $ClientId -NoNewline
        try {
            # Move fails if another worker has created the file.
            [System.IO.File]::Move($claim, $owner)
        } catch [System.IO.IOException] {
            Remove-Item -LiteralPath $claim
        }
    }

    (Get-Content -Raw -LiteralPath $owner) -ceq $ClientId
}

# Points "current" to a release.
function Switch-Release([string] $Folder, [string] $Release) {
    $current = Join-Path $Folder 'current'
    $next = Join-Path $Folder ".current-$([guid]::NewGuid())"
    if ($IsWindows) {
        $null = New-Item -ItemType Junction -Path $next -Target $Release
        if (Test-Path -LiteralPath $current) {
            # Deletes only the junction, not the release that it points to.
            [System.IO.Directory]::Delete($current)
        }
        Move-Item -LiteralPath $next -Destination $current
        return
    }

    # A rename replaces the old link atomically. New-Item -Force and Move-Item -Force delete the old link first.
    $null = New-Item -ItemType SymbolicLink -Path $next -Target $Release
    $notIntoTheLinksFolder = if ($IsMacOS) { '-fh' } else { '-fT' }
    & mv $notIntoTheLinksFolder $next $current
    if ($LASTEXITCODE -ne 0) {
        throw "mv cannot rename the link '$next' to '$current': exit code $LASTEXITCODE."
    }
}

# Returns a failure that the customer sees.
function Get-Refusal([string] $Type, [string] $Message) {
    New-CPThirdPartyJobOutcome -FailureType $Type -FailureMessage $Message
}

$sites = (New-Item -ItemType Directory -Force -Path $SiteRoot).FullName

$connection = @{}
foreach ($name in 'Region', 'ProfileName', 'ClientTokenVault') {
    if ($PSBoundParameters[$name]) { $connection[$name] = $PSBoundParameters[$name] }
}
$calls = @{}
if ($connection.Count -gt 0) {
    $calls.Session = Connect-CPThirdParty -Name deploy-worker -PassThru @connection
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
    JobTimeout  = New-TimeSpan -Minutes 15
}
if ($LogPath) { $worker.LogPath = $LogPath }
if ($MaxJobs) { $worker.MaxJobs = $MaxJobs }
if ($IdleTimeout) { $worker.IdleTimeout = $IdleTimeout }

# One job at a time, in the scope of this script, so that the handler can call the functions above.
Invoke-CPThirdPartyWorker @worker @calls -ScriptBlock {
    $site = $Job.Configuration['SiteName']

    # -notmatch would allow capital letters, and $ a trailing line break.
    if ($site -cnotmatch '\A[a-z0-9-]{1,63}\z') {
        return Get-Refusal ConfigurationError ("SiteName is '$site'. It must be 1 to 63 characters of a-z, 0-9 " +
            "and -. Set it in the action's configuration.")
    }

    if ($Job.InputPath.Count -ne 1) {
        return Get-Refusal ConfigurationError ("The action has $($Job.InputPath.Count) input artifacts. It must " +
            'have one, the site. Set it in the pipeline.')
    }

    $source = @($Job.InputPath.Values)[0]
    if (-not (Test-Path -LiteralPath (Join-Path $source 'index.html') -PathType Leaf)) {
        return Get-Refusal JobFailed 'The artifact has no index.html at its root.'
    }

    try {
        $folder = Join-Path $sites $site
        $releases = [System.IO.Directory]::CreateDirectory((Join-Path $folder 'releases')).FullName
        if (-not (Test-SiteOwner $folder $Job.ClientId)) {
            return Get-Refusal ConfigurationError "SiteName '$site' belongs to another customer. Choose another name."
        }

        # Complete the release before visitors can see it.
        $release = Join-Path $releases ('{0:yyyyMMddHHmmssfff}-{1}' -f [datetime]::UtcNow, $Job.JobId)
        Copy-Item -LiteralPath $source -Destination $release -Recurse
        Switch-Release $folder $release
        Get-ChildItem -LiteralPath $releases -Directory | Sort-Object -Property Name -Descending |
            Select-Object -Skip 5 | Remove-Item -Recurse -Force
    } catch {
        # Paths and host names go to the worker's log. The customer gets only the recommended action.
        Write-Warning "Cannot deploy site ${site}: $_"
        return Get-Refusal SystemUnavailable ('An error on our side prevented the deployment of the site. ' +
            "Retry the stage. If it fails again, send the job id $($Job.JobId) to our support.")
    }

    $summary = "Site $site is at release $(Split-Path -Leaf $release)."
    New-CPThirdPartyJobOutcome -Summary $summary -ExternalExecutionId $Job.JobId
}
