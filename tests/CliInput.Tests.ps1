BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $emulator = Start-TestService -Emulator @{ ContinuationDelay = '00:00:00' }
    $token = 'token-of-the-customer'

    function Get-TestJob([switch] $Claimed) {
        $jobs = Get-DispatchedJob -With @{ ClientId = 'one'; ClientToken = $token }
        if ($Claimed) { $jobs | Confirm-CPThirdPartyJob } else { $jobs | Get-CPThirdPartyJobDetail }
    }

    # A file as the AWS CLI takes it by --cli-input-json.
    function Save-Input($Content) {
        $path = Join-Path $TestDrive "$(New-Guid).json"
        Set-Content -Path $path -Value $(
            if ($Content -is [string]) { $Content } else { ConvertTo-Json $Content -Depth 5 }
        )
        $path
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'New-CPThirdPartySkeleton' {
    It 'has the members of <Operation> that the service model has' -TestCases @(
        @{ Operation = 'PollForThirdPartyJobs'; Members = 'actionTypeId', 'maxBatchSize' }
        @{ Operation = 'GetThirdPartyJobDetails'; Members = 'jobId', 'clientToken' }
        @{ Operation = 'AcknowledgeThirdPartyJob'; Members = 'jobId', 'nonce', 'clientToken' }
        @{ Operation = 'PutThirdPartyJobSuccessResult'
            Members = 'jobId', 'clientToken', 'currentRevision', 'continuationToken', 'executionDetails'
        }
        @{ Operation = 'PutThirdPartyJobFailureResult'; Members = 'jobId', 'clientToken', 'failureDetails' }
    ) {
        (New-CPThirdPartySkeleton $Operation).PSObject.Properties.Name | Should -Be $Members
        $json = New-CPThirdPartySkeleton $Operation -AsJson
        $json | Should -BeOfType string
        ($json | ConvertFrom-Json).PSObject.Properties.Name | Should -Be $Members
    }

    It 'finds <Name> by the name <_.Name>' -TestCases @(
        @{ Name = 'poll-for-third-party-jobs'; Member = 'maxBatchSize' }
        @{ Name = 'put-third-party-job-failure-result'; Member = 'failureDetails' }
        @{ Name = 'Confirm-CPThirdPartyJob'; Member = 'nonce' }
        @{ Name = 'pollforthirdpartyjobs'; Member = 'maxBatchSize' }
    ) {
        (New-CPThirdPartySkeleton $Name).PSObject.Properties.Name | Should -Contain $Member
    }

    It 'lists the operations where there is none of that name' {
        $result = Invoke-Capturing { New-CPThirdPartySkeleton PollForJobs }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0]) $($result.Errors[0].ErrorDetails.RecommendedAction)" |
            Should -BeLike '*PollForJobs*PollForThirdPartyJobs*PutThirdPartyJobFailureResult*'
    }
}

Describe 'A filled skeleton, piped into the cmdlet of its operation' {
    It 'polls' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 2
        $request = New-CPThirdPartySkeleton PollForThirdPartyJobs
        $request.actionTypeId.provider = 'Contoso'
        $request.actionTypeId.version = '1'
        @($request | Get-CPThirdPartyJob).Count | Should -Be 1
        $request.maxBatchSize = 5
        @($request | Get-CPThirdPartyJob).Count | Should -Be 1
    }

    It 'reads a job, and claims it' {
        $job = Get-DispatchedJob -With @{ ClientId = 'one'; ClientToken = $token }
        $request = New-CPThirdPartySkeleton GetThirdPartyJobDetails
        $request.jobId = $job.JobId
        $request.clientToken = $token
        $detail = $request | Get-CPThirdPartyJobDetail
        $detail.Nonce | Should -Not -BeNullOrEmpty
        $request = New-CPThirdPartySkeleton AcknowledgeThirdPartyJob
        $request.jobId = $job.JobId
        $request.clientToken = $token
        $request.nonce = $detail.Nonce
        ($request | Confirm-CPThirdPartyJob).Status | Should -Be 'InProgress'
        (Get-ServiceRequest)[-1].Body.nonce | Should -Be $detail.Nonce
    }

    It 'reports a success, and leaves out what was not filled in' {
        $request = New-CPThirdPartySkeleton PutThirdPartyJobSuccessResult
        $request.jobId = (Get-TestJob -Claimed).JobId
        $request.clientToken = $token
        $request.executionDetails.summary = 'from a skeleton'
        $request.PSObject.Properties.Remove('currentRevision')
        $request | Complete-CPThirdPartyJob
        (Get-CPThirdPartyEmulatorJob -JobId $request.jobId).Summary | Should -Be 'from a skeleton'
        $sent = (Get-ServiceRequest)[-1].Body
        $sent.PSObject.Properties.Name | Should -Not -Contain 'continuationToken'
        $sent.executionDetails.PSObject.Properties.Name | Should -Not -Contain 'externalExecutionId'
    }

    It 'takes a revision that was not filled in for none' {
        $request = New-CPThirdPartySkeleton PutThirdPartyJobSuccessResult
        $request.jobId = (Get-TestJob -Claimed).JobId
        $request.clientToken = $token
        $request | Complete-CPThirdPartyJob
        (Get-CPThirdPartyEmulatorJob -JobId $request.jobId).Status | Should -Be 'Succeeded'
        (Get-ServiceRequest)[-1].Body.PSObject.Properties.Name | Should -Not -Contain 'currentRevision'
    }

    It 'reports a failure' {
        $request = New-CPThirdPartySkeleton PutThirdPartyJobFailureResult
        $request.jobId = (Get-TestJob -Claimed).JobId
        $request.clientToken = $token
        $request.failureDetails.type = 'PermissionError'
        $request.failureDetails.message = 'not allowed'
        $request.failureDetails.externalExecutionId = 'run-9'
        $request | Complete-CPThirdPartyJob
        $job = Get-CPThirdPartyEmulatorJob -JobId $request.jobId
        $job.FailureType, $job.FailureMessage, $job.ExternalExecutionId |
            Should -Be 'PermissionError', 'not allowed', 'run-9'
    }

    It 'writes an error that names what is empty, and sends nothing, where nothing was filled in' {
        $before = (Get-ServiceRequest).Count
        $result = Invoke-Capturing { New-CPThirdPartySkeleton GetThirdPartyJobDetails | Get-CPThirdPartyJobDetail }
        $result.Errors.Count | Should -Be 1
        "$($result.Errors[0])" | Should -BeLike '*empty*'
        (Get-ServiceRequest).Count | Should -Be $before
    }
}

Describe 'An input file of the AWS CLI' {
    It 'polls, as poll-for-third-party-jobs does with it' {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $file = Save-Input '{
  "actionTypeId": { "category": "Test", "owner": "ThirdParty", "provider": "Contoso", "version": "1" },
  "maxBatchSize": 10 }'
        (Get-Content $file -Raw | ConvertFrom-Json | Get-CPThirdPartyJob).ActionType.ToString() | Should -Be $ActionType
        (Get-ServiceRequest)[-1].Body.maxBatchSize | Should -Be 10
    }

    It 'reads and claims' {
        $detail = Get-TestJob
        $file = Save-Input @{ jobId = $detail.JobId; nonce = $detail.Nonce; clientToken = $token }
        (Get-Content $file -Raw | ConvertFrom-Json | Get-CPThirdPartyJobDetail).Nonce | Should -Be $detail.Nonce
        (Get-Content $file -Raw | ConvertFrom-Json | Confirm-CPThirdPartyJob).Status | Should -Be 'InProgress'
    }

    It 'reports that the job goes on' {
        $job = Get-TestJob -Claimed
        $file = Save-Input @{ jobId = $job.JobId; clientToken = $token; continuationToken = 'step 2' }
        Get-Content $file -Raw | ConvertFrom-Json | Complete-CPThirdPartyJob
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).ContinuationTokenOut | Should -Be 'step 2'
        Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob -ClientToken $token | Complete-CPThirdPartyJob
    }

    It 'reports a revision, with its time as <What>' -TestCases @(
        @{ What = 'seconds since 1970'; Created = '1769860800' }
        @{ What = 'seconds since 1970 with a fraction'; Created = '1769860800.0' }
        @{ What = 'ISO 8601 in UTC'; Created = '"2026-01-31T12:00:00Z"' }
        @{ What = 'ISO 8601 with an offset'; Created = '"2026-01-31T13:00:00+01:00"' }
    ) {
        $job = Get-TestJob -Claimed
        $file = Save-Input @"
{ "jobId": "$($job.JobId)", "clientToken": "$token",
  "currentRevision": { "revision": "abc", "changeIdentifier": "main", "created": $Created,
    "revisionSummary": "a commit" },
  "executionDetails": { "summary": "done", "externalExecutionId": "run-1", "percentComplete": 100 } }
"@
        Get-Content $file -Raw | ConvertFrom-Json | Complete-CPThirdPartyJob
        $taken = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
        $taken.Revision, $taken.RevisionChangeIdentifier, $taken.RevisionSummary | Should -Be 'abc', 'main', 'a commit'
        $taken.RevisionCreated.UtcDateTime.ToString('s') | Should -Be '2026-01-31T12:00:00'
        $taken.Summary, $taken.ExternalExecutionId, $taken.PercentComplete | Should -Be 'done', 'run-1', 100
    }

    It 'reports a failure' {
        $job = Get-TestJob -Claimed
        $file = Save-Input @{
            jobId = $job.JobId
            clientToken = $token
            failureDetails = @{ type = 'RevisionOutOfSync'; message = 'old' }
        }
        Get-Content $file -Raw | ConvertFrom-Json | Complete-CPThirdPartyJob
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).FailureType | Should -Be 'RevisionOutOfSync'
    }

    It 'gives way to the parameters' {
        $job = Get-TestJob -Claimed
        $file = Save-Input @{
            jobId = $job.JobId
            clientToken = $token
            executionDetails = @{ summary = 'of the file' }
        }
        Get-Content $file -Raw | ConvertFrom-Json | Complete-CPThirdPartyJob -Summary 'of the call'
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).Summary | Should -Be 'of the call'
    }

    It 'holds many requests, one error for the wrong one, and the others go on' {
        $jobs = 1..2 | ForEach-Object { Get-TestJob -Claimed }
        $file = Save-Input @(
            @{ jobId = $jobs[0].JobId; clientToken = $token; executionDetails = @{ summary = 'a' } }
            @{ jobId = 'made-up'; clientToken = $token }
            @{ jobId = $jobs[1].JobId; clientToken = $token; executionDetails = @{ summary = 'b' } })
        $result = Invoke-Capturing { Get-Content $file -Raw | ConvertFrom-Json | Complete-CPThirdPartyJob }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].TargetObject | Should -Be 'made-up'
        $jobs | ForEach-Object { (Get-CPThirdPartyEmulatorJob -JobId $_.JobId).Summary } | Should -Be 'a', 'b'
    }

    It 'has an error that names its member, where <What>' -TestCases @(
        @{ What = 'the failure type is none'; Member = 'failureDetails.type'
            Part = @{ failureDetails = @{ type = 'Nonsense'; message = 'x' } }
        }
        @{ What = 'the time is none'; Member = 'currentRevision.created'
            Part = @{ currentRevision = @{ revision = 'a'; changeIdentifier = 'b'; created = 'yesterday' } }
        }
        @{ What = 'the percentage is above 100'; Member = 'percentComplete'
            Part = @{ executionDetails = @{ percentComplete = 101 } }
        }
        @{ What = 'the percentage is no number'; Member = 'percentComplete'
            Part = @{ executionDetails = @{ percentComplete = 'all' } }
        }
        @{ What = 'the revision has no change identifier'; Member = 'changeIdentifier'
            Part = @{ currentRevision = @{ revision = 'a' } }
        }
        @{ What = 'the continuation token is too long'; Member = 'ContinuationToken'
            Part = @{ continuationToken = 'x' * 2049 }
        }
    ) {
        $file = Save-Input ($Part + @{ jobId = 'any'; clientToken = $token })
        $before = (Get-ServiceRequest | Measure-Object).Count
        $result = Invoke-Capturing { Get-Content $file -Raw | ConvertFrom-Json | Complete-CPThirdPartyJob }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0])" | Should -BeLike "*$Member*"
        (Get-ServiceRequest | Measure-Object).Count | Should -Be $before
    }
}
