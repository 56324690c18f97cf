BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
}

AfterAll {
    Exit-ModuleTest
}

Describe 'Start-, Get- and Stop-CPThirdPartyEmulator' {
    AfterEach {
        Clear-TestService
    }

    It 'starts on loopback, with a name, keys and a free port of its own' {
        $emulator = Start-CPThirdPartyEmulator
        $emulator | Should -BeOfType CodePipeline.ThirdParty.Emulation.ThirdPartyEmulator
        $emulator.Endpoint.Host | Should -Be '127.0.0.1'
        $emulator.Endpoint.Port | Should -BeGreaterThan 0
        $emulator.Name, $emulator.AccessKeyId | Should -Not -BeNullOrEmpty
        $emulator.IsRunning | Should -BeTrue
    }

    It 'uses its parameters' {
        $given = @{
            Region             = 'eu-west-1'
            AK                 = 'AKIDTEST'
            SK                 = 'secret-test'
            LeaseTime          = 30
            JobTimeLimit       = '00:10:00'
            ContinuationDelay  = 0
            CredentialLifetime = 600
            Fault              = 'seed=3;throttle=0.5'
            ActionType         = 'Test/Contoso/1', @{ Category = 'Build'; Provider = 'Contoso'; Version = 2 }
        }
        $emulator = Start-CPThirdPartyEmulator mine @given
        $emulator.Name, $emulator.Region, $emulator.AccessKeyId | Should -Be 'mine', 'eu-west-1', 'AKIDTEST'
        $emulator.SecretAccessKey.Reveal() | Should -Be 'secret-test'
        $options = $emulator.Options
        $options.LeaseTime.TotalSeconds, $options.JobTimeLimit.TotalMinutes, $options.ContinuationDelay.Ticks,
            $options.CredentialLifetime.TotalMinutes |
            Should -Be 30, 10, 0, 10
        $options.ActionTypes | ForEach-Object { "$_" } | Should -Be 'Test/Contoso/1', 'Build/Contoso/2'
        $options.Faults.Seed | Should -Be 3
    }

    It 'runs two independent emulators at once' {
        $one = Start-CPThirdPartyEmulator one
        $two = Start-CPThirdPartyEmulator two
        (Get-CPThirdPartyEmulator).Name | Should -Be 'one', 'two'
        (Get-CPThirdPartyEmulator o*).Name | Should -Be 'one'
        $null = New-CPThirdPartyEmulatorJob $ActionType -Emulator one
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 2
        @($one | Get-CPThirdPartyEmulatorJob).Count | Should -Be 1
        @($two | Get-CPThirdPartyEmulatorJob).Count | Should -Be 2
    }

    It 'stops the named emulator and discards its jobs' {
        $one = Start-CPThirdPartyEmulator one
        $two = Start-CPThirdPartyEmulator two
        Stop-CPThirdPartyEmulator one
        (Get-CPThirdPartyEmulator).Name | Should -Be 'two'
        $one.IsRunning, $two.IsRunning | Should -Be $false, $true
        $one | Connect-CPThirdParty -MaxAttempts 1
        (Invoke-Capturing { Get-CPThirdPartyJob $ActionType }).Errors[0].FullyQualifiedErrorId |
            Should -BeLike 'EndpointUnreachable,*'
    }

    It 'rejects a used name and accepts it again after a stop' {
        Start-CPThirdPartyEmulator same | Should -Not -BeNullOrEmpty
        $result = Invoke-Capturing { Start-CPThirdPartyEmulator SAME }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'EmulatorExists,*'
        "$($result.Errors[0]) $($result.Errors[0].ErrorDetails.RecommendedAction)" |
            Should -BeLike "*'SAME'*Stop-CPThirdPartyEmulator*"
        @(Get-CPThirdPartyEmulator).Count | Should -Be 1
        Stop-CPThirdPartyEmulator
        Start-CPThirdPartyEmulator same | Should -Not -BeNullOrEmpty
    }

    It 'does nothing with WhatIf' {
        Start-CPThirdPartyEmulator -WhatIf | Should -BeNullOrEmpty
        Get-CPThirdPartyEmulator | Should -BeNullOrEmpty
        $emulator = Start-CPThirdPartyEmulator
        Stop-CPThirdPartyEmulator -WhatIf
        $emulator.IsRunning | Should -BeTrue
        New-CPThirdPartyEmulatorJob $ActionType -WhatIf | Should -BeNullOrEmpty
        Get-CPThirdPartyEmulatorJob | Should -BeNullOrEmpty
    }

    It 'is visible from other runspaces of the process' {
        $null = Start-CPThirdPartyEmulator shared
        $shell = [powershell]::Create()
        try {
            $shell.AddScript('param($Manifest) Import-Module $Manifest; (Get-CPThirdPartyEmulator).Name').
                AddArgument($ModuleManifest).Invoke() |
                Should -Be 'shared'
        } finally {
            $shell.Dispose()
        }
    }

    It 'reports <What>' -TestCases @(
        @{ What = 'a fault plan without ='; With = @{ Fault = 'throttle' }; Words = 'throttle', "'='" }
        @{ What = 'an unknown fault'; With = @{ Fault = 'flood=1' }; Words = 'flood', 'drop-after' }
        @{ What = 'a probability above 1'; With = @{ Fault = 'throttle=2' }; Words = 'throttle=2', 'at most 1' }
        @{ What = 'an unknown operation'; With = @{ Fault = 'throttle=1@Poll' }
            Words = 'Poll', 'PollForThirdPartyJobs'
        }
        @{ What = 'a delay without a unit'; With = @{ Fault = 'slow=1,delay=5' }; Words = 'delay', 'ms or s' }
        @{ What = 'a lease of 0 seconds'; With = @{ LeaseTime = 0 }; Words = 'LeaseTime', 'more than zero' }
        @{ What = 'an invalid artifact region'; With = @{ ArtifactRegion = 'no region' }
            Words = 'region', 'eu-west-1'
        }
        @{ What = 'an invalid region'; With = @{ Region = 'not a region' }; Words = 'region', 'us-east-1' }
        @{ What = 'an incomplete action type'; With = @{ ActionType = 'Test' }; Words = 'Test', 'Test/Contoso/1' }
    ) {
        $result = Invoke-Capturing { Start-CPThirdPartyEmulator @With }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        foreach ($word in $Words) {
            "$($result.Errors[0]) $($result.Errors[0].ErrorDetails.RecommendedAction)" | Should -BeLike "*$word*"
        }
        Get-CPThirdPartyEmulator | Should -BeNullOrEmpty
    }
}

Describe 'New- and Get-CPThirdPartyEmulatorJob' {
    BeforeEach {
        $emulator = Start-CPThirdPartyEmulator
    }

    AfterEach {
        Clear-TestService
    }

    It 'creates jobs with all parameters' {
        $given = @{
            ClientId          = 'one'
            ClientToken       = 'abc'
            Configuration     = @{ Key = 'value'; Number = 5 }
            PipelineName      = 'P'
            StageName         = 'S'
            ActionName        = 'A'
            InputArtifact     = 'In1', 'In2'
            OutputArtifact    = 'Out'
            EncryptionKeyId   = 'key'
            ContinuationToken = 'cont'
            TimeLimit         = 90
        }
        $job = New-CPThirdPartyEmulatorJob Test/Contoso/1 @given
        $job.ClientId, $job.ClientToken.Reveal() | Should -Be 'one', 'abc'
        $job.Configuration['Key'], $job.Configuration['Number'] | Should -Be 'value', '5'
        $job.PipelineName, $job.StageName, $job.ActionName | Should -Be 'P', 'S', 'A'
        $job.InputArtifacts.Name | Should -Be 'In1', 'In2'
        $job.OutputArtifacts.Name, $job.EncryptionKeyId, $job.ContinuationToken | Should -Be 'Out', 'key', 'cont'
        $job.TimeLimit.TotalSeconds | Should -Be 90
        $job.Status | Should -Be 'Queued'
    }

    It 'stores the files of a hashtable as the job''s inputs' {
        'contents' | Set-Content -Path TestDrive:/in.zip -NoNewline
        Push-Location TestDrive:/
        try {
            $job = New-CPThirdPartyEmulatorJob $ActionType -InputArtifact @{ Source = './in.zip' } -OutputArtifact Out
        } finally {
            Pop-Location
        }

        $artifact = $job.InputArtifacts[0]
        $artifact.Name | Should -Be 'Source'
        $artifact.S3Uri | Should -Be "s3://$($emulator.ArtifactBucketName)/$($artifact.ObjectKey)"
        $emulator.FindObject($artifact.BucketName, $artifact.ObjectKey).Length | Should -Be 8
        $reader = [System.IO.StreamReader]::new($emulator.OpenObject($artifact.BucketName, $artifact.ObjectKey))
        try {
            $reader.ReadToEnd() | Should -Be 'contents'
        } finally {
            $reader.Dispose()
        }

        $emulator.ListObjects() | Should -HaveCount 1
        Get-CPThirdPartyEmulatorJob | Format-List | Out-String -Width 200 |
            Should -Match "OutputArtifacts +: \{Out s3://"
    }

    It 'creates Count jobs, each with its own client' {
        $jobs = New-CPThirdPartyEmulatorJob $ActionType -Count 4
        ($jobs.JobId | Select-Object -Unique).Count, ($jobs.ClientId | Select-Object -Unique).Count | Should -Be 4, 4
    }

    It 'accepts the emulator from the pipeline' {
        ($emulator | New-CPThirdPartyEmulatorJob $ActionType).Status | Should -Be 'Queued'
    }

    It 'finds jobs by id and status' {
        $jobs = New-CPThirdPartyEmulatorJob $ActionType -Count 2
        $null = New-CPThirdPartyEmulatorJob $ActionType -Delay 3600
        (Get-CPThirdPartyEmulatorJob -JobId $jobs[1].JobId).JobId | Should -Be $jobs[1].JobId
        @(Get-CPThirdPartyEmulatorJob -Status queued).Count | Should -Be 2
        @(Get-CPThirdPartyEmulatorJob -Status Created).Count | Should -Be 1
    }

    It 'gets the emulator job of a piped worker job' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 2
        $emulator | Connect-CPThirdParty
        $job = Get-CPThirdPartyJob $ActionType -MaxBatchSize 1
        ($job | Get-CPThirdPartyEmulatorJob).JobId | Should -Be $job.JobId
    }

    It 'reports <What>' -TestCases @(
        @{ What = 'a configuration value that is too long'; With = @{ Configuration = @{ Key = 'x' * 1001 } }
            Words = 'Key', '1000'
        }
        @{ What = 'a pipeline name with a blank'; With = @{ PipelineName = 'a b' }; Words = 'PipelineName' }
        @{ What = 'an artifact named twice'; With = @{ InputArtifact = 'a', 'a' }; Words = 'InputArtifact' }
        @{ What = 'a missing file'; With = @{ InputArtifact = @{ In = '/nowhere/in.zip' } }
            Words = 'In', '/nowhere/in.zip'
        }
        @{ What = 'another token for a known client'; With = @{ ClientId = 'known'; ClientToken = 'other' }
            Words = 'known', 'token'
        }
    ) {
        $null = $emulator.AddClient('known', 'its token')
        $result = Invoke-Capturing { New-CPThirdPartyEmulatorJob $ActionType @With }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        foreach ($word in $Words) {
            "$($result.Errors[0]) $($result.Errors[0].ErrorDetails.RecommendedAction)" | Should -BeLike "*$word*"
        }
    }
}

Describe 'The life of a job on the emulator' {
    AfterEach {
        Clear-TestService
    }

    It 'hands out an unclaimed job again after the lease' {
        $null = Start-TestService -Emulator @{ LeaseTime = '00:00:00.05' }
        $first = Get-DispatchedJob
        $second = Get-CPThirdPartyJob $ActionType -Wait -Timeout 60 -PollInterval 0.02
        $second.JobId | Should -Be $first.JobId
        (Get-CPThirdPartyEmulatorJob).HandOutCount | Should -BeGreaterThan 1
    }

    It 'does not hand out a claimed job again' {
        $null = Start-TestService -Emulator @{ LeaseTime = '00:00:01' }
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $claimed = $null
        while (-not $claimed) {
            # On a busy machine, the lease may end before the claim. The test then claims the next hand-out.
            $claimed = Get-CPThirdPartyJob $ActionType -Wait -Timeout 60 -PollInterval 0.05 |
                Confirm-CPThirdPartyJob -ErrorAction SilentlyContinue
        }

        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType -Wait -Timeout 1.5 -PollInterval 0.1 }
        $result.Output | Should -BeNullOrEmpty
    }

    It 'hands out a job again only after its lease' {
        $null = Start-TestService
        $null = Get-DispatchedJob
        Get-CPThirdPartyJob $ActionType | Should -BeNullOrEmpty
    }

    It 'times out a claimed job and then accepts no result' {
        $null = Start-TestService
        $claimed = Get-ClaimedJob -With @{ TimeLimit = '00:00:00.001' }
        while ((Get-CPThirdPartyEmulatorJob).Status -eq 'InProgress') {
            # A fast machine may need less than a millisecond.
        }

        $result = Invoke-Capturing { $claimed | Complete-CPThirdPartyJob }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidJobState,*'
        (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'TimedOut'
    }

    It 'links a job and its continuation' {
        $null = Start-TestService -Emulator @{ ContinuationDelay = 0 }
        Get-ClaimedJob | Complete-CPThirdPartyJob -ContinuationToken more
        $jobs = Get-CPThirdPartyEmulatorJob
        $jobs[0].NextJobId, $jobs[1].PreviousJobId | Should -Be $jobs[1].JobId, $jobs[0].JobId
        $jobs[0].ContinuationTokenOut, $jobs[1].ContinuationToken | Should -Be 'more', 'more'
        $jobs[0].ActionExecutionId | Should -Be $jobs[1].ActionExecutionId
    }

    It 'hands out the continuation only after its delay' {
        $null = Start-TestService -Emulator @{ ContinuationDelay = 3600 }
        Get-ClaimedJob | Complete-CPThirdPartyJob -ContinuationToken more
        Get-CPThirdPartyJob $ActionType | Should -BeNullOrEmpty
        (Get-CPThirdPartyEmulatorJob)[1].Status | Should -Be 'Created'
    }

    It 'repeats faults with the same seed' {
        $runs = 1..2 | ForEach-Object {
            $null = Start-TestService -Emulator @{ Fault = 'seed=7;access-denied=0.5' }
            -join (
                1..12 | ForEach-Object {
                    if ((Invoke-Capturing { Get-CPThirdPartyJob $ActionType }).Errors) { 'x' } else { '.' }
                }
            )
            Clear-TestService
        }
        $runs[0] | Should -Be $runs[1]
        $runs[0] | Should -Match 'x'
        $runs[0] | Should -Match '\.'
    }
}
