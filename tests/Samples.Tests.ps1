BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $samples = Join-Path $RepositoryRoot 'samples'

    # A zip of the files in a table of name to text.
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

        function Invoke-Deploy([hashtable] $Files, [string] $SiteName) {
            $job = @{ InputArtifact = @{ Site = New-SiteZip $Files }; Configuration = @{ SiteName = $SiteName } }
            $made = New-CPThirdPartyEmulatorJob $ActionType @job
            $with = @{ SiteRoot = $root; JournalPath = Join-Path $TestDrive 'deploy.journal'; MaxJobs = 1 }
            $result = & "$samples/DeployWorker/Start-DeployWorker.ps1" -ActionType $ActionType @with
            $result.JobId | Should -Be $made.JobId
            Get-CPThirdPartyEmulatorJob | Where-Object JobId -EQ $made.JobId
        }
    }

    It 'puts the site in place, and then the next release' {
        (Invoke-Deploy @{ 'index.html' = 'one'; 'a/b.html' = 'b' } 'shop').Status | Should -Be 'Succeeded'
        Get-Content -Raw -LiteralPath ([IO.Path]::Combine($root, 'shop', 'current', 'index.html')) | Should -Be 'one'
        Get-Content -Raw -LiteralPath ([IO.Path]::Combine($root, 'shop', 'current', 'a', 'b.html')) | Should -Be 'b'

        (Invoke-Deploy @{ 'index.html' = 'two' } 'shop').Summary | Should -Match '^Site shop is at release '
        Get-Content -Raw -LiteralPath ([IO.Path]::Combine($root, 'shop', 'current', 'index.html')) | Should -Be 'two'
    }

    It 'keeps five releases' {
        foreach ($number in 1..6) {
            (Invoke-Deploy @{ 'index.html' = "$number" } 'many').Status | Should -Be 'Succeeded'
        }

        @(Get-ChildItem -LiteralPath ([IO.Path]::Combine($root, 'many', 'releases'))).Count | Should -Be 5
        Get-Content -Raw -LiteralPath ([IO.Path]::Combine($root, 'many', 'current', 'index.html')) | Should -Be '6'
    }

    It 'tells the customer what is wrong with the configuration' {
        $job = Invoke-Deploy @{ 'index.html' = 'x' } '../etc'
        $job.Status | Should -Be 'Failed'
        $job.FailureType | Should -Be 'ConfigurationError'
        $job.FailureMessage | Should -Match "SiteName is '\.\./etc'"
    }

    It 'refuses what is no site' {
        (Invoke-Deploy @{ 'readme.txt' = 'x' } 'shop').FailureMessage |
            Should -Be 'The artifact has no index.html at its root.'
    }
}

Describe 'The test worker' {
    BeforeAll {
        $emulator = Start-TestService

        function Invoke-Check([hashtable] $Files) {
            $site = @{ Site = New-SiteZip $Files }
            $made = New-CPThirdPartyEmulatorJob $ActionType -InputArtifact $site -OutputArtifact Report
            $with = @{ JournalPath = Join-Path $TestDrive 'test.journal'; MaxJobs = 1 }
            $null = & "$samples/TestWorker/Start-TestWorker.ps1" -ActionType $ActionType @with
            Get-CPThirdPartyEmulatorJob | Where-Object JobId -EQ $made.JobId
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

    It 'passes a site whose links lead somewhere, and hands on a report' {
        $job = Invoke-Check @{
            'index.html' = '<a href="a/b.html">b</a> <a href="https://example.com/">out</a>'
            'a/b.html' = '<a href="/index.html#top">up</a>'
        }

        $job.Status | Should -Be 'Succeeded'
        $job.Summary | Should -Be '2 links lead somewhere.'
        $report = Get-Report $job
        $report.testsuite.tests | Should -Be 2
        $report.testsuite.failures | Should -Be 0
    }

    It 'fails a site with a link that leads nowhere, and names it' {
        $job = Invoke-Check @{ 'index.html' = '<a href="gone.html">x</a> <a href="index.html">y</a>' }

        $job.Status | Should -Be 'Failed'
        $job.FailureType | Should -Be 'JobFailed'
        $job.FailureMessage | Should -Match '1 of 2 links lead nowhere: gone\.html in index\.html'
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
            $null = & "$samples/LongRunningWorker/Start-LongRunningWorker.ps1" -ActionType $ActionType @with
            $job = Get-CPThirdPartyEmulatorJob | Where-Object JobId -EQ $made.JobId
            while ($job.NextJobId) {
                $next = $job.NextJobId
                $job = Get-CPThirdPartyEmulatorJob | Where-Object JobId -EQ $next
            }
            $job
        }
    }

    It 'goes on over continuation tokens until the run is done' {
        $last = Invoke-LongWork 'website' 4
        $last.Status | Should -Be 'Succeeded'
        $last.Summary | Should -Match '^Run [0-9a-f-]+ is done\.$'
    }

    It 'fails the action where the run fails' {
        $last = Invoke-LongWork 'broken' 2
        $last.Status | Should -Be 'Failed'
        $last.FailureMessage | Should -Match '^Run [0-9a-f-]+ of broken failed\.$'
    }
}

Describe 'What a worker runs under' {
    BeforeAll {
        $pwsh = New-EngineLauncher (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'bin'))
    }

    It 'is a unit that systemd takes' -Skip:(-not (Get-Command -Name systemd-analyze -ErrorAction Ignore)) {
        $unit = Join-Path $TestDrive 'codepipeline-worker.service'
        (Get-Content -Raw -LiteralPath "$samples/Hosting/codepipeline-worker.service").Replace('/usr/bin/pwsh', $pwsh) |
            Set-Content -LiteralPath $unit
        $said = systemd-analyze verify --man=no $unit 2>&1 | Where-Object { "$_" -match 'codepipeline-worker' }
        $said | Should -BeNullOrEmpty
    }

    It 'is a container file whose script, version and arguments are those of the project' {
        $lines = Get-Content -LiteralPath "$samples/Hosting/Containerfile"
        $version = (Import-PowerShellDataFile -Path $ModuleManifest).ModuleVersion
        $lines -match '^RUN pwsh' | Should -Match "CodePipeline\.ThirdParty -Version $([regex]::Escape($version)) "
        $copied = ($lines -match '^COPY').Split(' ')[-2]
        [IO.Path]::Combine($samples, 'TestWorker', $copied) | Should -Exist
        $entry = ($lines -match '^ENTRYPOINT')[0].Substring('ENTRYPOINT '.Length) | ConvertFrom-Json
        $parameters = (Get-Command -Name "$samples/TestWorker/$copied").Parameters.Keys
        $entry | Where-Object { $_ -match '^-(?!NoProfile|NonInteractive|File)' } |
            ForEach-Object { $parameters | Should -Contain $_.TrimStart('-') }
    }

    It 'is the sample script in a process of its own, which ends well at SIGTERM' -Skip:$IsWindows {
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
        # Loaded by the name of the cmdlet, as where it is installed.
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
        # Windows' cmdlets, stood in for by what they are given.
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

    It 'runs the script with its parameters, from the start of the machine and without end' {
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

    It 'says what is wrong with its input' {
        { & $register -Script 'nowhere.ps1' } | Should -Throw "There is no script 'nowhere.ps1'*"
        { & $register -Script $script -Argument @{ SiteRoot = 'a"b' } } |
            Should -Throw "The value of 'SiteRoot' has a quotation mark*"
    }
}
