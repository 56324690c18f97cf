<#
.SYNOPSIS
    Runs a session on the emulator and draws what it shows: docs/session.svg, for the README.
.DESCRIPTION
    Each command runs as it is drawn, on the module in output/. Ids are new each time; all else stays the same.
.PARAMETER OutputPath
    Where to write the picture; docs/session.svg if not given.
.EXAMPLE
    pwsh -NoProfile -File tools/New-SessionPicture.ps1
#>
[CmdletBinding()]
param([string] $OutputPath)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Continue'
$root = Split-Path -Path $PSScriptRoot -Parent
if (-not $OutputPath) {
    $OutputPath = [IO.Path]::Combine($root, 'docs', 'session.svg')
}

$name = 'CodePipeline.ThirdParty'
$version = (Import-PowerShellDataFile -Path (Join-Path -Path $root -ChildPath "$name.psd1")).ModuleVersion
Import-Module -Name ([IO.Path]::Combine($root, 'output', $name, $version, "$name.psd1"))

$columns = 96
$commands = @(
    'Start-CPThirdPartyEmulator | Connect-CPThirdParty'
    '$null = New-CPThirdPartyEmulatorJob Test/Contoso/1 -Count 3 -Configuration @{ Name = ''web'' }'
    '$jobs = Get-CPThirdPartyJob Test/Contoso/1 -MaxBatchSize 2 | Confirm-CPThirdPartyJob'
    '$jobs | Format-Table'
    '"Project $($jobs[0].Configuration[''Name'']), client token $($jobs[0].ClientToken)"'
    '$jobs[0] | Complete-CPThirdPartyJob -Summary ''40 tests passed'''
    '$jobs[1] | Complete-CPThirdPartyJob -FailureMessage ''3 of 40 tests failed'''
    '$jobs[1] | Complete-CPThirdPartyJob -Summary ''on second thoughts'''
    'Invoke-CPThirdPartyWorker Test/Contoso/1 -MaxJobs 1 { New-CPThirdPartyJobOutcome ''tested'' }'
    'Get-CPThirdPartyEmulatorJob'
)

# A line of the picture: its class and its text, broken between words, so that ids stay whole.
function Add-Line([System.Collections.Generic.List[object]] $Lines, [string] $Class, [string] $Text) {
    while ($Text.Length -gt $columns) {
        $space = $Text.LastIndexOf(' ', $columns)
        $Lines.Add(@($Class, $Text.Substring(0, $space)))
        $Text = '  ' + $Text.Substring($space + 1)
    }

    $Lines.Add(@($Class, $Text))
}

$style = $PSStyle.OutputRendering
$PSStyle.OutputRendering = 'PlainText'
$lines = [System.Collections.Generic.List[object]]::new()
try {
    foreach ($command in $commands) {
        Add-Line -Lines $lines -Class 'command' -Text "PS> $command"
        $errors = @()
        # The commands above, which stand in this file: there is no other way to run what is drawn.
        $output = . ([scriptblock]::Create($command)) 2>&1 | ForEach-Object {
            if ($_ -is [System.Management.Automation.ErrorRecord]) { $errors += $_ } else { $_ }
        } | Out-String -Width $columns
        foreach ($line in $output -split '\r?\n' | Where-Object { $_.Trim() }) {
            Add-Line -Lines $lines -Class 'output' -Text $line.TrimEnd()
        }

        foreach ($problem in $errors) {
            $text = "$($problem.InvocationInfo.MyCommand): $($problem.ErrorDetails.Message)"
            Add-Line -Lines $lines -Class 'error' -Text $text
            Add-Line -Lines $lines -Class 'error' -Text "  Recommendation: $($problem.ErrorDetails.RecommendedAction)"
        }
    }
} finally {
    $PSStyle.OutputRendering = $style
    Get-CPThirdPartyEmulator | Stop-CPThirdPartyEmulator
    Disconnect-CPThirdParty
}

$width = 16 + [int]($columns * 7.85)
$height = 24 + 18 * $lines.Count
$svg = [Text.StringBuilder]::new()
$null = $svg.Append("<svg xmlns=`"http://www.w3.org/2000/svg`" viewBox=`"0 0 $width $height`" ")
$null = $svg.Append("width=`"$width`" height=`"$height`" role=`"img`">`n")
$null = $svg.Append("<title>A session: jobs are polled, claimed, completed by hand and by a worker</title>`n")
$null = $svg.Append('<style>text{font:13px Consolas,Menlo,"DejaVu Sans Mono",monospace;white-space:pre;fill:#d4d4d4}' +
    ".command{fill:#9cdcfe}.error{fill:#f48771}</style>`n")
$null = $svg.Append("<rect width=`"$width`" height=`"$height`" rx=`"6`" fill=`"#1e1e1e`"/>`n")
$y = 24
foreach ($line in $lines) {
    $text = [System.Security.SecurityElement]::Escape($line[1])
    $null = $svg.Append("<text x=`"10`" y=`"$y`" class=`"$($line[0])`" xml:space=`"preserve`">$text</text>`n")
    $y += 18
}

$null = $svg.Append("</svg>`n")
[IO.File]::WriteAllText($OutputPath, $svg.ToString(), [Text.UTF8Encoding]::new($false))
[Console]::Out.WriteLine("$OutputPath ($($lines.Count) lines)")
