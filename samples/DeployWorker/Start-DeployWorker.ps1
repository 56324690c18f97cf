#requires -Version 7.4
#requires -Modules CodePipeline.ThirdParty
<#
.SYNOPSIS
A deploy worker: puts a site that a pipeline hands over into a web server's folder.

.DESCRIPTION
Each job of the action type has a configuration key SiteName and one input artifact, the site. A site belongs to the
customer who deployed it first: jobs of other customers fail.

The worker copies the site beside the earlier releases and then points the link "current" at the new one. On Linux and
macOS the link is renamed into place, so visitors see the old release or the new one, and never none. On Windows the
link is missing for a moment. The last five releases are kept.

The worker checks credentials, permissions and endpoint before it starts. When it starts again, the journal sends
results that could not be sent before, and fails jobs that were cut off.

.EXAMPLE
$with = @{ SiteRoot = '/srv/sites'; JournalPath = '/var/lib/worker/deploy.journal'; LogPath = '/var/log/worker.jsonl' }
./Start-DeployWorker.ps1 -ActionType Deploy/Contoso/1 -Region eu-central-1 -ClientTokenVault Partners @with
#>
[CmdletBinding()]
param(
    # The action type to work for, such as Deploy/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # The folder under which each site has its own.
    [Parameter(Mandatory)]
    [string] $SiteRoot,

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

# Whether a site is this customer's. The first customer to deploy a site gets it, even if two workers deploy it at once.
function Test-SiteOwner([string] $Folder, [string] $ClientId) {
    $owner = Join-Path $Folder 'owner'
    if (-not (Test-Path -LiteralPath $owner)) {
        $claim = Join-Path $Folder ".owner-$([guid]::NewGuid())"
        Set-Content -LiteralPath $claim -Value $ClientId -NoNewline
        try {
            # Replaces nothing.
            [System.IO.File]::Move($claim, $owner)
        } catch [System.IO.IOException] {
            Remove-Item -LiteralPath $claim
        }
    }

    (Get-Content -Raw -LiteralPath $owner) -ceq $ClientId
}

# Points "current" at a release.
function Switch-Release([string] $Folder, [string] $Release) {
    $current = Join-Path $Folder 'current'
    $next = Join-Path $Folder ".current-$([guid]::NewGuid())"
    if ($IsWindows) {
        $null = New-Item -ItemType Junction -Path $next -Target $Release
        if (Test-Path -LiteralPath $current) {
            # The junction alone; the release that it points at stays.
            [System.IO.Directory]::Delete($current)
        }
        Move-Item -LiteralPath $next -Destination $current
        return
    }

    # A rename over the old link is one step. New-Item -Force and Move-Item -Force remove the old link first.
    $null = New-Item -ItemType SymbolicLink -Path $next -Target $Release
    $notIntoTheLinksFolder = if ($IsMacOS) { '-fh' } else { '-fT' }
    & mv $notIntoTheLinksFolder $next $current
    if ($LASTEXITCODE -ne 0) {
        throw "mv could not put the link '$next' in place of '$current': exit code $LASTEXITCODE."
    }
}

# What the customer has to change. Everything else is the partner's own trouble.
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

# A worker that cannot work has to say so now, and not with customers' jobs in its hands.
$failed = @(Test-CPThirdPartyConnection -ActionType $ActionType @calls | Where-Object Result -EQ 'Failed')
if ($failed) {
    throw "The worker cannot start. $(($failed | ForEach-Object { "$($_.Name): $($_.Text) $($_.RecommendedAction)" }) -join ' ')"
}

$worker = @{
    ActionType  = $ActionType
    JournalPath = $JournalPath
    JobTimeout  = New-TimeSpan -Minutes 15
}
if ($LogPath) { $worker.LogPath = $LogPath }
if ($MaxJobs) { $worker.MaxJobs = $MaxJobs }
if ($IdleTimeout) { $worker.IdleTimeout = $IdleTimeout }

# One job at a time, in this script's own scope: the functions above are at hand.
Invoke-CPThirdPartyWorker @worker @calls -ScriptBlock {
    $site = $Job.Configuration['SiteName']

    # -notmatch would let capitals pass, and $ a line end.
    if ($site -cnotmatch '\A[a-z0-9-]{1,63}\z') {
        return Get-Refusal ConfigurationError ("SiteName is '$site'. It must be 1 to 63 characters of a-z, 0-9 and -. " +
            "Set it in the action's configuration.")
    }

    if ($Job.InputPath.Count -ne 1) {
        return Get-Refusal ConfigurationError ("The action has $($Job.InputPath.Count) input artifacts, and needs one: " +
            'the site. Set it in the pipeline.')
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

        # The release is complete before anybody sees it.
        $release = Join-Path $releases ('{0:yyyyMMddHHmmssfff}-{1}' -f [datetime]::UtcNow, $Job.JobId)
        Copy-Item -LiteralPath $source -Destination $release -Recurse
        Switch-Release $folder $release
        Get-ChildItem -LiteralPath $releases -Directory | Sort-Object -Property Name -Descending |
            Select-Object -Skip 5 | Remove-Item -Recurse -Force
    } catch {
        # Paths and host names are for the worker's log. The customer is told what to do.
        Write-Warning "Site $site could not be deployed: $_"
        return Get-Refusal SystemUnavailable ('The site could not be deployed for a reason on our side. ' +
            "Retry the stage; if it fails again, tell our support the job id $($Job.JobId).")
    }

    $summary = "Site $site is at release $(Split-Path -Leaf $release)."
    New-CPThirdPartyJobOutcome -Summary $summary -ExternalExecutionId $Job.JobId
}
