BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $emulator = Start-TestService -Emulator @{ ContinuationDelay = '00:00:00' }
    $token = 'token-of-the-customer'

    function Get-TestJob([switch] $Claimed) {
        $jobs = Get-DispatchedJob -With @{ ClientId = 'one'; ClientToken = $token }
        if ($Claimed) { $jobs | Confirm-CPThirdPartyJob } else { $jobs | Get-CPThirdPartyJobDetail }
    }

    # Creates a file for --cli-input-json of the AWS CLI.
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

    It 'is YAML that marks required members and round-trips' {
        $yaml = New-CPThirdPartySkeleton PutThirdPartyJobFailureResult -AsYaml
        $yaml | Should -BeOfType string
        $lines = $yaml -split '\n'
        $lines[0] | Should -BeExactly "jobId: ''  # [REQUIRED]"
        $lines -match '^  type: JobFailed  # \[REQUIRED\] One of JobFailed, .*SystemUnavailable$' | Should -HaveCount 1
        $lines[-1] | Should -BeExactly "  externalExecutionId: ''"
        $lines -notmatch '^ *\w+:' | Should -BeNullOrEmpty
    }

    It 'is the response of <Operation> with Output' -TestCases @(
        @{ Operation = 'PollForThirdPartyJobs'; Path = { $_.jobs[0].jobId } ; Value = 'jobId' }
        @{ Operation = 'GetThirdPartyJobDetails'; Value = 'bucketName'
            Path = { $_.jobDetails.data.inputArtifacts[0].location.s3Location.bucketName }
        }
        @{ Operation = 'AcknowledgeThirdPartyJob'; Path = { $_.status }; Value = 'status' }
    ) {
        New-CPThirdPartySkeleton $Operation -Output | ForEach-Object $Path | Should -Be $Value
        (New-CPThirdPartySkeleton $Operation -Output -AsJson) | ConvertFrom-Json | ForEach-Object $Path |
            Should -Be $Value
    }

    It 'is an empty response for a result' {
        New-CPThirdPartySkeleton PutThirdPartyJobSuccessResult -Output -AsJson | Should -Be '{}'
    }

    It 'lists the operations for an unknown name' {
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

    It 'reports a success without the unfilled members' {
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

    It 'ignores an unfilled revision' {
        $request = New-CPThirdPartySkeleton PutThirdPartyJobSuccessResult
        $request.jobId = (Get-TestJob -Claimed).JobId
        $request.clientToken = $token
        $request | Complete-CPThirdPartyJob
        (Get-CPThirdPartyEmulatorJob -JobId $request.jobId).Status | Should -Be 'Succeeded'
        (Get-ServiceRequest)[-1].Body.PSObject.Properties.Name | Should -Not -Contain 'currentRevision'
    }

    It 'warns of each text that ConvertFrom-Json turned into a date' {
        $job = Get-TestJob -Claimed
        $file = Save-Input @"
{ "jobId": "$($job.JobId)", "clientToken": "$token", "continuationToken": "2026-01-31T12:00:00.000Z",
  "executionDetails": { "summary": "2026-01-31T12:00:00Z" } }
"@
        Get-Content $file -Raw | ConvertFrom-Json |
            Complete-CPThirdPartyJob -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 2
        $warnings[0] | Should -BeLike 'ConvertFrom-Json turned continuationToken into a date.*-DateKind String*'
        $warnings[1] | Should -BeLike 'ConvertFrom-Json turned executionDetails.summary into a date.*'
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).Summary | Should -Be '2026-01-31T12:00:00Z'
        Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob -ClientToken $token | Complete-CPThirdPartyJob
    }

    It 'warns of no date that is not sent' {
        $job = Get-TestJob -Claimed
        $null = [pscustomobject]@{ JobId = $job.JobId; ClientToken = $token; At = [DateTime]::UtcNow } |
            Get-CPThirdPartyJobDetail -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
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

    It 'reports the empty member of an unfilled skeleton and sends nothing' {
        $before = (Get-ServiceRequest).Count
        $result = Invoke-Capturing { New-CPThirdPartySkeleton GetThirdPartyJobDetails | Get-CPThirdPartyJobDetail }
        $result.Errors.Count | Should -Be 1
        "$($result.Errors[0])" | Should -BeLike '*empty*'
        (Get-ServiceRequest).Count | Should -Be $before
    }
}

Describe 'An input file of the AWS CLI' {
    It 'polls like poll-for-third-party-jobs' {
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

    It 'reports a continuation' {
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
        Get-Content $file -Raw | ConvertFrom-Json | Complete-CPThirdPartyJob -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
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

    It 'is overridden by parameters' {
        $job = Get-TestJob -Claimed
        $file = Save-Input @{
            jobId = $job.JobId
            clientToken = $token
            executionDetails = @{ summary = 'of the file' }
        }
        Get-Content $file -Raw | ConvertFrom-Json | Complete-CPThirdPartyJob -Summary 'of the call'
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).Summary | Should -Be 'of the call'
    }

    It 'reports one error for a wrong request and sends the others' {
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

    It 'reports the wrong member if <What>' -TestCases @(
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

# A failure in a piped result must never be reported as a success.
Describe 'A failure from the pipeline' {
    BeforeAll {
        $failure = @{ type = 'ConfigurationError'; message = 'no such project' }
    }

    It 'is reported, piped as <What>' -TestCases @(
        @{ What = 'a hashtable'; Make = { @{ jobId = $id; clientToken = $token; failureDetails = $failure } } }
        @{ What = 'an ordered dictionary'
            Make = { [ordered] @{ jobId = $id; clientToken = $token; failureDetails = [ordered] @{} + $failure } }
        }
        @{ What = 'a generic dictionary'
            Make = {
                $table = [System.Collections.Generic.Dictionary[string, object]]::new()
                $table['jobId'], $table['clientToken'], $table['failureDetails'] = $id, $token, $failure
                $table
            }
        }
        @{ What = 'an object with a hashtable in it'
            Make = { [pscustomobject] @{ jobId = $id; clientToken = $token; failureDetails = $failure } }
        }
        @{ What = 'a skeleton whose details are a hashtable'
            Make = {
                $request = New-CPThirdPartySkeleton PutThirdPartyJobFailureResult
                $request.jobId, $request.clientToken, $request.failureDetails = $id, $token, $failure
                $request
            }
        }
        @{ What = 'names in Pascal case'
            Make = {
                [pscustomobject] @{
                    JobId = $id; ClientToken = $token
                    FailureDetails = [pscustomobject] @{ Type = $failure.type; Message = $failure.message }
                }
            }
        }
        @{ What = 'JSON as a hashtable'
            Make = {
                @{ jobId = $id; clientToken = $token; failureDetails = $failure } | ConvertTo-Json |
                    ConvertFrom-Json -AsHashtable
            }
        }
        @{ What = 'a row of a CSV file'
            Make = {
                'JobId,ClientToken,FailureType,FailureMessage',
                "$id,$token,$($failure.type),$($failure.message)" | ConvertFrom-Csv
            }
        }
        @{ What = 'an instance of a class'
            Make = {
                $class = [scriptblock]::Create(
                    'class Report { [string] $JobId; [string] $ClientToken; [hashtable] $failureDetails }; [Report]::new()'
                )
                $report = & $class
                $report.JobId, $report.ClientToken, $report.failureDetails = $id, $token, $failure
                $report
            }
        }
        @{ What = 'a job with details noted on it'
            Make = { $job | Add-Member failureDetails $failure -PassThru }
        }
    ) {
        $job = Get-TestJob -Claimed
        $id = $job.JobId
        # Pipes one object: PowerShell would enumerate the entries of a generic dictionary.
        Write-Output -InputObject (& $Make) -NoEnumerate | Complete-CPThirdPartyJob
        $taken = Get-CPThirdPartyEmulatorJob -JobId $id
        $taken.Status, $taken.FailureType, $taken.FailureMessage |
            Should -Be 'Failed', 'ConfigurationError', 'no such project'
    }

    It 'is reported, piped as the module''s own outcome <How>' -TestCases @(
        @{ How = ''; Carry = { $input } }
        @{ How = 'out of a CLIXML file'
            Carry = {
                $path = Join-Path $TestDrive "$(New-Guid).xml"
                $input | Export-Clixml -Path $path
                Import-Clixml -Path $path
            }
        }
        @{ How = 'out of JSON'; Carry = { $input | ConvertTo-Json | ConvertFrom-Json } }
        @{ How = 'out of CSV'; Carry = { $input | ConvertTo-Csv | ConvertFrom-Csv } }
    ) {
        $job = Get-TestJob -Claimed
        New-CPThirdPartyJobOutcome -FailureMessage bad -FailureType PermissionError | & $Carry |
            Complete-CPThirdPartyJob -JobId $job.JobId -ClientToken $token
        $taken = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
        $taken.Status, $taken.FailureType, $taken.FailureMessage | Should -Be 'Failed', 'PermissionError', 'bad'
    }

    It 'keeps the file''s type and id with <Parameter>' -TestCases @(
        @{ Parameter = 'FailureMessage'; Value = 'in my words'; Text = 'in my words' }
        @{ Parameter = 'ErrorRecord'; Text = 'of the error'
            Value = [System.Management.Automation.ErrorRecord]::new(
                [Exception]::new('of the error'), 'id', [System.Management.Automation.ErrorCategory]::InvalidResult, $null)
        }
    ) {
        $job = Get-TestJob -Claimed
        $with = @{ $Parameter = $Value }
        @{ jobId = $job.JobId; clientToken = $token; failureDetails = $failure + @{ externalExecutionId = 'run-3' } } |
            Complete-CPThirdPartyJob @with
        $taken = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
        $taken.FailureType, $taken.FailureMessage, $taken.ExternalExecutionId |
            Should -Be 'ConfigurationError', $Text, 'run-3'
    }

    It 'takes the type from FailureType' {
        $job = Get-TestJob -Claimed
        @{ jobId = $job.JobId; clientToken = $token; failureDetails = $failure } |
            Complete-CPThirdPartyJob -FailureType RevisionUnavailable
        $taken = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
        $taken.FailureType, $taken.FailureMessage | Should -Be 'RevisionUnavailable', 'no such project'
    }

    It 'does not become a success through <Name>' -TestCases @(
        @{ Name = 'Summary'; Value = 'all well' }
        @{ Name = 'PercentComplete'; Value = 100 }
        @{ Name = 'ContinuationToken'; Value = 'step 2' }
        @{ Name = 'Revision'; Value = 'abc' }
        @{ Name = 'RevisionSummary'; Value = 'a commit' }
    ) {
        $job = Get-TestJob -Claimed
        $with = @{ $Name = $Value }
        $result = Invoke-Capturing {
            @{ jobId = $job.JobId; clientToken = $token; failureDetails = $failure } | Complete-CPThirdPartyJob @with
        }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0])" | Should -BeLike "*-$Name*"
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).ResultCount | Should -Be 0
    }

    It 'with an invalid member is rejected: <What>' -TestCases @(
        @{ What = 'a misspelt member'; Json = '"failureDetail": {}'
            Said = '*failureDetail *Did you mean failureDetails*'
        }
        @{ What = 'a misspelt member inside'; Said = '*failureDetails.mesage *Did you mean message*'
            Json = '"failureDetails": {"type":"JobFailed","mesage":"x"}'
        }
        @{ What = 'another member inside'; Said = '*failureDetails.summary*externalExecutionId*'
            Json = '"failureDetails": {"type":"JobFailed","message":"x","summary":"y"}'
        }
        @{ What = 'null'; Json = '"failureDetails": null'; Said = '*failureDetails is null*object*' }
        @{ What = 'a list'; Said = '*failureDetails is a list*object*'
            Json = '"failureDetails": [{"type":"JobFailed","message":"x"}]'
        }
        @{ What = 'shorthand of the CLI'; Said = '*failureDetails is text*object*'
            Json = '"failureDetails": "type=JobFailed,message=x"'
        }
        @{ What = 'a Boolean'; Json = '"failureDetails": true'; Said = '*failureDetails is a Boolean*object*' }
        @{ What = 'a number'; Json = '"failureDetails": 0'; Said = '*failureDetails is of type Int64*object*' }
        @{ What = 'no type'; Json = '"failureDetails": {"message":"x"}'; Said = '*failureDetails.type is missing*' }
        @{ What = 'no message'; Json = '"failureDetails": {"type":"JobFailed"}'; Said = '*message is missing*' }
        @{ What = 'a message that is not text'; Said = '*failureDetails.message is of type Int64*text*'
            Json = '"failureDetails": {"type":"JobFailed","message":5}'
        }
        @{ What = 'a message that is null'; Said = '*failureDetails.message is null*'
            Json = '"failureDetails": {"type":"JobFailed","message":null}'
        }
        @{ What = 'a type that is a list'; Said = '*failureDetails.type is a list*'
            Json = '"failureDetails": {"type":["JobFailed"],"message":"x"}'
        }
        @{ What = 'a success beside it'; Said = '*failureDetails and executionDetails*'
            Json = '"failureDetails": {"type":"JobFailed","message":"x"}, "executionDetails": {"summary":"ok"}'
        }
        @{ What = 'a continuation beside it'; Said = '*failureDetails and continuationToken*'
            Json = '"failureDetails": {"type":"JobFailed","message":"x"}, "continuationToken": "step 2"'
        }
        @{ What = 'an unknown member'; Json = '"result": "failed"'; Said = '*result is not a member*failureDetails*' }
        @{ What = 'columns for a failure, left empty'; Json = '"FailureMessage": "", "FailureType": ""'
            Said = '*has members for a failure, but they are empty*'
        }
        @{ What = 'a type without a message'; Json = '"FailureType": "JobFailed", "FailureMessage": ""'
            Said = '*no FailureMessage*'
        }
        @{ What = 'the status of a failed job'; Json = '"Status": "Failed"'; Said = '*status of a failed job*' }
        @{ What = 'a job with a note of a failure'; Json = '"Status": "InProgress", "FailureReason": "x"'
            Said = '*FailureReason*'
        }
        @{ What = 'a job with a note of an error'; Json = '"Status": "InProgress", "Error": {"Message":"x"}'
            Said = '*Error*'
        }
    ) {
        $job = Get-TestJob -Claimed
        $text = "{`"jobId`":`"$($job.JobId)`",`"clientToken`":`"$token`",$Json}"
        foreach ($asTable in $false, $true) {
            $result = Invoke-Capturing { $text | ConvertFrom-Json -AsHashtable:$asTable | Complete-CPThirdPartyJob }
            $result.Errors.Count | Should -Be 1
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            "$($result.Errors[0]) $($result.Errors[0].ErrorDetails.RecommendedAction)" | Should -BeLike $Said
            (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).ResultCount | Should -Be 0
        }
    }
}

Describe 'A success from the pipeline' {
    It 'keeps all members, piped as <What>' -TestCases @(
        @{ What = 'nested hashtables'
            Make = {
                @{
                    jobId = $id; clientToken = $token; continuationToken = 'step 2'
                    executionDetails = @{ summary = 'done'; externalExecutionId = 'run-1'; percentComplete = 40 }
                    currentRevision = @{ revision = 'abc'; changeIdentifier = 'main'; created = 1769860800 }
                }
            }
        }
        @{ What = 'names in Pascal case'
            Make = {
                [pscustomobject] @{
                    JobId = $id; ClientToken = $token; ContinuationToken = 'step 2'
                    ExecutionDetails = @{ Summary = 'done'; ExternalExecutionId = 'run-1'; PercentComplete = 40 }
                    CurrentRevision = @{ Revision = 'abc'; ChangeIdentifier = 'main'; Created = 1769860800 }
                }
            }
        }
        @{ What = 'a row of a CSV file'
            Make = {
                ('JobId,ClientToken,ContinuationToken,Summary,ExternalExecutionId,PercentComplete,Revision,' +
                'RevisionChangeIdentifier,RevisionCreated,FailureMessage'),
                "$id,$token,step 2,done,run-1,40,abc,main,2026-01-31T12:00:00Z," | ConvertFrom-Csv
            }
        }
    ) {
        $job = Get-TestJob -Claimed
        $id = $job.JobId
        & $Make | Complete-CPThirdPartyJob
        $taken = Get-CPThirdPartyEmulatorJob -JobId $id
        $taken.Status, $taken.ContinuationTokenOut, $taken.Summary, $taken.ExternalExecutionId, $taken.PercentComplete |
            Should -Be 'Succeeded', 'step 2', 'done', 'run-1', 40
        $taken.Revision, $taken.RevisionChangeIdentifier, $taken.RevisionCreated.ToUnixTimeSeconds() |
            Should -Be 'abc', 'main', 1769860800
        Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob -ClientToken $token | Complete-CPThirdPartyJob
    }

    It 'is reported, piped as the module''s own outcome with <With>' -TestCases @(
        @{ With = 'a summary'; Outcome = @{ Summary = 'fine' }; Property = 'Summary'; Value = 'fine' }
        @{ With = 'a continuation'; Outcome = @{ ContinuationToken = 'step 2' }; Value = 'step 2'
            Property = 'ContinuationTokenOut'
        }
        @{ With = 'a revision'; Property = 'Revision'; Value = 'abc'
            Outcome = @{ Revision = 'abc'; RevisionChangeIdentifier = 'main'; RevisionCreated = 1769860800 }
        }
    ) {
        foreach ($carry in { $input }, { $input | ConvertTo-Json | ConvertFrom-Json }) {
            $job = Get-TestJob -Claimed
            New-CPThirdPartyJobOutcome @Outcome | & $carry |
                Complete-CPThirdPartyJob -JobId $job.JobId -ClientToken $token
            $taken = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
            $taken.Status, $taken.$Property | Should -Be 'Succeeded', $Value
            if ($taken.NextJobId) {
                Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob -ClientToken $token | Complete-CPThirdPartyJob
            }
        }
    }

    It 'is rejected with its member and type: <Member> as <Value>' -TestCases @(
        @{ Member = 'executionDetails.percentComplete'; Value = '1.5'; Said = 'Double*whole number' }
        @{ Member = 'executionDetails.percentComplete'; Value = '50.0'; Said = 'Double*whole number' }
        @{ Member = 'executionDetails.percentComplete'; Value = 'true'; Said = 'Boolean*whole number' }
        @{ Member = 'executionDetails.percentComplete'; Value = '"50"'; Said = 'text*whole number' }
        @{ Member = 'executionDetails.percentComplete'; Value = 'null'; Said = 'null*whole number' }
        @{ Member = 'executionDetails.percentComplete'; Value = '1e400'; Said = 'whole number' }
        @{ Member = 'executionDetails.percentComplete'; Value = '99999999999999999999'; Said = 'percentage' }
        @{ Member = 'executionDetails.summary'; Value = '{"a":1}'; Said = 'an object*text' }
        @{ Member = 'executionDetails.summary'; Value = '["a","b"]'; Said = 'a list*text' }
        @{ Member = 'executionDetails.summary'; Value = '5'; Said = 'Int64*text' }
        @{ Member = 'executionDetails.sumary'; Value = '"x"'; Said = 'summary' }
        @{ Member = 'executionDetails'; Value = '"x"'; Said = 'text*object' }
        @{ Member = 'currentRevision.revision'; Value = '1.2'; Said = 'Double*text' }
        @{ Member = 'currentRevision.created'; Value = 'null'; Said = 'null*time' }
        @{ Member = 'currentRevision.created'; Value = 'true'; Said = 'time' }
        @{ Member = 'currentRevision.tag'; Value = '"v1"'; Said = 'revisionSummary' }
        @{ Member = 'continuationToken'; Value = 'null'; Said = 'null*text' }
        @{ Member = 'continuationToken'; Value = '5'; Said = 'Int64*text' }
    ) {
        $outer, $inner = $Member -split '\.'
        $json = if ($inner) { "`"$outer`":{`"$inner`":$Value}" } else { "`"$outer`":$Value" }
        $before = (Get-ServiceRequest | Measure-Object).Count
        $result = Invoke-Capturing {
            "{`"jobId`":`"any`",`"clientToken`":`"$token`",$json}" | ConvertFrom-Json | Complete-CPThirdPartyJob
        }
        $result.Errors.Count | Should -Be 1
        "$($result.Errors[0]) $($result.Errors[0].ErrorDetails.RecommendedAction)" | Should -BeLike "*$Member*$Said*"
        (Get-ServiceRequest | Measure-Object).Count | Should -Be $before
    }

    It 'is rejected if a name occurs twice in different case' {
        $result = Invoke-Capturing {
            '{"jobId":"any","summary":"a","Summary":"b"}' | ConvertFrom-Json -AsHashtable | Complete-CPThirdPartyJob
        }
        "$($result.Errors[0])" | Should -BeLike '*ummary*twice*'
    }

    It 'is rejected if ContinuationToken is ambiguous' {
        $job = Get-TestJob -Claimed
        $result = Invoke-Capturing {
            [pscustomobject] @{ JobId = $job.JobId; ClientId = 'one'; ContinuationToken = 'x' } |
                Complete-CPThirdPartyJob
        }
        "$($result.Errors[0])" | Should -BeLike '*ContinuationToken*previous job*'
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).ResultCount | Should -Be 0
    }
}

Describe 'Text that ConvertFrom-Json converts to a date' {
    AfterAll {
        [cultureinfo]::CurrentCulture = $culture
    }

    BeforeAll {
        $culture = [cultureinfo]::CurrentCulture
    }

    It 'is sent unchanged: <Text> (<Culture>)' -TestCases @(
        foreach ($culture in 'en-US', 'de-DE', 'ar-SA') {
            @{ Text = '2026-01-31T12:00:00Z'; Culture = $culture }
            @{ Text = '2026-01-31T12:00:00'; Culture = $culture }
            @{ Text = '2026-01-31'; Culture = $culture }
        }
    ) {
        $job = Get-TestJob -Claimed
        [cultureinfo]::CurrentCulture = $Culture
        try {
            $json = '{{"jobId":"{0}","clientToken":"{1}","continuationToken":"{2}","executionDetails":{{"summary":"{2}"}}}}'
            $json -f $job.JobId, $token, $Text | ConvertFrom-Json | Complete-CPThirdPartyJob
        } finally {
            [cultureinfo]::CurrentCulture = 'en-US'
        }

        $taken = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
        $taken.ContinuationTokenOut, $taken.Summary | Should -BeExactly $Text, $Text
        Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob -ClientToken $token | Complete-CPThirdPartyJob
    }

    It 'is rejected with a recommended action if ambiguous: <_>' -TestCases @(
        '2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.1234567', '2026-01-31T12:00:00+01:00',
        '2026-01-31T12:00:00-00:00'
    ) {
        $before = (Get-ServiceRequest | Measure-Object).Count
        $json = "{`"jobId`":`"any`",`"clientToken`":`"$token`",`"continuationToken`":`"$_`"}"
        $result = Invoke-Capturing { $json | ConvertFrom-Json | Complete-CPThirdPartyJob }
        "$($result.Errors[0])" | Should -BeLike '*continuationToken is a date*'
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*-DateKind String*'
        (Get-ServiceRequest | Measure-Object).Count | Should -Be $before
    }

    It 'is rejected as an ambiguous nonce' {
        $result = Invoke-Capturing {
            '{"jobId":"any","clientToken":"t","nonce":"2026-01-31T12:00:00+01:00"}' | ConvertFrom-Json |
                Confirm-CPThirdPartyJob
        }
        "$($result.Errors[0])" | Should -BeLike '*nonce is a date*'
    }
}

Describe 'Parameters of a result' {
    It 'take -RevisionCreated as <What>' -TestCases @(
        @{ What = 'seconds since 1970'; Value = 1769860800 }
        @{ What = 'seconds since 1970 with a fraction'; Value = 1769860800.0 }
        @{ What = 'seconds in text'; Value = '1769860800' }
        @{ What = 'a DateTimeOffset'; Value = [DateTimeOffset] '2026-01-31T13:00:00+01:00' }
        @{ What = 'a DateTime in UTC'; Value = [datetime]::new(2026, 1, 31, 12, 0, 0, [DateTimeKind]::Utc) }
        @{ What = 'text in UTC'; Value = '2026-01-31T12:00:00Z' }
        @{ What = 'text with an offset'; Value = '2026-01-31T14:00:00+02:00' }
        @{ What = 'local text'; Value = [DateTimeOffset]::FromUnixTimeSeconds(1769860800).LocalDateTime.ToString('s') }
    ) {
        $job = Get-TestJob -Claimed
        Complete-CPThirdPartyJob $job.JobId -ClientToken $token -Revision a -RevisionChangeIdentifier b `
            -RevisionCreated $Value
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).RevisionCreated.ToUnixTimeSeconds() | Should -Be 1769860800
        (New-CPThirdPartyJobOutcome -Revision a -RevisionChangeIdentifier b -RevisionCreated $Value).Revision.Created.
        ToUnixTimeSeconds() | Should -Be 1769860800
    }

    It 'reject -<Name> <Value>' -TestCases @(
        @{ Name = 'RevisionCreated'; Value = $true; Said = 'time' }
        @{ Name = 'RevisionCreated'; Value = 'yesterday'; Said = 'time' }
        @{ Name = 'RevisionCreated'; Value = 1e30; Said = 'time' }
        @{ Name = 'PercentComplete'; Value = 1.5; Said = 'whole number' }
        @{ Name = 'PercentComplete'; Value = $true; Said = 'whole number' }
        @{ Name = 'PercentComplete'; Value = 101; Said = '0 to 100' }
        @{ Name = 'FailureType'; Value = 'ConfigurationError', 'PermissionError'; Said = 'one type' }
        @{ Name = 'FailureType'; Value = 'Nonsense'; Said = 'PermissionError' }
        @{ Name = 'FailureType'; Value = 3; Said = 'PermissionError' }
    ) {
        $with = @{ $Name = $Value }
        if ($Name -eq 'FailureType') { $with.FailureMessage = 'x' }
        { Complete-CPThirdPartyJob any -ClientToken $token @with } | Should -Throw "*$Said*"
        { New-CPThirdPartyJobOutcome @with } | Should -Throw "*$Said*"
    }

    It 'take -PercentComplete <Value>' -TestCases @{ Value = 40.0 }, @{ Value = '40' }, @{ Value = [long] 40 } {
        $job = Get-TestJob -Claimed
        Complete-CPThirdPartyJob $job.JobId -ClientToken $token -PercentComplete $Value
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).PercentComplete | Should -Be 40
    }

    It 'reject -FailureType without a message and send nothing' {
        $job = Get-TestJob -Claimed
        $result = Invoke-Capturing { $job | Complete-CPThirdPartyJob -FailureType ConfigurationError }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0])" | Should -BeLike '*-FailureType*'
        (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).ResultCount | Should -Be 0
    }
}
