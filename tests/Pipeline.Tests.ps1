BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
}

AfterAll {
    Exit-ModuleTest
}

Describe 'The four cmdlets in a pipeline' {
    BeforeEach {
        $emulator = Start-TestService -Emulator @{ ContinuationDelay = '00:00:00' }
    }

    AfterEach {
        Clear-TestService
    }

    It 'completes a polled job' {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        Get-CPThirdPartyJob -ActionType $ActionType | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob |
            ForEach-Object { $_ } | Complete-CPThirdPartyJob -Summary 'ok' | Should -BeNullOrEmpty
        $job = Get-CPThirdPartyEmulatorJob
        $job.Status | Should -Be 'Succeeded'
        $job.Summary | Should -Be 'ok'
        $job.ResultCount | Should -Be 1
    }

    It 'completes many jobs of many clients' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 7
        Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob
        (Get-CPThirdPartyEmulatorJob -Status Succeeded).Count | Should -Be 7
    }

    It 'writes one error for a failed job and continues' {
        $jobs = Get-DispatchedJob -Count 3
        $null = $jobs[1] | Confirm-CPThirdPartyJob
        $jobs[1] | Complete-CPThirdPartyJob
        $result = Invoke-Capturing {
            $jobs | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob -PassThru
        }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidJob,*'
        $result.Errors[0].TargetObject.JobId | Should -Be $jobs[1].JobId
        $result.Output.JobId | Should -Be $jobs[0].JobId, $jobs[2].JobId
    }

    It 'binds other objects by property name' {
        $job = Get-DispatchedJob
        $row = [pscustomobject]@{
            JobId = $job.JobId
            ClientId = $job.ClientId
            ClientToken = $emulator.GetClients()[$job.ClientId]
        }
        $detail = $row | Get-CPThirdPartyJobDetail
        $detail.JobId | Should -Be $job.JobId
        $detail.ClientId | Should -Be $job.ClientId
        $claimed = [pscustomobject]@{ JobId = $job.JobId; Nonce = $detail.Nonce; ClientToken = $row.ClientToken } |
            Confirm-CPThirdPartyJob
        $claimed.Status | Should -Be 'InProgress'
        (Get-ServiceRequest -Operation GetThirdPartyJobDetails).Count | Should -Be 1
    }

    It 'accepts job ids as text from the pipeline' {
        $jobs = Get-DispatchedJob -Count 2 -With @{ ClientId = 'one' }
        $jobs.JobId | Get-CPThirdPartyJobDetail -ClientId one | ForEach-Object JobId | Should -Be $jobs.JobId
        $jobs.JobId | Confirm-CPThirdPartyJob -ClientId one | ForEach-Object Status |
            Should -Be 'InProgress', 'InProgress'
        $jobs.JobId | Complete-CPThirdPartyJob -ClientId one -Summary 'by id'
        (Get-CPThirdPartyEmulatorJob).Summary | Should -Be 'by id', 'by id'
    }

    It 'ends cleanly after Select-Object -First' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 5
        $result = Invoke-Capturing {
            Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail | Select-Object -First 1
        }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Count | Should -Be 1
        (Get-ServiceRequest -Operation GetThirdPartyJobDetails | Measure-Object).Count | Should -Be 1
        $result.Output[0] | Confirm-CPThirdPartyJob | ForEach-Object Status | Should -Be 'InProgress'
    }

    It 'emits a new object for a new state and keeps the old one' {
        $job = Get-DispatchedJob
        $detail = $job | Get-CPThirdPartyJobDetail
        $claimed = $detail | Confirm-CPThirdPartyJob
        $done = $claimed | Complete-CPThirdPartyJob -PassThru
        $job.Status, $detail.Status, $claimed.Status, $done.Status |
            Should -Be 'Dispatched', $null, 'InProgress', 'Succeeded'
        $done | Should -BeOfType CodePipeline.ThirdParty.Jobs.ThirdPartyJobDetail
    }
}

Describe 'Get-CPThirdPartyJob' {
    BeforeAll {
        $emulator = Start-TestService
    }

    AfterAll {
        Clear-TestService
    }

    It 'accepts an action type as <What>' -TestCases @(
        @{ What = 'text'; Arguments = @{ ActionType = 'Test/Contoso/1' } }
        @{ What = 'text in any case'; Arguments = @{ ActionType = 'test/Contoso/1' } }
        @{ What = 'text with its owner'; Arguments = @{ ActionType = 'Test/ThirdParty/Contoso/1' } }
        @{ What = 'shorthand of the AWS CLI'
            Arguments = @{ ActionType = 'category=Test,owner=ThirdParty,provider=Contoso,version=1' }
        }
        @{ What = 'a hashtable'
            Arguments = @{ ActionType = @{ Category = 'Test'; Provider = 'Contoso'; Version = 1 } }
        }
        @{ What = 'an object'
            Arguments = @{ ActionType = [pscustomobject]@{ Category = 'Test'; Provider = 'Contoso'; Version = '1' } }
        }
        @{ What = 'JSON'
            Arguments = @{
                ActionTypeId = '{"category":"Test","owner":"ThirdParty","provider":"Contoso","version":"1"}'
            }
        }
        @{ What = 'single parameters'; Arguments = @{ Category = 'Test'; Provider = 'Contoso'; Version = '1' } }
    ) {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $job = Get-CPThirdPartyJob @Arguments
        $job.ActionType.ToString() | Should -BeExactly 'Test/Contoso/1'
        $job.Status | Should -Be 'Dispatched'
    }

    It 'requests at most MaxBatchSize jobs' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 3
        @(Get-CPThirdPartyJob $ActionType -MaxBatchSize 2).Count | Should -Be 2
        @(Get-CPThirdPartyJob $ActionType).Count | Should -Be 1
    }

    It 'emits nothing and no error without a job' {
        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType }
        $result.Output.Count, $result.Errors.Count | Should -Be 0, 0
    }

    It 'waits for a later job' {
        $later = New-CPThirdPartyEmulatorJob $ActionType -Delay 0.3
        $job = Get-CPThirdPartyJob $ActionType -Wait -Timeout 60 -PollInterval 0.05
        $job.JobId | Should -Be $later.JobId
    }

    It 'stops waiting after Timeout with an error' {
        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType -Wait -Timeout 0.2 -PollInterval 0.05 }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimedOut,*'
        $result.Errors[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        "$($result.Errors[0])" | Should -BeLike "*$ActionType*"
    }

    It 'polls at least once with any timeout' {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        Get-CPThirdPartyJob $ActionType -Wait -Timeout 0 | Should -Not -BeNullOrEmpty
    }
}

Describe 'Get-CPThirdPartyJobDetail' {
    BeforeAll {
        $emulator = Start-TestService
    }

    AfterAll {
        Clear-TestService
    }

    It 'returns all job details' {
        $detail = Get-DispatchedJob -With @{
            PipelineName      = 'Pipe'
            StageName         = 'Stage'
            ActionName        = 'Action'
            Configuration     = @{ ProjectName = 'web' }
            InputArtifact     = 'In'
            OutputArtifact    = 'Out1', 'Out2'
            EncryptionKeyId   = 'arn:aws:kms:us-east-1:111122223333:key/1'
            ContinuationToken = 'earlier'
        } | Get-CPThirdPartyJobDetail
        $detail.PipelineName, $detail.StageName, $detail.ActionName | Should -Be 'Pipe', 'Stage', 'Action'
        $detail.ActionExecutionId | Should -Not -BeNullOrEmpty
        $detail.Configuration.Keys | Should -Be 'ProjectName'
        $detail.Configuration['ProjectName'] | Should -Be 'web'
        $detail.Configuration['projectname'] | Should -BeNullOrEmpty
        $detail.InputArtifacts.Name | Should -Be 'In'
        $detail.InputArtifacts[0].LocationType | Should -Be 'S3'
        $detail.InputArtifacts[0].BucketName, $detail.InputArtifacts[0].ObjectKey | Should -Not -BeNullOrEmpty
        $detail.OutputArtifacts.Name | Should -Be 'Out1', 'Out2'
        $detail.EncryptionKey.Id, $detail.EncryptionKey.Type |
            Should -Be 'arn:aws:kms:us-east-1:111122223333:key/1', 'KMS'
        $detail.ContinuationToken | Should -Be 'earlier'
        $detail.Nonce | Should -Not -BeNullOrEmpty
        $detail.ArtifactCredentials.AccessKeyId.Reveal() | Should -BeLike 'ASIA*'
    }

    It 'gets new artifact credentials each time' {
        $job = Get-DispatchedJob
        $keys = 1..2 | ForEach-Object { ($job | Get-CPThirdPartyJobDetail).ArtifactCredentials.AccessKeyId.Reveal() }
        $keys[0] | Should -Not -Be $keys[1]
    }

    It 'keeps the action type and the client of the poll' {
        $job = Get-DispatchedJob
        $detail = $job | Get-CPThirdPartyJobDetail
        $detail.ClientId | Should -Be $job.ClientId
        $detail.ActionType | Should -Be $job.ActionType
    }

    It 'returns the action type for a job id' {
        $job = Get-DispatchedJob
        $detail = Get-CPThirdPartyJobDetail -JobId $job.JobId -ClientId $job.ClientId
        "$($detail.ActionType)" | Should -Be $ActionType
    }
}

Describe 'Confirm-CPThirdPartyJob' {
    BeforeEach {
        # The lease ends immediately, so every poll hands out the job again with a new nonce.
        $emulator = Start-TestService -Emulator @{ LeaseTime = '00:00:00.001' }
    }

    AfterEach {
        Clear-TestService
    }

    It 'emits nothing for another worker''s job' {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $late = Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail
        $quick = Get-CPThirdPartyJob $ActionType -Wait -PollInterval 0.01 -Timeout 60 | Get-CPThirdPartyJobDetail
        $quick.JobId | Should -Be $late.JobId
        $mine = $quick | Confirm-CPThirdPartyJob
        $mine.Status | Should -Be 'InProgress'

        $result = Invoke-Capturing { $late | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'JobTaken,*'
        $result.Errors[0].CategoryInfo.Category | Should -Be 'ResourceBusy'
        $result.Errors[0].TargetObject.JobId | Should -Be $late.JobId
        (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'InProgress'
        $mine | Complete-CPThirdPartyJob
        (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'Succeeded'
    }

    It 'emits nothing for an ended job' {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $detail = Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail
        $detail | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob
        $result = Invoke-Capturing { $detail | Confirm-CPThirdPartyJob }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'JobTaken,*'
        "$($result.Errors[0])" | Should -BeLike '*Succeeded*'
    }

    It 'reads a missing nonce itself and then emits the details' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -PipelineName Pipe
        $claimed = Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob
        $claimed.Status, $claimed.PipelineName | Should -Be 'InProgress', 'Pipe'
        (Get-ServiceRequest).Operation |
            Should -Be 'PollForThirdPartyJobs', 'GetThirdPartyJobDetails', 'AcknowledgeThirdPartyJob'
    }

    It 'touches nothing with WhatIf' {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob -WhatIf }
        $result.Output.Count, $result.Errors.Count | Should -Be 0, 0
        (Get-ServiceRequest).Operation | Should -Be 'PollForThirdPartyJobs'
    }

    It 'does not prompt with Confirm:$false' {
        $ConfirmPreference = 'Low'
        $null = New-CPThirdPartyEmulatorJob $ActionType -Confirm:$false
        Get-CPThirdPartyJob $ActionType |
            Confirm-CPThirdPartyJob -Confirm:$false | Complete-CPThirdPartyJob -Confirm:$false
        (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'Succeeded'
    }
}

Describe 'Complete-CPThirdPartyJob' {
    BeforeEach {
        $emulator = Start-TestService -Emulator @{ ContinuationDelay = '00:00:00' }
    }

    AfterEach {
        Clear-TestService
    }

    It 'reports every detail of a success' {
        $created = [datetime]::new(2026, 1, 31, 12, 0, 0, [DateTimeKind]::Utc)
        $details = @{
            Summary                  = 'all well'
            ExternalExecutionId      = 'run-7'
            PercentComplete          = 100
            Revision                 = 'abc'
            RevisionChangeIdentifier = 'main'
            RevisionCreated          = $created
            RevisionSummary          = 'a commit'
        }
        Get-ClaimedJob | Complete-CPThirdPartyJob @details
        $job = Get-CPThirdPartyEmulatorJob
        $job.Summary, $job.ExternalExecutionId, $job.PercentComplete | Should -Be 'all well', 'run-7', 100
        $job.Revision, $job.RevisionChangeIdentifier, $job.RevisionSummary | Should -Be 'abc', 'main', 'a commit'
        $job.RevisionCreated.UtcDateTime | Should -Be $created
    }

    It 'interprets a time without a zone as local time' {
        $created = [datetime]::new(2026, 7, 1, 8, 30, 0, [DateTimeKind]::Local)
        Get-ClaimedJob | Complete-CPThirdPartyJob -Revision a -RevisionChangeIdentifier b -RevisionCreated $created
        (Get-CPThirdPartyEmulatorJob).RevisionCreated.UtcDateTime | Should -Be $created.ToUniversalTime()
    }

    It 'requires both parts of a revision before sending' {
        $result = Invoke-Capturing { Get-ClaimedJob | Complete-CPThirdPartyJob -Revision abc }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0])" | Should -BeLike '*RevisionChangeIdentifier*'
        (Get-CPThirdPartyEmulatorJob).ResultCount | Should -Be 0
    }

    It 'reports a failure with its type' {
        $failure = @{ FailureMessage = 'no such project'; FailureType = 'ConfigurationError' }
        $done = Get-ClaimedJob | Complete-CPThirdPartyJob @failure -ExternalExecutionId 'run-8' -PassThru
        $done.Status | Should -Be 'Failed'
        $job = Get-CPThirdPartyEmulatorJob
        $job.Status, $job.FailureType, $job.FailureMessage, $job.ExternalExecutionId |
            Should -Be 'Failed', 'ConfigurationError', 'no such project', 'run-8'
    }

    It 'uses the type JobFailed by default' {
        Get-ClaimedJob | Complete-CPThirdPartyJob -FailureMessage 'it broke'
        (Get-CPThirdPartyEmulatorJob).FailureType | Should -Be 'JobFailed'
    }

    It 'reports the error of a catch block without its position' {
        $claimed = Get-ClaimedJob
        try {
            throw 'the test rig is on fire'
        } catch {
            $claimed | Complete-CPThirdPartyJob -ErrorRecord $_ -FailureType SystemUnavailable
        }

        $job = Get-CPThirdPartyEmulatorJob
        $job.FailureType | Should -Be 'SystemUnavailable'
        $job.FailureMessage | Should -BeExactly 'the test rig is on fire'
    }

    It 'rejects success and failure parameters together' {
        $claimed = Get-ClaimedJob
        { $claimed | Complete-CPThirdPartyJob -Summary 'ok' -FailureMessage 'not ok' } |
            Should -Throw '*-Summary and -FailureMessage*' -ErrorId 'InvalidInput,*'
        $record = Write-Error 'not ok' -ErrorAction Continue 2>&1
        { $claimed | Complete-CPThirdPartyJob -PercentComplete 5 -ErrorRecord $record } |
            Should -Throw '*-PercentComplete and -ErrorRecord*' -ErrorId 'InvalidInput,*'
        (Get-CPThirdPartyEmulatorJob).ResultCount | Should -Be 0
    }

    It 'cuts a long summary with a warning and sends the result' {
        $warnings = Get-ClaimedJob | Complete-CPThirdPartyJob -Summary ('x' * 2100) 3>&1
        "$warnings" | Should -BeLike '*2100*2048*'
        $job = Get-CPThirdPartyEmulatorJob
        $job.Status | Should -Be 'Succeeded'
        $job.Summary.Length | Should -Be 2048
        $job.Summary | Should -BeLike "xxx*$([char]0x2026)"
    }

    It 'cuts <What> between characters' -TestCases @(
        @{ What = 'a failure message'; Limit = 5000; Property = 'FailureMessage'; With = @{ FailureMessage = '' } }
        @{
            What = 'a revision summary'; Limit = 2048; Property = 'RevisionSummary'
            With = @{ Revision = 'a'; RevisionChangeIdentifier = 'b'; RevisionSummary = '' }
        }
    ) {
        # A smiley has two UTF-16 units. The last one that would fit overlaps the ellipsis.
        $smiley = [char]::ConvertFromUtf32(0x1F600)
        $With[$Property] = $smiley * $Limit
        $warnings = Get-ClaimedJob | Complete-CPThirdPartyJob @With 3>&1
        "$warnings" | Should -BeLike "*$Limit*"
        $text = (Get-CPThirdPartyEmulatorJob).$Property
        $text.Length | Should -BeIn ($Limit - 1), $Limit
        $text | Should -BeLike "*$smiley$([char]0x2026)"
    }

    It 'creates a new job for a continuation with the token' {
        $first = Get-ClaimedJob
        $going = $first | Complete-CPThirdPartyJob -ContinuationToken 'step 2' -PassThru
        $going.Status | Should -Be 'Succeeded'
        $second = Get-CPThirdPartyJob $ActionType -Wait -Timeout 60 -PollInterval 0.02 | Get-CPThirdPartyJobDetail
        $second.JobId | Should -Not -Be $first.JobId
        $second.Nonce | Should -Not -Be $first.Nonce
        $second.ContinuationToken | Should -Be 'step 2'
    }

    It 'does not send the job''s own token back' {
        Get-ClaimedJob -With @{ ContinuationToken = 'step 2' } | Complete-CPThirdPartyJob -Summary 'the end'
        $job = Get-CPThirdPartyEmulatorJob
        $job.Status, $job.ContinuationTokenOut, $job.NextJobId | Should -Be 'Succeeded', $null, $null
    }

    It 'touches nothing with WhatIf' {
        $result = Invoke-Capturing { Get-ClaimedJob | Complete-CPThirdPartyJob -Summary 'ok' -WhatIf -PassThru }
        $result.Output | Should -BeNullOrEmpty
        (Get-CPThirdPartyEmulatorJob).ResultCount | Should -Be 0
    }

    It 'reports the result once after a lost response' {
        $emulator.OrderFaults(
            [CodePipeline.ThirdParty.Emulation.Faults.FaultPlan]::Parse('drop-after=1@PutThirdPartyJobSuccessResult,limit=1'))
        $result = Invoke-Capturing { Get-ClaimedJob | Complete-CPThirdPartyJob -Summary 'ok' -PassThru }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Status | Should -Be 'Succeeded'
        (Get-CPThirdPartyEmulatorJob).ResultCount | Should -Be 2
    }

    It 'writes an error for an unclaimed job' {
        $result = Invoke-Capturing { Get-DispatchedJob | Complete-CPThirdPartyJob }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidJobState,*'
    }
}

Describe 'A wrong object in the pipeline' {
    BeforeAll {
        $emulator = Start-TestService
    }

    AfterAll {
        Clear-TestService
    }

    It 'of <Cmdlet> is reported without its content: <What>' -TestCases @(
        foreach ($cmdlet in 'Get-CPThirdPartyJobDetail', 'Confirm-CPThirdPartyJob', 'Complete-CPThirdPartyJob',
            'Save-CPThirdPartyJobArtifact', 'Publish-CPThirdPartyJobArtifact'
        ) {
            @{ Cmdlet = $cmdlet; What = 'a date'; Make = { [datetime] '2026-01-31' }; Got = 'DateTime' }
            @{ Cmdlet = $cmdlet; What = 'a number'; Make = { 42 }; Got = 'Int32' }
            @{ Cmdlet = $cmdlet; What = 'a GUID'; Make = { [guid]::NewGuid() }; Got = 'Guid' }
            @{ Cmdlet = $cmdlet; What = 'a process'; Make = { Get-Process -Id $PID }; Got = 'Process' }
            @{ Cmdlet = $cmdlet; What = 'a folder'; Make = { Get-Item -Path $TestDrive }; Got = 'DirectoryInfo' }
            @{ Cmdlet = $cmdlet; What = 'a list'; Make = { 'a', 's3cr3t' }; Got = 'Object`[`]' }
            @{ Cmdlet = $cmdlet; What = 'JSON text'; Got = 'JSON text'
                Make = { '{"jobId":"a","clientToken":"s3cr3t"}' }
            }
            @{ Cmdlet = $cmdlet; What = 'a line of JSON'; Make = { '  "clientToken": "s3cr3t",' }; Got = 'text*' }
            @{ Cmdlet = $cmdlet; What = 'a line of YAML'; Make = { 'clientToken: s3cr3t' }; Got = 'text*' }
            @{ Cmdlet = $cmdlet; What = 'several lines'; Make = { "a`ns3cr3t" }; Got = 'text of several lines' }
            @{ Cmdlet = $cmdlet; What = 'an object as text'; Got = 'text*'
                Make = { "$([pscustomobject] @{ jobId = 'a'; clientToken = 's3cr3t' })" }
            }
        }
    ) {
        $with = if ($Cmdlet -like 'Publish*') { @{ Path = $TestDrive } } else { @{} }
        foreach ($named in @{}, @{ JobId = 'named'; ClientToken = 'token' }) {
            $result = Invoke-Capturing { , (& $Make) | & $Cmdlet @with @named }
            $result.Output | Should -BeNullOrEmpty
            $result.Errors.Count | Should -Be 1
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            "$($result.Errors[0])" | Should -BeLike "Pipe a job from Get-CPThirdPartyJob; got $Got."
            $result.Errors[0] | Format-List -Property * -Force | Out-String | Should -Not -BeLike '*s3cr3t*'
        }

        Get-ServiceRequest | Should -BeNullOrEmpty
    }

    It 'is not processed with WhatIf' {
        '{"jobId":"a","clientToken":"s3cr3t"}' | Confirm-CPThirdPartyJob -WhatIf -ErrorAction SilentlyContinue 6>&1 |
            Should -BeNullOrEmpty
    }

    It 'is rejected if jobId is <What>' -TestCases @(
        @{ What = 'a number'; Value = 5; Said = '*jobId is of type Int32*text*' }
        @{ What = 'null'; Value = $null; Said = '*jobId is null*' }
        @{ What = 'a list'; Value = @('a', 'b'); Said = '*jobId is a list*' }
        @{ What = 'an object'; Value = [pscustomobject] @{ id = 'a' }; Said = '*jobId is an object*' }
        @{ What = 'a date'; Value = [datetime]::Now; Said = '*jobId is a date*' }
    ) {
        foreach ($row in [pscustomobject] @{ jobId = $Value; clientToken = 's3cr3t' }, @{ jobId = $Value }) {
            $result = Invoke-Capturing { $row | Get-CPThirdPartyJobDetail }
            $result.Errors.Count | Should -Be 1
            "$($result.Errors[0])" | Should -BeLike $Said
            $result.Errors[0] | Format-List -Property * -Force | Out-String | Should -Not -BeLike '*s3cr3t*'
        }

        Get-ServiceRequest | Should -BeNullOrEmpty
    }

    It 'is rejected without a jobId' {
        foreach ($row in [pscustomobject] @{ clientToken = 's3cr3t' }, @{ clientToken = 's3cr3t' }) {
            $result = Invoke-Capturing { $row | Get-CPThirdPartyJobDetail }
            "$($result.Errors[0])" | Should -BeLike '*no jobId*'
        }
    }

    It 'is rejected as an outcome without a job' {
        $result = Invoke-Capturing { New-CPThirdPartyJobOutcome -FailureMessage x | Complete-CPThirdPartyJob }
        "$($result.Errors[0])" | Should -BeLike '*outcome*no jobId*'
    }

    It 'is not polled with: <What>' -TestCases @(
        @{ What = 'a number beside -ActionType'; Make = { 1 }; With = @{ ActionType = 'Test/Contoso/1' } }
        @{ What = 'text beside -ActionType'; Make = { 'x' }; With = @{ ActionType = 'Test/Contoso/1' } }
        @{ What = 'a date'; Make = { Get-Date }; With = @{} }
        @{ What = 'a process'; Make = { Get-Process -Id $PID }; With = @{} }
        @{ What = 'a fractional batch size'; With = @{}
            Make = { @{ actionTypeId = 'Test/Contoso/1'; maxBatchSize = 1.5 } }
        }
    ) {
        $result = Invoke-Capturing { & $Make | Get-CPThirdPartyJob @With }
        $result.Errors.Count | Should -Be 1
        Get-ServiceRequest | Should -BeNullOrEmpty
    }
}

Describe 'Objects from the pipeline' {
    BeforeAll {
        $emulator = Start-TestService
        $known = 'token-of-the-customer'

        function Get-JobOf([string] $Client = 'one') {
            Get-DispatchedJob -With @{ ClientId = $Client; ClientToken = $known }
        }
    }

    AfterAll {
        Clear-TestService
    }

    It 'bind as a hashtable like an object' {
        $job = Get-JobOf
        $nonce = (@{ jobId = $job.JobId; clientToken = $known } | Get-CPThirdPartyJobDetail).Nonce
        $nonce | Should -Not -BeNullOrEmpty
        (@{ jobId = $job.JobId; clientToken = $known; nonce = $nonce } | Confirm-CPThirdPartyJob).Status |
            Should -Be 'InProgress'
        (Get-ServiceRequest)[-1].Body.nonce | Should -Be $nonce
        @{ JobId = $job.JobId; ClientId = 'one' } | Complete-CPThirdPartyJob -Summary 'by client'
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).Summary | Should -Be 'by client'
    }

    It 'poll as a hashtable, an action type or with a session' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 3
        $type = @{ category = 'Test'; owner = 'ThirdParty'; provider = 'Contoso'; version = '1' }
        (@{ actionTypeId = $type; maxBatchSize = 1 } | Get-CPThirdPartyJob).Status | Should -Be 'Dispatched'
        (Get-ServiceRequest)[-1].Body.maxBatchSize | Should -Be 1
        ($ActionType | Get-CPThirdPartyJob -MaxBatchSize 1).Status | Should -Be 'Dispatched'
        (Get-CPThirdPartySession | Get-CPThirdPartyJob $ActionType -MaxBatchSize 1).Status | Should -Be 'Dispatched'
    }

    It 'name the job by a script block' {
        $job = Get-JobOf
        @{ number = $job.JobId } | Get-CPThirdPartyJobDetail -JobId { $_.number } -ClientId one |
            ForEach-Object JobId | Should -Be $job.JobId
    }

    It 'can have a GUID as id' {
        $result = Invoke-Capturing {
            [pscustomobject] @{ JobId = [guid] '0f8fad5b-d9cb-469f-a165-70867728950e'; ClientToken = $known } |
                Get-CPThirdPartyJobDetail
        }
        $result.Errors[0].TargetObject | Should -BeExactly '0f8fad5b-d9cb-469f-a165-70867728950e'
    }

    It 'are jobs again <How>' -TestCases @(
        @{ How = 'out of a CLIXML file'
            Carry = {
                $path = Join-Path $TestDrive "$(New-Guid).xml"
                $input | Export-Clixml -Path $path
                Import-Clixml -Path $path
            }
        }
        @{ How = 'out of JSON'; Carry = { $input | ConvertTo-Json -Depth 8 | ConvertFrom-Json } }
        @{ How = 'out of flat JSON'
            Carry = { $input | ConvertTo-Json -Depth 1 -WarningAction Ignore | ConvertFrom-Json }
        }
        @{ How = 'out of JSON as a hashtable'
            Carry = { $input | ConvertTo-Json -Depth 8 | ConvertFrom-Json -AsHashtable }
        }
        @{ How = 'out of a CSV file'; Carry = { $input | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ How = 'out of a selection'
            Carry = {
                $input | Select-Object JobId, ClientId, ClientToken, ContinuationToken, Nonce | ConvertTo-Csv |
                    ConvertFrom-Csv
            }
        }
    ) {
        $job = Get-DispatchedJob -With @{
            ClientId = 'one'; ClientToken = $known; ContinuationToken = 'earlier'; OutputArtifact = 'Out'
        }
        $detail = $job | & $Carry | Get-CPThirdPartyJobDetail
        $detail.ClientToken.Reveal() | Should -Be $known
        ($detail | & $Carry | Confirm-CPThirdPartyJob).Status | Should -Be 'InProgress'

        $path = Join-Path $TestDrive 'report.txt'
        Set-Content -Path $path -Value 'all well'
        ($detail | & $Carry | Publish-CPThirdPartyJobArtifact -Path $path).Name | Should -Be 'Out'
        $folder = Join-Path $TestDrive (New-Guid)
        $detail | & $Carry | Save-CPThirdPartyJobArtifact -Output -Destination $folder | Should -Exist
        $detail | & $Carry | Complete-CPThirdPartyJob -Summary $How
        $taken = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
        $taken.Summary, $taken.ContinuationTokenOut | Should -Be $How, $null
        (Get-ServiceRequest -Operation *ThirdPartyJob).Body.clientToken | Should -Not -Contain '***'
    }

    It 'are jobs again out of a background job' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId one -ClientToken $known
        $arguments = $ModuleManifest, $ActionType, "$($emulator.Endpoint)", $emulator.AccessKeyId,
        $emulator.SecretAccessKey.Reveal()
        $job = Start-Job -ArgumentList $arguments -ScriptBlock {
            Import-Module $args[0]
            Get-CPThirdPartyJob $args[1] -EndpointUrl $args[2] -Region us-east-1 -AccessKey $args[3] -SecretKey $args[4]
        } | Receive-Job -Wait -AutoRemoveJob
        ($job | Confirm-CPThirdPartyJob).Status | Should -Be 'InProgress'
    }

    It 'have their token looked up if it is <Token>' -TestCases @(
        @{ Token = '***' }, @{ Token = '' }, @{ Token = $null }, @{ Token = [pscustomobject] @{} }, @{ Token = @{} }
    ) {
        $job = Get-JobOf
        ([pscustomobject] @{ JobId = $job.JobId; ClientId = 'one'; ClientToken = $Token } |
            Get-CPThirdPartyJobDetail).Nonce | Should -Not -BeNullOrEmpty
    }

    It 'report a missing token and send no mask' {
        $before = (Get-ServiceRequest | Measure-Object).Count
        $result = Invoke-Capturing {
            [pscustomobject] @{ JobId = 'a'; ClientId = 'nobody'; ClientToken = '***' } | Get-CPThirdPartyJobDetail
        }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ClientTokenNotFound,*'
        "$($result.Errors[0])" | Should -BeLike "*'nobody'*"
        (Get-ServiceRequest | Measure-Object).Count | Should -Be $before
    }

    It 'use their own session if it exists, or the current one' {
        $job = Get-JobOf
        $null = Start-TestService -Session other -Emulator @{ Name = 'other' }
        try {
            ([pscustomobject] @{ JobId = $job.JobId; ClientToken = $known; Session = 'us-east-1' } |
                Get-CPThirdPartyJobDetail).Session.Name | Should -Be 'Default'
            $result = Invoke-Capturing {
                [pscustomobject] @{ JobId = $job.JobId; ClientToken = $known; Session = @{ Name = 'other' } } |
                    Get-CPThirdPartyJobDetail
            }
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
            { $job | Get-CPThirdPartyJobDetail -Session nowhere } | Should -Throw -ErrorId 'SessionNotFound,*'
        } finally {
            Disconnect-CPThirdParty other
            Get-CPThirdPartyEmulator other | Stop-CPThirdPartyEmulator
        }
    }
}
