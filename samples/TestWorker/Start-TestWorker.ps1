#requires -Version 7.4
#requires -Modules CodePipeline.ThirdParty
<#
.SYNOPSIS
A test worker: checks the internal links of a site and publishes a report.

.DESCRIPTION
Each job has one input artifact with HTML pages. The worker checks each link to another file of the artifact, and writes
a report in JUnit's format to the job's output artifact, if it has one. A broken link fails the job; the failure message
contains the page and the link.

Four jobs run at the same time, each in its own runspace.

The worker checks credentials, permissions and endpoint before it starts.

.EXAMPLE
./Start-TestWorker.ps1 -ActionType Test/Contoso/1 -JournalPath ./test.journal -LogPath ./test.jsonl
#>
[CmdletBinding()]
param(
    # The action type of the jobs, such as Test/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # The journal file. Each worker needs its own.
    [Parameter(Mandatory)]
    [string] $JournalPath,

    # The log file: one line of JSON for each event.
    [string] $LogPath,

    # The connection settings. The default is the current session, or the environment.
    [string] $Region,
    [string] $ProfileName,
    [string] $ClientTokenVault,

    # The number of jobs that run at the same time.
    [int] $ThrottleLimit = 4,

    # Stops after this many jobs; 0 for no limit.
    [int] $MaxJobs,

    # Stops after this many seconds without a job; 0 for no limit.
    [int] $IdleTimeout
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$connection = @{}
foreach ($name in 'Region', 'ProfileName', 'ClientTokenVault') {
    if ($PSBoundParameters[$name]) { $connection[$name] = $PSBoundParameters[$name] }
}
$calls = @{}
if ($connection.Count -gt 0) {
    $calls.Session = Connect-CPThirdParty -Name test-worker -PassThru @connection
}

# Check the connection now, because a failure after the worker has claimed jobs would fail the customers' jobs.
$failed = @(Test-CPThirdPartyConnection -ActionType $ActionType @calls | Where-Object Result -EQ 'Failed')
if ($failed) {
    $reasons = $failed | ForEach-Object { "$($_.Name): $($_.Text) $($_.RecommendedAction)" }
    throw "The worker cannot start. $($reasons -join ' ')"
}

$worker = @{
    ActionType    = $ActionType
    JournalPath   = $JournalPath
    ThrottleLimit = $ThrottleLimit
    JobTimeout    = New-TimeSpan -Minutes 10
}
if ($LogPath) { $worker.LogPath = $LogPath }
if ($MaxJobs) { $worker.MaxJobs = $MaxJobs }
if ($IdleTimeout) { $worker.IdleTimeout = $IdleTimeout }

# Several jobs at a time, in runspaces, so the handler cannot use anything from this script.
Invoke-CPThirdPartyWorker @worker @calls -ScriptBlock {
    $ErrorActionPreference = 'Stop'
    Set-StrictMode -Version Latest

    if ($Job.InputPath.Count -ne 1) {
        $wrong = "The action has $($Job.InputPath.Count) input artifacts. It must have one, the site. " +
            'Set it in the pipeline.'
        return New-CPThirdPartyJobOutcome -FailureType ConfigurationError -FailureMessage $wrong
    }

    $site = @($Job.InputPath.Values)[0]
    $pages = @(Get-ChildItem -LiteralPath $site -Recurse -File -Filter *.html)
    if (-not $pages) {
        $wrong = 'The artifact has no HTML pages to check.'
        return New-CPThirdPartyJobOutcome -FailureType JobFailed -FailureMessage $wrong
    }

    $links = @(foreach ($page in $pages) {
        $text = Get-Content -Raw -LiteralPath $page.FullName
        foreach ($match in [regex]::Matches("$text", 'href="(?![a-z]+:|//)([^"#?]+)')) {
            $link = [uri]::UnescapeDataString($match.Groups[1].Value)
            $base = if ($link.StartsWith('/')) { $site } else { $page.DirectoryName }
            [pscustomobject]@{
                Page  = [System.IO.Path]::GetRelativePath($site, $page.FullName)
                Link  = $link
                Found = Test-Path -LiteralPath (Join-Path $base $link.TrimStart('/'))
            }
        }
    })
    $broken = @($links | Where-Object { -not $_.Found })

    # The worker publishes the files at an output path before it reports the result.
    foreach ($path in $Job.OutputPath.Values) {
        $null = New-Item -ItemType Directory -Force -Path $path
        $cases = $links | ForEach-Object {
            $name = [System.Security.SecurityElement]::Escape("$($_.Page): $($_.Link)")
            if ($_.Found) { "  <testcase name=`"$name`"/>" } else { "  <testcase name=`"$name`"><failure/></testcase>" }
        }
        $suite = "<testsuite name=`"links`" tests=`"$($links.Count)`" failures=`"$($broken.Count)`">"
        @($suite) + $cases + '</testsuite>' |
            Set-Content -LiteralPath (Join-Path $path 'links.xml') -Encoding utf8
    }

    if ($broken) {
        # A failure message has at most 5,000 characters, so list only the first links.
        $where = @($broken | Select-Object -First 20 | ForEach-Object { "$($_.Link) in $($_.Page)" })
        $more = if ($broken.Count -gt 20) { '; and more' } else { '' }
        $wrong = "$($broken.Count) of $($links.Count) links are broken: $($where -join '; ')$more"
        return New-CPThirdPartyJobOutcome -FailureType JobFailed -FailureMessage $wrong
    }

    New-CPThirdPartyJobOutcome -Summary "All $($links.Count) links work." -PercentComplete 100
}
