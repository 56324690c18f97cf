BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $samples = Join-Path $RepositoryRoot 'samples'

    # Creates a zip from a table of names to texts.
    function New-SiteZip([hashtable] $Files) {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        foreach ($name in $Files.Keys) {
            $path = Join-Path $folder $name
            $null = New-Item -ItemType Directory -Force -Path (Split-Path -Parent $path)
            Set-Content -LiteralPath $path -Value $Files[$name] -NoNewline
        }

        $zip = "$folder.zip"
        [System.IO.Compression.ZipFile]::CreateFromDirectory($folder, $zip)
        $zip
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'The deploy worker' {
    BeforeAll {
        $emulator = Start-TestService
        $root = Join-Path $TestDrive 'sites'
        $deployWorker = "$samples/DeployWorker/Start-DeployWorker.ps1"

        # Returns the ended job. The worker's warnings are in $script:warned.
        function Invoke-Worker([hashtable] $Job, [hashtable] $With = @{}) {
            $made = New-CPThirdPartyEmulatorJob $ActionType @Job
            $with = @{ SiteRoot = $root; JournalPath = Join-Path $TestDrive 'deploy.journal'; MaxJobs = 1 } + $With
            $result = & $deployWorker -ActionType $ActionType @with 3>&1
            $script:warned = "$($result | Where-Object { $_ -is [System.Management.Automation.WarningRecord] })"
            ($result | Where-Object { $_ -isnot [System.Management.Automation.WarningRecord] }).JobId |
                Should -Be $made.JobId
            Get-CPThirdPartyEmulatorJob $made.JobId
        }

        function Invoke-Deploy([hashtable] $Files, [string] $SiteName, [string] $ClientId = 'customer-a') {
            Invoke-Worker @{
                InputArtifact = @{ Site = New-SiteZip $Files }
                Configuration = @{ SiteName = $SiteName }
                ClientId      = $ClientId
            }
        }

        function Get-Page([string] $Site, [string] $Page = 'index.html') {
            Get-Content -Raw -LiteralPath ([IO.Path]::Combine($root, $Site, 'current', $Page))
        }
    }

    AfterAll {
        Clear-TestService
    }

    It 'deploys the site and then the next release' {
        (Invoke-Deploy @{ 'index.html' = 'one'; 'a/b.html' = 'b' } 'shop').Status | Should -Be 'Succeeded'
        Get-Page 'shop' | Should -Be 'one'
        Get-Page 'shop' 'a/b.html' | Should -Be 'b'

        (Invoke-Deploy @{ 'index.html' = 'two' } 'shop').Summary | Should -Match '^Site shop is at release '
        Get-Page 'shop' | Should -Be 'two'
        Get-ChildItem -LiteralPath (Join-Path $root 'shop') -Force | ForEach-Object Name | Sort-Object |
            Should -Be 'current', 'owner', 'releases'
    }

    It 'keeps five releases' {
        foreach ($number in 1..6) {
            (Invoke-Deploy @{ 'index.html' = "$number" } 'many').Status | Should -Be 'Succeeded'
        }

        @(Get-ChildItem -LiteralPath ([IO.Path]::Combine($root, 'many', 'releases'))).Count | Should -Be 5
        Get-Page 'many' | Should -Be '6'
    }

    It 'reserves a site for its first customer' {
        (Invoke-Deploy @{ 'index.html' = 'of a' } 'taken').Status | Should -Be 'Succeeded'
        $job = Invoke-Deploy @{ 'index.html' = 'of b' } 'taken' -ClientId 'customer-b'
        $job.Status | Should -Be 'Failed'
        $job.FailureType | Should -Be 'ConfigurationError'
        $job.FailureMessage | Should -Be "SiteName 'taken' belongs to another customer. Choose another name."
        Get-Page 'taken' | Should -Be 'of a'
        (Invoke-Deploy @{ 'index.html' = 'of a again' } 'taken').Status | Should -Be 'Succeeded'
        (Invoke-Deploy @{ 'index.html' = 'case' } 'taken' -ClientId 'CUSTOMER-A').Status | Should -Be 'Failed'
    }

    It 'serves a page at all times during a release' -Skip:$IsWindows {
        (Invoke-Deploy @{ 'index.html' = 'first' } 'busy').Status | Should -Be 'Succeeded'
        $stop = [System.Threading.CancellationTokenSource]::new()
        $probe = [powershell]::Create()
        $running = $probe.AddScript({
            param($Page, $Stop)
            $missing = $all = 0
            while (-not $Stop.IsCancellationRequested) {
                $all++
                if (-not [System.IO.File]::Exists($Page)) { $missing++ }
            }
            $all, $missing
        }).AddArgument([IO.Path]::Combine($root, 'busy', 'current', 'index.html')).AddArgument($stop.Token).BeginInvoke()
        try {
            foreach ($number in 1..10) {
                (Invoke-Deploy @{ 'index.html' = "$number" } 'busy').Status | Should -Be 'Succeeded'
            }
        } finally {
            $stop.Cancel()
            $all, $missing = $probe.EndInvoke($running)
            $probe.Dispose()
            $stop.Dispose()
        }

        $all | Should -BeGreaterThan 1000
        $missing | Should -Be 0
    }

    It 'tells the customer about the invalid site name "<_>"' -TestCases '../etc', 'SHOP', 'Shop', "shop`n" {
        $job = Invoke-Deploy @{ 'index.html' = 'x' } $_
        $job.Status | Should -Be 'Failed'
        $job.FailureType | Should -Be 'ConfigurationError'
        $job.FailureMessage | Should -BeLike "SiteName is '$_'. It must be *Set it in the action's configuration."
    }

    It 'tells the customer that the action needs one input: <Count>' -TestCases @(
        @{ Count = 0 }, @{ Count = 2 }
    ) {
        $job = @{ Configuration = @{ SiteName = 'shop' }; ClientId = 'customer-a' }
        if ($Count) {
            $zip = New-SiteZip @{ 'index.html' = 'x' }
            $job.InputArtifact = @{ One = $zip; Two = $zip }
        }
        $ended = Invoke-Worker $job
        $ended.FailureType | Should -Be 'ConfigurationError'
        $ended.FailureMessage | Should -BeLike "The action has $Count input artifacts. It must have one, the site.*"
    }

    It 'tells the customer about a missing name' {
        $job = Invoke-Worker @{ InputArtifact = @{ Site = New-SiteZip @{ 'index.html' = 'x' } } }
        $job.FailureMessage | Should -BeLike "SiteName is ''.*"
    }

    It 'rejects an artifact that is not a site' {
        (Invoke-Deploy @{ 'readme.txt' = 'x' } 'shop').FailureMessage |
            Should -Be 'The artifact has no index.html at its root.'
    }

    It 'writes the partner''s own errors only to the log' {
        # A file blocks the path of the releases folder.
        $null = New-Item -ItemType Directory -Path (Join-Path $root 'broken')
        Set-Content -LiteralPath ([IO.Path]::Combine($root, 'broken', 'releases')) -Value 'x'
        $job = Invoke-Deploy @{ 'index.html' = 'x' } 'broken'
        $job.FailureType | Should -Be 'SystemUnavailable'
        $job.FailureMessage | Should -BeLike "*send the job id $($job.JobId) to our support."
        $job.FailureMessage | Should -Not -BeLike "*$root*"
        $script:warned | Should -BeLike "*Cannot deploy site broken: *$root*"
    }

    It 'writes the log' {
        $log = Join-Path $TestDrive 'deploy.jsonl'
        $job = @{
            InputArtifact = @{ Site = New-SiteZip @{ 'index.html' = 'x' } }
            Configuration = @{ SiteName = 'logged' }
            ClientId      = 'customer-a'
        }
        $ended = Invoke-Worker $job @{ LogPath = $log }
        Get-Content -LiteralPath $log | ConvertFrom-Json | Where-Object event -EQ 'JobEnded' |
            ForEach-Object jobId | Should -Be $ended.JobId
    }
}

# Start-up checks of all three samples.
Describe 'A sample with a wrong setup' {
    It 'does not start and recommends an action: <_>' -TestCases @(
        'DeployWorker/Start-DeployWorker.ps1'
        'TestWorker/Start-TestWorker.ps1'
        'LongRunningWorker/Start-LongRunningWorker.ps1'
    ) {
        $emulator = Start-TestService
        try {
            $null = New-CPThirdPartyEmulatorJob $ActionType
            $emulator | Connect-CPThirdParty -AccessKey AKIAWRONG -SecretKey wrong
            $script = "$samples/$_"
            $with = @{ ActionType = $ActionType; JournalPath = Join-Path $TestDrive 'never.journal' }
            foreach ($folder in 'SiteRoot', 'RunFolder') {
                if ((Get-Command -Name $script).Parameters.ContainsKey($folder)) {
                    $with[$folder] = Join-Path $TestDrive $folder
                }
            }
            { & $script @with } | Should -Throw 'The worker cannot start. *Check *'
            (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'Queued'
        } finally {
            Clear-TestService
        }
    }
}

Describe 'The test worker' {
    BeforeAll {
        $emulator = Start-TestService

        function Invoke-Check([hashtable] $Files) {
            $site = @{ Site = New-SiteZip $Files }
            $made = New-CPThirdPartyEmulatorJob $ActionType -InputArtifact $site -OutputArtifact Report
            $with = @{ JournalPath = Join-Path $TestDrive 'test.journal'; MaxJobs = 1 }
            $null = & "$samples/TestWorker/Start-TestWorker.ps1" -ActionType $ActionType @with 3> $null
            Get-CPThirdPartyEmulatorJob $made.JobId
        }

        function Get-Report([object] $Job) {
            $artifact = $Job.OutputArtifacts[0]
            $stream = $emulator.OpenObject($artifact.BucketName, $artifact.ObjectKey)
            $zip = [System.IO.Compression.ZipArchive]::new($stream)
            try {
                $reader = [System.IO.StreamReader]::new($zip.GetEntry('links.xml').Open())
                [xml]$reader.ReadToEnd()
            } finally {
                $zip.Dispose()
            }
        }
    }

    It 'passes a site with valid links and publishes a report' {
        $job = Invoke-Check @{
            'index.html' = '<a href="a/b.html">b</a> <a href="https://example.com/">out</a>'
            'a/b.html' = '<a href="/index.html#top">up</a>'
        }

        $job.Status | Should -Be 'Succeeded'
        $job.Summary | Should -Be 'All 2 links work.'
        $report = Get-Report $job
        $report.testsuite.tests | Should -Be 2
        $report.testsuite.failures | Should -Be 0
    }

    It 'fails a site with a broken link and names it' {
        $job = Invoke-Check @{ 'index.html' = '<a href="gone.html">x</a> <a href="index.html">y</a>' }

        $job.Status | Should -Be 'Failed'
        $job.FailureType | Should -Be 'JobFailed'
        $job.FailureMessage | Should -Be '1 of 2 links are broken: gone.html in index.html'
    }

    It 'names the first of many broken links within the limit' {
        $links = 1..2000 | ForEach-Object { "<a href=`"missing-$_.html`">x</a>" }
        (Invoke-Check @{ 'index.html' = "$links" }).FailureMessage |
            Should -BeLike '2000 of 2000 links are broken: missing-1.html *missing-20.html in index.html; and more'
    }

    It 'fails a site without a page' {
        (Invoke-Check @{ 'readme.txt' = 'x' }).FailureMessage |
            Should -Be 'The artifact has no HTML pages to check.'
    }

    It 'tells the customer that the action needs an input' {
        $made = New-CPThirdPartyEmulatorJob $ActionType
        $with = @{ JournalPath = Join-Path $TestDrive 'test.journal'; MaxJobs = 1 }
        $null = & "$samples/TestWorker/Start-TestWorker.ps1" -ActionType $ActionType @with 3> $null
        $job = Get-CPThirdPartyEmulatorJob $made.JobId
        $job.FailureType | Should -Be 'ConfigurationError'
        $job.FailureMessage | Should -BeLike 'The action has 0 input artifacts. It must have one, the site.*'
    }
}

Describe 'The worker of long work' {
    BeforeAll {
        $emulator = Start-TestService -Emulator @{ ContinuationDelay = 0 }

        function Invoke-LongWork([string] $Project, [int] $Jobs) {
            $made = New-CPThirdPartyEmulatorJob $ActionType -Configuration @{ ProjectName = $Project }
            $with = @{
                RunFolder   = Join-Path $TestDrive runs
                JournalPath = Join-Path $TestDrive 'long.journal'
                MaxJobs     = $Jobs
            }
            $null = & "$samples/LongRunningWorker/Start-LongRunningWorker.ps1" -ActionType $ActionType @with 3> $null
            $job = Get-CPThirdPartyEmulatorJob | Where-Object JobId -EQ $made.JobId
            while ($job.NextJobId) {
                $next = $job.NextJobId
                $job = Get-CPThirdPartyEmulatorJob | Where-Object JobId -EQ $next
            }
            $job
        }
    }

    It 'continues with continuation tokens until the run ends' {
        $last = Invoke-LongWork 'website' 4
        $last.Status | Should -Be 'Succeeded'
        $last.Summary | Should -Match '^Run [0-9a-f-]+ is done\.$'
    }

    It 'tells the customer about the invalid project name "<_>"' -TestCases '../x', "web`n" {
        $last = Invoke-LongWork $_ 1
        $last.FailureType | Should -Be 'ConfigurationError'
        $last.FailureMessage | Should -BeLike "ProjectName is '$_'.*"
    }

    It 'protects a run from other customers'' tokens' {
        $null = Invoke-LongWork 'website' 1
        $run = (Get-ChildItem -LiteralPath (Join-Path $TestDrive runs))[0].BaseName
        foreach ($token in $run, '../runs/x') {
            $made = New-CPThirdPartyEmulatorJob $ActionType -ClientId another -ContinuationToken $token
            $with = @{
                RunFolder   = Join-Path $TestDrive runs
                JournalPath = Join-Path $TestDrive 'other.journal'
            }

            # The customer's continued job is also waiting.
            $null = & "$samples/LongRunningWorker/Start-LongRunningWorker.ps1" -ActionType $ActionType @with `
                -IdleTimeout 1 3> $null
            (Get-CPThirdPartyEmulatorJob $made.JobId).FailureMessage | Should -BeLike "Run $token no longer exists*"
        }
    }

    It 'fails the action if the run fails' {
        $last = Invoke-LongWork 'broken' 2
        $last.Status | Should -Be 'Failed'
        $last.FailureMessage | Should -Match '^Run [0-9a-f-]+ of broken failed\.$'
    }
}

Describe 'The hosting of a worker' {
    BeforeAll {
        $pwsh = New-EngineLauncher (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'bin'))
    }

    It 'is a valid systemd unit' -Skip:(-not (Get-Command -Name systemd-analyze -ErrorAction Ignore)) {
        $unit = Join-Path $TestDrive 'codepipeline-worker.service'
        (Get-Content -Raw -LiteralPath "$samples/Hosting/codepipeline-worker.service").Replace('/usr/bin/pwsh', $pwsh) |
            Set-Content -LiteralPath $unit
        $said = systemd-analyze verify --man=no $unit 2>&1 | Where-Object { "$_" -match 'codepipeline-worker' }
        $said | Should -BeNullOrEmpty
    }

    It 'is a container file with maintained images and existing files' {
        $lines = Get-Content -LiteralPath "$samples/Hosting/Containerfile"
        $lines -match '^FROM' | ForEach-Object { $_ | Should -Match '^FROM mcr\.microsoft\.com/dotnet/\w+:10\.0( AS \w+)?$' }
        $module = ($lines -match '^ARG MODULE=').Split('=')[1]
        [IO.Path]::Combine($RepositoryRoot, $module) | Should -Be (Split-Path (Split-Path $ModuleManifest))
        $copied = ($lines -match '^COPY --chmod').Split(' ')[-2]
        Join-Path $RepositoryRoot $copied | Should -Exist
        $entry = ($lines -match '^ENTRYPOINT')[0].Substring('ENTRYPOINT '.Length) | ConvertFrom-Json
        $entry[0..1] | Should -Be 'dotnet', '/opt/powershell/pwsh.dll'
        $parameters = (Get-Command -Name (Join-Path $RepositoryRoot $copied)).Parameters.Keys
        $entry | Where-Object { $_ -match '^-(?!NoProfile|NonInteractive|File)' } |
            ForEach-Object { $parameters | Should -Contain $_.TrimStart('-') }
    }

    It 'is the sample script, which ends cleanly on SIGTERM' -Skip:$IsWindows {
        $emulator = Start-TestService
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId one -ClientToken token -Configuration @{
            ProjectName = 'website'
        }
        $start = [System.Diagnostics.ProcessStartInfo]::new($pwsh)
        '-NoProfile', '-NonInteractive', '-File', "$samples/LongRunningWorker/Start-LongRunningWorker.ps1",
        '-ActionType', $ActionType,
        '-RunFolder', (Join-Path $TestDrive runs), '-JournalPath', (Join-Path $TestDrive term.journal) |
            ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        # Loads the module automatically, like an installed one.
        $start.Environment['PSModulePath'] = Join-Path $RepositoryRoot 'output'
        $start.Environment['AWS_ENDPOINT_URL'] = $emulator.Endpoint.AbsoluteUri
        $start.Environment['AWS_REGION'] = 'us-east-1'
        $start.Environment['AWS_ACCESS_KEY_ID'] = $emulator.AccessKeyId
        $start.Environment['AWS_SECRET_ACCESS_KEY'] = $emulator.SecretAccessKey.Reveal()
        $start.Environment['CPTHIRDPARTY_CLIENT_TOKEN'] = 'token'
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            $output = $process.StandardOutput.ReadToEndAsync()
            $errors = $process.StandardError.ReadToEndAsync()
            $end = [datetime]::UtcNow.AddSeconds(120)
            while (
                -not (Get-CPThirdPartyEmulatorJob | Where-Object NextJobId) -and
                    -not $process.HasExited -and [datetime]::UtcNow -lt $end
            ) {
                $null = $process.WaitForExit(50)
            }
            kill -TERM $process.Id
            $process.WaitForExit(120000) | Should -BeTrue
            $errors.Result | Should -BeNullOrEmpty
            $process.ExitCode | Should -Be 0
            $output.Result | Should -Match 'Continued'
        } finally {
            if (-not $process.HasExited) { $process.Kill() }
            $process.Dispose()
        }
    }
}

Describe 'The scheduled task' {
    BeforeAll {
        # Mocks of the Windows cmdlets that record their arguments.
        function New-ScheduledTaskAction { param($Execute, $Argument, $WorkingDirectory) $PSBoundParameters }
        function New-ScheduledTaskTrigger { param([switch] $AtStartup) "startup: $AtStartup" }
        function New-ScheduledTaskPrincipal { param($UserId, $LogonType) "$UserId as $LogonType" }
        function New-ScheduledTaskSettingsSet {
            param($RestartCount, $RestartInterval, $ExecutionTimeLimit, $MultipleInstances)
            $PSBoundParameters
        }
        function Register-ScheduledTask {
            param($TaskName, $Action, $Trigger, $Principal, $Settings)
            [pscustomobject]$PSBoundParameters
        }
        $bin = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'task')).FullName
        $pwsh = New-EngineLauncher $bin
        $path = $env:PATH
        $env:PATH = $bin + [IO.Path]::PathSeparator + $path
        $register = "$samples/Hosting/Register-WorkerTask.ps1"
        $script = "$samples/DeployWorker/Start-DeployWorker.ps1"
    }

    AfterAll {
        $env:PATH = $path
    }

    It 'runs the script with its parameters from machine start' {
        $task = & $register -Script $script -Argument @{ ActionType = 'Deploy/Contoso/1'; SiteRoot = 'D:\my sites' }
        $task.Action.Execute | Should -Be $pwsh
        $task.Action.Argument | Should -Be ("-NoProfile -NonInteractive -File `"$script`" " +
            '-ActionType "Deploy/Contoso/1" -SiteRoot "D:\my sites"')
        $task.Trigger | Should -Be 'startup: True'
        $task.Settings.ExecutionTimeLimit | Should -Be ([timespan]::Zero)
    }

    It 'registers nothing with -WhatIf' {
        & $register -Script $script -WhatIf | Should -BeNullOrEmpty
    }

    It 'reports wrong input' {
        { & $register -Script 'nowhere.ps1' } | Should -Throw "The script 'nowhere.ps1' does not exist*"
        { & $register -Script $script -Argument @{ SiteRoot = 'a"b' } } |
            Should -Throw "The value of 'SiteRoot' contains a quotation mark*"
    }
}
