BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest

    # Reads the headers of a table on a wide screen, separated by the rule below them.
    function Get-TableHeader($Object) {
        $lines = $Object | Format-Table | Out-String -Width 200 | ForEach-Object { $_ -split '\r?\n' }
        $lines = @($lines | Where-Object { $_.Trim() -and $_ -notmatch '^ +ActionType: ' })
        [regex]::Matches($lines[1], '-+') | ForEach-Object { $lines[0].Substring($_.Index, $_.Length).Trim() }
    }

    function Get-ListLabel($Object) {
        $lines = $Object | Format-List | Out-String -Width 120 | ForEach-Object { $_ -split '\r?\n' }
        @($lines | Where-Object { $_ -match '^(\w+)\s*: ' } | ForEach-Object { ($_ -split ':')[0].Trim() })
    }

    # Starts a separate pipeline with this module that can be stopped like by Ctrl+C.
    function Start-Pipeline([string] $Script) {
        $shell = [powershell]::Create()
        $null = $shell.AddScript(
            'param($Manifest, $Emulator) Import-Module $Manifest; $Emulator | Connect-CPThirdParty').
            AddArgument($ModuleManifest).AddArgument($emulator).Invoke()
        $shell.Commands.Clear()
        $null = $shell.AddScript($Script)
        [pscustomobject]@{ Shell = $shell; Result = $shell.BeginInvoke() }
    }

    function Wait-Until([scriptblock] $Condition, [string] $What) {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while (-not (& $Condition)) {
            if ($clock.Elapsed.TotalSeconds -gt 60) {
                throw "It did not come to this in 60 s: $What"
            }

            [System.Threading.Thread]::Sleep(10)
        }
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'Views' {
    BeforeAll {
        $emulator = Start-TestService -Emulator @{ Name = 'views' }
        $null = New-CPThirdPartyEmulatorJob $ActionType -InputArtifact In -OutputArtifact Out -Configuration @{
            ProjectName = 'web'
        }
        $job = Get-CPThirdPartyJob $ActionType
        $detail = $job | Get-CPThirdPartyJobDetail
        $result = [CodePipeline.ThirdParty.Worker.JobReport]::new()
    }

    AfterAll {
        Clear-TestService
    }

    It 'of <What> is a table of <Columns>' -TestCases @(
        @{ What = 'a job'; Make = { $job }; Columns = 'JobId', 'Status', 'ClientId' }
        @{ What = 'details'; Make = { $detail }; Columns = 'JobId', 'Status', 'Pipeline', 'Action' }
        @{ What = 'an artifact'; Make = { $detail.InputArtifacts }; Columns = 'Name', 'Bucket', 'Key' }
        @{ What = 'a session'; Make = { Get-CPThirdPartySession }
            Columns = 'Name', 'Region', 'Endpoint', 'Credentials', 'Client tokens'
        }
        @{ What = 'a check'; Make = { Test-CPThirdPartyConnection }; Columns = 'Check', 'Result', 'Detail' }
        @{ What = 'an emulator'; Make = { Get-CPThirdPartyEmulator }
            Columns = 'Name', 'Endpoint', 'Region', 'Running', 'StartedAt'
        }
        @{ What = 'an emulator''s job'; Make = { Get-CPThirdPartyEmulatorJob }
            Columns = 'JobId', 'Status', 'Result'
        }
        @{ What = 'a worker''s result'; Make = { $result }
            Columns = 'JobId', 'Outcome', 'Duration', 'Message'
        }
    ) {
        Get-TableHeader (& $Make) | Should -Be $Columns
    }

    It 'of a job is a table, of details a list' {
        "$($job | Out-String)" | Should -Match '(?m)^ +ActionType: Test/Contoso/1\r?\n\r?\nJobId +Status +ClientId'
        "$($detail | Out-String)" | Should -Match '(?m)^JobId +: '
    }

    It 'of details lists the worker''s data' {
        Get-ListLabel $detail |
            Should -Be 'JobId', 'Status', 'ActionType', 'PipelineName', 'StageName', 'ActionName', 'Configuration',
            'InputArtifacts', 'OutputArtifacts', 'EncryptionKey', 'ClientId'
        $text = $detail | Out-String
        $text | Should -Match '(?m)^Configuration +: \{ProjectName\}'
        $text | Should -Match '(?m)^InputArtifacts +: \{In\}'
    }

    It 'of an emulator lists connection data and masks the key' {
        $text = $emulator | Format-List | Out-String
        foreach ($label in 'Name', 'Endpoint', 'Region', 'AccessKeyId', 'SecretAccessKey', 'IsRunning') {
            $text | Should -Match "(?m)^$label +: \S"
        }
        $text | Should -Match '(?m)^SecretAccessKey +: \*\*\*'
    }

    It 'fit in 80 columns without broken headers' {
        foreach (
            $object in $job, $detail, $detail.InputArtifacts, (Get-CPThirdPartySession), $emulator,
                (Get-CPThirdPartyEmulatorJob)
        ) {
            $lines = $object | Format-Table | Out-String -Width 80 | ForEach-Object { $_ -split '\r?\n' }
            $lines = @($lines | Where-Object { $_.Trim() -and $_ -notmatch '^ +ActionType: ' })
            $lines[1] | Should -Match '^[- ]+$' -Because "the line under '$($lines[0])' is the rule"
        }
    }
}

# Tests of the display at 80 columns.
Describe 'Views at 80 columns' {
    BeforeAll {
        $emulator = Start-TestService -Emulator @{ Name = 'narrow' }
        $longType = 'Build/Contoso-Widgets-And-Gadgets/2026'
        $message = 'The build of the project web failed: 3 of 40 tests failed, see ' +
            'https://ci.contoso.example/builds/1234567 for the log and the list of tests that failed.'

        # Formats in a culture where PowerShell wraps at words and in one where it breaks them.
        function Get-TerminalText([scriptblock] $Script) {
            foreach ($culture in 'en-US', '') {
                $before = [cultureinfo]::CurrentCulture
                try {
                    [cultureinfo]::CurrentCulture = $culture
                    & $Script | Out-String -Width 80
                } finally {
                    [cultureinfo]::CurrentCulture = $before
                }
            }
        }

        # Joins the lines of a text.
        function Get-Flat([string] $Text) {
            $Text -replace '\s+', ' '
        }
    }

    AfterAll {
        Clear-TestService
    }

    It 'a worker''s result shows outcome, job and wrapped message' {
        $null = New-CPThirdPartyEmulatorJob $longType
        $results = Invoke-CPThirdPartyWorker $longType -MaxJobs 1 -WarningAction Ignore {
            New-CPThirdPartyJobOutcome -FailureType ConfigurationError -FailureMessage $message
        }
        foreach ($text in Get-TerminalText { $results }) {
            $lines = @($text -split '\r?\n' | Where-Object { $_ })
            $lines | ForEach-Object { $_.Length | Should -BeLessThan 80 }
            $lines[0] | Should -Match "^Failed +00:00:\d\d\.\d $($results.JobId)$"
            $rest = @($lines | Select-Object -Skip 1)
            Get-Flat ($rest -join ' ') | Should -Be " ${longType}, ConfigurationError: $message"
            $rest | ForEach-Object { $_ | Should -Match '^    \S' }
        }
    }

    It 'an emulator''s job shows its whole result' {
        $made = New-CPThirdPartyEmulatorJob $longType
        $null = Invoke-CPThirdPartyWorker $longType -MaxJobs 1 -WarningAction Ignore {
            New-CPThirdPartyJobOutcome -FailureMessage $message
        }
        foreach ($text in Get-TerminalText { Get-CPThirdPartyEmulatorJob | Where-Object JobId -EQ $made.JobId }) {
            $text | Should -Match "(?m)^ +ActionType: $longType"
            ($text -replace '\s') | Should -BeLike "*$($made.JobId)Failed$($message -replace '\s')"
        }
    }

    It 'a table keeps its widths between other objects' {
        $other = 'Deploy/Contoso/9'
        $text = & {
            New-CPThirdPartyEmulatorJob $other
            Invoke-CPThirdPartyWorker $other -MaxJobs 1 { New-CPThirdPartyJobOutcome -Summary '40 tests passed' }
            Get-CPThirdPartyEmulatorJob | Where-Object { "$($_.ActionType)" -eq $other }
        } | Out-String -Width 80
        $text | Should -Match '(?m)^[0-9a-f-]{36} Queued'
        $text | Should -Match '(?m)^[0-9a-f-]{36} Succeeded +40 tests passed'
        $text | Should -Match '(?m)^Outcome +: Succeeded'
        $text | Should -Not -Match 'ClientId'
    }

    It 'a session shows its whole endpoint' {
        $url = 'https://vpce-0123456789abcdef0-1a2b3c4d.codepipeline.eu-central-1.vpce.amazonaws.com/'
        Connect-CPThirdParty -Name long -Region eu-central-1 -EndpointUrl $url
        foreach ($text in Get-TerminalText { Get-CPThirdPartySession long }) {
            ($text -replace '\s') | Should -BeLike "*Endpoint:$url*"
        }

        Get-CPThirdPartySession long | Disconnect-CPThirdParty
    }

    It 'a failed check shows its fix without broken words' {
        $check = Test-CPThirdPartyConnection -Region eu-central-1 -EndpointUrl http://127.0.0.1:9
        $failed = $check | Where-Object Result -EQ Failed
        $failed.RecommendedAction | Should -Not -BeNullOrEmpty
        foreach ($text in Get-TerminalText { $check }) {
            $lines = @($text -split '\r?\n' | Where-Object { $_.Length -gt 40 } | ForEach-Object { $_.Substring(40) })
            $flat = Get-Flat ($lines -join ' ')
            $flat | Should -BeLike "*$($failed.Text) Fix: $($failed.RecommendedAction)*"
            $flat | Should -BeLike '*No action type was given. Give -ActionType to check its format.*'
        }
    }

    It 'a saved artifact shows its folder and no empty column' {
        $file = Join-Path $TestDrive 'page.txt'
        Set-Content -LiteralPath $file -Value 'x'
        $null = New-CPThirdPartyEmulatorJob $ActionType -InputArtifact @{ Site = $file }
        $in = Join-Path $TestDrive 'in'
        $job = Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail

        # Also works if the current location is not in the file system.
        Push-Location -Path Env:
        try {
            $saved = $job | Save-CPThirdPartyJobArtifact -Destination $in
        } finally {
            Pop-Location
        }

        $expected = Get-Item -LiteralPath (Join-Path $in 'Site') | Out-String -Width 80
        $saved | Out-String -Width 80 | Should -Be $expected
        $expected | Should -BeLike "*Directory: $in*"
    }
}

Describe 'Completion' {
    BeforeAll {
        # Runs in a separate runspace that knows only the jobs of these tests.
        $shell = [powershell]::Create()
        $null = $shell.AddScript({
            param($Manifest, $ActionType)
            Import-Module $Manifest
            Start-CPThirdPartyEmulator completed -ActionType $ActionType | Connect-CPThirdParty -Name 'my session'
            $made = @{ ClientId = 'customer'; InputArtifact = 'In'; OutputArtifact = 'Out' }
            $null = New-CPThirdPartyEmulatorJob $ActionType @made
            $null = Get-CPThirdPartyJob $ActionType -Session 'my session' | Get-CPThirdPartyJobDetail
        }).AddArgument($ModuleManifest).AddArgument($ActionType).Invoke()

        function Get-Completion([string] $Line, [string] $Folder = $TestDrive) {
            $shell.Commands.Clear()
            $shell.AddScript({
                param($Line, $Folder)
                Set-Location -LiteralPath $Folder
                TabExpansion2 -inputScript $Line -cursorColumn $Line.Length |
                    ForEach-Object CompletionMatches | ForEach-Object CompletionText
            }).AddArgument($Line).AddArgument($Folder).Invoke()
        }
    }

    AfterAll {
        $shell.Dispose()
        Clear-TestService
    }

    It 'of "<Line>" gives <Expected>' -TestCases @(
        @{ Line = 'Get-CPThirdPartyJob -ActionType Test/C'; Expected = 'Test/Contoso/1' }
        @{ Line = 'Get-CPThirdPartyJob -ActionType Appr'; Expected = 'Approval/' }
        @{ Line = 'Get-CPThirdPartyJob -Category De'; Expected = 'Deploy' }
        @{ Line = 'Get-CPThirdPartyJob -Owner '; Expected = 'ThirdParty' }
        @{ Line = 'Get-CPThirdPartyJob -Category Test -Version 1 -Provider '; Expected = 'Contoso' }
        @{ Line = 'Invoke-CPThirdPartyWorker -Category Test -Provider Contoso -Version '; Expected = '1' }
        @{ Line = 'Invoke-CPThirdPartyWorker -Category Build -Provider '; Expected = $null }
        @{ Line = 'Confirm-CPThirdPartyJob -Select Non'; Expected = 'Nonce' }
        @{ Line = 'Confirm-CPThirdPartyJob -Select JobD'; Expected = $null }
        @{ Line = 'Get-CPThirdPartyJobDetail -Select JobD'; Expected = 'JobDetails' }
        @{ Line = 'Confirm-CPThirdPartyJob -JobId '; Expected = 'job-of-one' }
        @{ Line = 'Get-CPThirdPartyJobDetail '; Expected = 'job-of-one' }
        @{ Line = 'Get-CPThirdPartyJobDetail -ClientId cus'; Expected = 'customer' }
        @{ Line = 'Save-CPThirdPartyJobArtifact -Name '; Expected = 'In' }
        @{ Line = 'Save-CPThirdPartyJobArtifact -Output -Name '; Expected = 'Out' }
        @{ Line = 'Save-CPThirdPartyJobArtifact -JobId other -Name '; Expected = $null }
        @{ Line = 'Publish-CPThirdPartyJobArtifact -Name '; Expected = 'Out' }
        @{ Line = 'New-CPThirdPartyEmulatorJob -ClientId cus'; Expected = 'customer' }
        @{ Line = 'Get-CPThirdPartyEmulatorJob '; Expected = 'job-of-one' }
        @{ Line = 'Stop-CPThirdPartyEmulator '; Expected = 'completed' }
        @{ Line = 'Stop-CPThirdPartyEmulator -Name c'; Expected = 'completed' }
        @{ Line = 'Connect-CPThirdParty -Emulator '; Expected = 'completed' }
        @{ Line = 'Start-CPThirdPartyEmulator -Fault throt'; Expected = "'throttle='" }
        @{ Line = 'Get-CPThirdPartyJob -Region eu-central-1'; Expected = 'eu-central-1' }
        @{ Line = 'Get-CPThirdPartyJob -Session my'; Expected = "'my session'" }
        @{ Line = 'Disconnect-CPThirdParty m'; Expected = "'my session'" }
        @{ Line = 'Complete-CPThirdPartyJob -FailureType Perm'; Expected = 'PermissionError' }
        @{ Line = 'New-CPThirdPartySkeleton -Operation Poll'; Expected = 'PollForThirdPartyJobs' }
        @{ Line = 'New-CPThirdPartySkeleton Complete'; Expected = 'Complete-CPThirdPartyJob' }
        @{ Line = 'Get-CPThirdPartyEmulator com'; Expected = 'completed' }
        @{ Line = 'Get-CPThirdPartyEmulatorJob -Status Suc'; Expected = 'Succeeded' }
        @{ Line = 'Connect-CPThirdParty -RetryMode Ad'; Expected = 'Adaptive' }
    ) {
        $Expected = if ($Expected -eq 'job-of-one') { (Get-CPThirdPartyEmulatorJob).JobId } else { $Expected }
        Get-Completion $Line | Should -Be $Expected
    }

    It 'offers file names only for paths' {
        # A file whose name matches no value.
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'files')).FullName
        $null = New-Item -ItemType File -Path (Join-Path $folder '~file')
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters +
            [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        $named = foreach ($command in Get-Command -Module CodePipeline.ThirdParty) {
            foreach ($parameter in $command.Parameters.Values) {
                $name = $parameter.Name
                if (
                    -not $parameter.SwitchParameter -and $name -notin $common -and
                        -not ($parameter.Attributes | Where-Object { $_ -is [Parameter] -and $_.DontShow }) -and
                        (Get-Completion "$($command.Name) -$name " $folder) -like '*~file*'
                ) {
                    $name
                }
            }
        }

        $named | Sort-Object -Unique |
            Should -Be 'CaBundle', 'Destination', 'FilePath', 'JournalPath', 'LogPath', 'Path', 'ProfileLocation',
            'WorkDirectory'
    }

    It 'of a profile name offers those of the AWS files' {
        # Runs in a separate process, because the AWS SDK reads the file locations once per process.
        $file = Join-Path $TestDrive 'credentials'
        Set-Content -Path $file -Value '[partner-test]', 'aws_access_key_id = A', 'aws_secret_access_key = b'
        $child = Invoke-ChildPwsh -Environment @{ AWS_SHARED_CREDENTIALS_FILE = $file } -Script '
            $line = "Get-CPThirdPartyJob -ProfileName part"
            (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText'
        $child.Lines | Should -Be 'partner-test'
    }

    It 'offers the regions without a call' {
        $before = (Get-ServiceRequest | Measure-Object).Count
        @(Get-Completion 'Connect-CPThirdParty -Region us-').Count | Should -BeGreaterThan 5
        (Get-ServiceRequest | Measure-Object).Count | Should -Be $before
    }
}

Describe 'Metadata' {
    It 'of <_> has an output type and a clean syntax' -TestCases @(
        'Complete-CPThirdPartyJob', 'Confirm-CPThirdPartyJob', 'Connect-CPThirdParty', 'Get-CPThirdPartyEmulator',
        'Get-CPThirdPartyEmulatorJob', 'Get-CPThirdPartyJob', 'Get-CPThirdPartyJobDetail', 'Get-CPThirdPartySession',
        'New-CPThirdPartyEmulatorJob', 'New-CPThirdPartySkeleton', 'Start-CPThirdPartyEmulator',
        'Test-CPThirdPartyConnection'
    ) {
        $command = Get-Command $_
        $command.OutputType | Should -Not -BeNullOrEmpty
        foreach ($type in $command.OutputType) {
            $type.Type | Should -Not -BeNullOrEmpty -Because "$($type.Name) is a type that PowerShell sees"
        }

        "$(Get-Command $_ -Syntax)" | Should -Match "^\s*$_ "
    }

    It 'supports -WhatIf exactly for changing cmdlets' {
        $with = Get-Command -Module CodePipeline.ThirdParty |
            Where-Object { $_.Parameters.ContainsKey('WhatIf') } | ForEach-Object Name
        $with | Sort-Object |
            Should -Be 'Complete-CPThirdPartyJob', 'Confirm-CPThirdPartyJob', 'Disconnect-CPThirdParty',
            'Invoke-CPThirdPartyWorker', 'New-CPThirdPartyEmulatorJob', 'Publish-CPThirdPartyJobArtifact',
            'Save-CPThirdPartyJobArtifact', 'Start-CPThirdPartyEmulator', 'Stop-CPThirdPartyEmulator'
    }

    It 'has the job id at position 0 and approved verbs' {
        foreach ($name in 'Get-CPThirdPartyJobDetail', 'Confirm-CPThirdPartyJob', 'Complete-CPThirdPartyJob') {
            $positions = (Get-Command $name).Parameters.Values | ForEach-Object { $parameter = $_
                $_.Attributes | Where-Object { $_ -is [Parameter] -and $_.Position -ge 0 } |
                    ForEach-Object { "$($_.Position) $($parameter.Name)" } }
            $positions | Should -Be '0 JobId'
        }
        $approved = (Get-Verb).Verb
        Get-Command -Module CodePipeline.ThirdParty -CommandType Cmdlet |
            ForEach-Object { $_.Verb | Should -BeIn $approved }
    }
}

Describe 'The output during work' {
    BeforeEach {
        $emulator = Start-TestService
    }

    AfterEach {
        Clear-TestService
    }

    It 'is one verbose line per step' {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $lines = & {
            Get-CPThirdPartyJob $ActionType -Verbose |
                Get-CPThirdPartyJobDetail -Verbose | Confirm-CPThirdPartyJob -Verbose |
                Complete-CPThirdPartyJob -Verbose
        } 4>&1 | ForEach-Object { "$_" }
        $id = (Get-CPThirdPartyEmulatorJob).JobId
        ($lines -join "`n") | Should -BeLike ("Polling for jobs of $ActionType*Received 1 job*Reading job $id*" +
            "AcknowledgeThirdPartyJob*Claimed job $id*PutThirdPartyJobSuccessResult*accepted the result of job $id*")
        $lines.Count | Should -BeLessOrEqual 7
    }

    It 'is progress while Wait waits' {
        $run = Start-Pipeline "Get-CPThirdPartyJob $ActionType -Wait -Timeout 600 -PollInterval 0.02"
        try {
            Wait-Until { $run.Shell.Streams.Progress.Count -gt 2 } 'progress'
            $first = $run.Shell.Streams.Progress[0]
            $first.Activity | Should -BeLike '*job*'
            $first.StatusDescription | Should -BeLike "$ActionType*"
            $first.SecondsRemaining | Should -BeIn (540..600)
            $null = New-CPThirdPartyEmulatorJob $ActionType
            Wait-Until { $run.Result.IsCompleted } 'the end'
            $run.Shell.EndInvoke($run.Result).Count | Should -Be 1
            $run.Shell.Streams.Error | Should -BeNullOrEmpty
            "$(@($run.Shell.Streams.Progress)[-1].RecordType)" | Should -Be 'Completed'
        } finally {
            $run.Shell.Dispose()
        }
    }
}

Describe 'Ctrl+C' {
    BeforeEach {
        $emulator = Start-TestService
    }

    AfterEach {
        Clear-TestService
    }

    It 'ends <What> immediately without an error' -TestCases @(
        @{ What = 'a wait'; Fault = $null; Script = { "Get-CPThirdPartyJob $ActionType -Wait -PollInterval 300" }
            Underway = { (Get-ServiceRequest | Measure-Object).Count -gt 0 }
        }
        @{ What = 'a slow call'; Fault = 'seed=1;slow=1,delay=120s'; Script = { "Get-CPThirdPartyJob $ActionType" }
            Underway = { (Get-ServiceRequest | Measure-Object).Count -gt 0 }
        }
        @{ What = 'a pipeline of slow calls'; Fault = 'slow=1@GetThirdPartyJobDetails,delay=120s'
            Script = {
                "'job1', 'job2', 'job3' | Get-CPThirdPartyJobDetail -ClientToken x | Confirm-CPThirdPartyJob"
            }
            Underway = { (Get-ServiceRequest GetThirdPartyJobDetails | Measure-Object).Count -gt 0 }
        }
        @{ What = 'the retries of a throttled call'; Fault = 'throttle=1'
            Script = {
                $keys = "-AccessKey $($emulator.AccessKeyId) -SecretKey '$($emulator.SecretAccessKey.Reveal())'"
                $service = "-Region us-east-1 -EndpointUrl $($emulator.Endpoint) $keys"
                "Connect-CPThirdParty -Name r -MaxAttempts 100 $service
                Get-CPThirdPartyJob $ActionType -Session r"
            }
            Underway = { (Get-ServiceRequest | Measure-Object).Count -gt 2 }
        }
    ) {
        if ($Fault) {
            $emulator.OrderFaults([CodePipeline.ThirdParty.Emulation.Faults.FaultPlan]::Parse($Fault))
        }

        $run = Start-Pipeline (& $Script)
        try {
            Wait-Until $Underway 'the call is under way'
            $run.Result.IsCompleted | Should -BeFalse
            $stop = $run.Shell.BeginStop($null, $null)
            $stop.AsyncWaitHandle.WaitOne([timespan]::FromSeconds(20)) |
                Should -BeTrue -Because 'it ends within a second, and what a busy machine adds'
            "$($run.Shell.InvocationStateInfo.State)" | Should -Be 'Stopped'
            $run.Shell.Streams.Error | Should -BeNullOrEmpty
        } finally {
            $emulator | Stop-CPThirdPartyEmulator
            $run.Shell.Dispose()
        }
    }

    It 'does not affect the next call' {
        $emulator.OrderFaults([CodePipeline.ThirdParty.Emulation.Faults.FaultPlan]::Parse('slow=1,limit=1,delay=120s'))
        $run = Start-Pipeline "Get-CPThirdPartyJob $ActionType"
        try {
            Wait-Until { (Get-ServiceRequest | Measure-Object).Count -gt 0 } 'the call is under way'
            $run.Shell.Stop()
            $run.Shell.Commands.Clear()
            $null = New-CPThirdPartyEmulatorJob $ActionType
            $run.Shell.AddScript("Get-CPThirdPartyJob $ActionType").Invoke().Count | Should -Be 1
        } finally {
            $run.Shell.Dispose()
        }
    }
}
