<#
.SYNOPSIS
A test worker: checks that every link of a site leads somewhere, and hands on a report.

.DESCRIPTION
Each job has one input artifact with HTML pages. The worker follows each link to another file of the artifact, and
writes a report in JUnit's format to the job's output artifact, if it has one. A link that leads nowhere fails the job,
with the page and the link in the message.

Four jobs run at once, each in a runspace of its own.

.EXAMPLE
./Start-TestWorker.ps1 -ActionType Test/Contoso/1 -JournalPath ./test.journal
#>
[CmdletBinding()]
param(
    # The action type to work for, such as Test/Contoso/1.
    [Parameter(Mandatory)]
    [string] $ActionType,

    # The journal's file. One worker, one journal.
    [Parameter(Mandatory)]
    [string] $JournalPath,

    # How many jobs run at once.
    [int] $ThrottleLimit = 4,

    # Ends after this many jobs; 0 runs until it is stopped.
    [int] $MaxJobs,

    # Ends after this many seconds without a job; 0 waits for ever.
    [int] $IdleTimeout
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$worker = @{
    ActionType    = $ActionType
    JournalPath   = $JournalPath
    ThrottleLimit = $ThrottleLimit
    JobTimeout    = New-TimeSpan -Minutes 10
}
if ($MaxJobs) { $worker.MaxJobs = $MaxJobs }
if ($IdleTimeout) { $worker.IdleTimeout = $IdleTimeout }

Invoke-CPThirdPartyWorker @worker -ScriptBlock {
    $ErrorActionPreference = 'Stop'
    $site = @($Job.InputPath.Values)[0]
    $links = @(Get-ChildItem -LiteralPath $site -Recurse -File -Filter *.html | ForEach-Object {
        $page = $_
        $text = Get-Content -Raw -LiteralPath $page.FullName
        [regex]::Matches($text, 'href="(?![a-z]+:)([^"#?]+)') | ForEach-Object {
            $link = [uri]::UnescapeDataString($_.Groups[1].Value)
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
        $where = @($broken | ForEach-Object { "$($_.Link) in $($_.Page)" })
        throw "$($broken.Count) of $($links.Count) links lead nowhere: $($where -join '; ')"
    }

    New-CPThirdPartyJobOutcome -Summary "$($links.Count) links lead somewhere." -PercentComplete 100
}
