<#
.SYNOPSIS
A deploy worker: puts a site that a pipeline hands over into a web server's folder.

.DESCRIPTION
Each job of the action type has a configuration key SiteName and one input artifact, the site. The worker copies it
beside the releases that are there, and then points the site's "current" at it: visitors see the old release or the new
one, never half of one. The last five releases are kept.

Results that could not be sent, and jobs that were cut off, are taken up again from the journal when the worker starts
next.

.EXAMPLE
./Start-DeployWorker.ps1 -ActionType Deploy/Contoso/1 -SiteRoot /srv/sites -JournalPath /var/lib/cptp/deploy.journal
#>
[CmdletBinding()]
param(
    # The action type to work for, such as Deploy/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # The folder under which each site has its own.
    [Parameter(Mandatory)]
    [string] $SiteRoot,

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

$sites = (New-Item -ItemType Directory -Force -Path $SiteRoot).FullName
$worker = @{
    ActionType  = $ActionType
    JournalPath = $JournalPath
    JobTimeout  = New-TimeSpan -Minutes 15
}
if ($MaxJobs) { $worker.MaxJobs = $MaxJobs }
if ($IdleTimeout) { $worker.IdleTimeout = $IdleTimeout }

Invoke-CPThirdPartyWorker @worker -ScriptBlock {
    $site = $Job.Configuration['SiteName']
    if ($site -notmatch '^[a-z0-9-]{1,63}$') {
        # The customer can mend this; say so, and what is wanted.
        $wrong = "SiteName is '$site'. It has to be 1 to 63 characters of a-z, 0-9 and -. Set it in the action's " +
            'configuration.'
        return New-CPThirdPartyJobOutcome -FailureType ConfigurationError -FailureMessage $wrong
    }

    $source = @($Job.InputPath.Values)[0]
    if (-not (Test-Path -LiteralPath (Join-Path $source 'index.html'))) {
        $wrong = 'The artifact has no index.html at its root.'
        return New-CPThirdPartyJobOutcome -FailureType JobFailed -FailureMessage $wrong
    }

    $folder = Join-Path $sites $site
    $releases = (New-Item -ItemType Directory -Force -Path (Join-Path $folder 'releases')).FullName
    $release = Join-Path $releases ('{0:yyyyMMddHHmmssfff}-{1}' -f [datetime]::UtcNow, $Job.JobId)
    Copy-Item -LiteralPath $source -Destination $release -Recurse

    # The release is whole before anybody sees it.
    $kind = if ($IsWindows) { 'Junction' } else { 'SymbolicLink' }
    $null = New-Item -ItemType $kind -Path (Join-Path $folder 'current') -Target $release -Force

    Get-ChildItem -LiteralPath $releases -Directory | Sort-Object -Property Name -Descending | Select-Object -Skip 5 |
        Remove-Item -Recurse -Force

    $summary = "Site $site is at release $(Split-Path -Leaf $release)."
    New-CPThirdPartyJobOutcome -Summary $summary -ExternalExecutionId $Job.JobId
}
