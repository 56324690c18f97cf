#requires -Version 7.4
#requires -Modules CodePipeline.ThirdParty
<#
.SYNOPSIS
A test worker: checks that every link of a site leads somewhere, and hands on a report.

.DESCRIPTION
Each job has one input artifact with HTML pages. The worker follows each link to another file of the artifact, and
writes a report in JUnit's format to the job's output artifact, if it has one. A link that leads nowhere fails the job,
with the page and the link in the message.

Four jobs run at once, each in a runspace of its own.

The worker checks credentials, permissions and endpoint before it starts.

.EXAMPLE
./Start-TestWorker.ps1 -ActionType Test/Contoso/1 -JournalPath ./test.journal -LogPath ./test.jsonl
#>
[CmdletBinding()]
param(
    # The action type to work for, such as Test/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # The journal's file. Each worker needs its own.
    [Parameter(Mandatory)]
    [string] $JournalPath,

    # The log's file: one line of JSON for each event.
    [string] $LogPath,

    # How to connect. Without any of these: the current session, or what the environment says.
    [string] $Region,
    [string] $ProfileName,
    [string] $ClientTokenVault,

    # How many jobs run at once.
    [int] $ThrottleLimit = 4,

    # Ends after this many jobs; 0 runs until it is stopped.
    [int] $MaxJobs,

    # Ends after this many seconds without a job; 0 waits without end.
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

# A worker that cannot work has to say so now, and not with customers' jobs in its hands.
$failed = @(Test-CPThirdPartyConnection -ActionType $ActionType @calls | Where-Object Result -EQ 'Failed')
if ($failed) {
    throw "The worker cannot start. $(($failed | ForEach-Object { "$($_.Name): $($_.Text) $($_.RecommendedAction)" }) -join ' ')"
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

# Several jobs at a time, in runspaces: the handler brings all that it needs.
Invoke-CPThirdPartyWorker @worker @calls -ScriptBlock {
    $ErrorActionPreference = 'Stop'
    Set-StrictMode -Version Latest

    if ($Job.InputPath.Count -ne 1) {
        $wrong = "The action has $($Job.InputPath.Count) input artifacts, and needs one: the site. Set it in the pipeline."
        return New-CPThirdPartyJobOutcome -FailureType ConfigurationError -FailureMessage $wrong
    }

    $site = @($Job.InputPath.Values)[0]
    $pages = @(Get-ChildItem -LiteralPath $site -Recurse -File -Filter *.html)
    if (-not $pages) {
        $wrong = 'The artifact has no HTML pages, so there is nothing to check.'
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

    # What is left at an output's path is published before the result is reported.
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
        # A message holds 5,000 characters: the first links are enough to begin with.
        $where = @($broken | Select-Object -First 20 | ForEach-Object { "$($_.Link) in $($_.Page)" })
        $more = if ($broken.Count -gt 20) { '; and more' } else { '' }
        $wrong = "$($broken.Count) of $($links.Count) links lead nowhere: $($where -join '; ')$more"
        return New-CPThirdPartyJobOutcome -FailureType JobFailed -FailureMessage $wrong
    }

    New-CPThirdPartyJobOutcome -Summary "$($links.Count) links lead somewhere." -PercentComplete 100
}
