BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest

    # Returns the only error of a script after common checks: a message, a recommended action and a specific category.
    function Get-OneError([scriptblock] $Script) {
        $result = Invoke-Capturing $Script
        $result.Errors.Count | Should -Be 1
        $record = $result.Errors[0]
        $record.CategoryInfo.Category | Should -Not -Be 'NotSpecified'
        $record.ErrorDetails.Message | Should -Not -BeNullOrEmpty
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $record
    }

    function Set-Fault([string] $Plan) {
        $emulator.OrderFaults([CodePipeline.ThirdParty.Emulation.Faults.FaultPlan]::Parse($Plan))
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'An error of the service' {
    BeforeEach {
        $emulator = Start-TestService -Connect @{ MaxAttempts = 1 }
        $basics = @{ Region = $emulator.Region; EndpointUrl = $emulator.Endpoint }
    }

    AfterEach {
        Clear-TestService
    }

    It 'is <Id>, <Category>, when <When>' -TestCases @(
        @{ Id = 'ActionTypeNotFound'; Category = 'ObjectNotFound'; When = 'nobody knows the action type'
            Script = { Get-CPThirdPartyJob Build/Nobody/9 }
        }
        @{ Id = 'JobNotFound'; Category = 'ObjectNotFound'; When = 'there is no such job'
            Script = { Get-CPThirdPartyJobDetail -JobId made-up -ClientToken x }
        }
        @{ Id = 'InvalidClientToken'; Category = 'AuthenticationError'; When = 'the token is another client''s'
            Script = { Get-DispatchedJob | Get-CPThirdPartyJobDetail -ClientToken x }
        }
        @{ Id = 'InvalidJob'; Category = 'ResourceUnavailable'; When = 'the job is over'; Script = {
                $job = Get-ClaimedJob
                $job | Complete-CPThirdPartyJob
                $job | Get-CPThirdPartyJobDetail
            }
        }
        @{ Id = 'InvalidJobState'; Category = 'ResourceUnavailable'; When = 'the job takes no result'
            Script = { Get-DispatchedJob | Complete-CPThirdPartyJob }
        }
        @{ Id = 'JobTaken'; Category = 'ResourceBusy'; When = 'the nonce is not the current one'
            Script = { Get-DispatchedJob | Confirm-CPThirdPartyJob -Nonce 5 }
        }
        @{ Id = 'CredentialsNotRecognized'; Category = 'AuthenticationError'; When = 'the access key is not known'
            Script = { Get-CPThirdPartyJob $ActionType -AccessKey WRONG -SecretKey x }
        }
        @{ Id = 'InvalidSignature'; Category = 'AuthenticationError'; When = 'the secret key is wrong'
            Script = { Get-CPThirdPartyJob $ActionType -AccessKey $emulator.AccessKeyId -SecretKey x }
        }
    ) {
        $record = Get-OneError $Script
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,CodePipeline.ThirdParty.Commands.*"
        "$($record.CategoryInfo.Category)" | Should -Be $Category
        "$record" | Should -BeLike '*request id ????????-*'
        $record.TargetObject | Should -Not -BeNullOrEmpty
    }

    It 'is <Id>, <Category>, for the fault <Fault>' -TestCases @(
        @{ Fault = 'throttle'; Id = 'Throttled'; Category = 'LimitsExceeded'; RecommendedAction = '*-MaxAttempts*' }
        @{ Fault = 'expired-token'; Id = 'CredentialsExpired'; Category = 'AuthenticationError'
            RecommendedAction = '*sign in*'
        }
        @{ Fault = 'access-denied'; Id = 'AccessDenied'; Category = 'PermissionDenied'
            RecommendedAction = '*codepipeline:PollForThirdPartyJobs*'
        }
        @{ Fault = 'internal-failure'; Id = 'ServiceUnavailable'; Category = 'ResourceUnavailable'
            RecommendedAction = '*again*'
        }
        @{ Fault = 'service-unavailable'; Id = 'ServiceUnavailable'; Category = 'ResourceUnavailable'
            RecommendedAction = '*again*'
        }
        @{ Fault = 'garbled'; Id = 'UnexpectedResponse'; Category = 'ProtocolError'; RecommendedAction = '*proxy*' }
        @{ Fault = 'drop-before'; Id = 'EndpointUnreachable'; Category = 'ConnectionError'
            RecommendedAction = '*endpoint*'
        }
    ) {
        Set-Fault "$Fault=1"
        $record = Get-OneError { Get-CPThirdPartyJob $ActionType }
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$($record.CategoryInfo.Category)" | Should -Be $Category
        "$record" | Should -BeLike "PollForThirdPartyJobs for $ActionType failed*"
        $record.ErrorDetails.RecommendedAction | Should -BeLike $RecommendedAction
        "$($record.TargetObject)" | Should -Be $ActionType
    }

    It 'is not reported if a retry succeeds: <_>' -TestCases 'throttle', 'internal-failure', 'service-unavailable',
        'drop-before', 'drop-after' {
        $emulator | Connect-CPThirdParty -MaxAttempts 3
        Set-Fault "$_=1@GetThirdPartyJobDetails,limit=1"
        $result = Invoke-Capturing { Get-DispatchedJob | Get-CPThirdPartyJobDetail }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Nonce | Should -Not -BeNullOrEmpty
    }

    It 'contains the number of attempts' {
        $emulator | Connect-CPThirdParty -MaxAttempts 2
        Set-Fault 'throttle=1'
        "$(Get-OneError { Get-CPThirdPartyJob $ActionType })" | Should -BeLike '*after 2 attempts*ThrottlingException*'
    }

    It 'has the job as target and its id in the message' {
        $job = Get-DispatchedJob
        $record = Get-OneError { $job | Get-CPThirdPartyJobDetail -ClientToken x }
        [object]::ReferenceEquals($record.TargetObject, $job) | Should -BeTrue
        "$record" | Should -BeLike "*$($job.JobId)*"
    }

    It 'continues with the next record, but ends the script with Stop' {
        $result = Invoke-Capturing { 'made-up', 'too' | Get-CPThirdPartyJobDetail -ClientToken x; 'after' }
        $result.Errors.Count | Should -Be 2
        $result.Output | Should -Be 'after'
        $record = { 'made-up', 'too' | Get-CPThirdPartyJobDetail -ClientToken x -ErrorAction Stop } |
            Should -Throw -ErrorId 'JobNotFound,*' -PassThru
        $record.TargetObject | Should -Be 'made-up'
        $record.Exception | Should -BeOfType CodePipeline.ThirdParty.Client.ThirdPartyServiceException
        $record.Exception.Error.RequestId | Should -Not -BeNullOrEmpty
    }

    It 'can be caught by its type' {
        $caught = try {
            Get-CPThirdPartyJobDetail -JobId made-up -ClientToken x -ErrorAction Stop
        } catch [CodePipeline.ThirdParty.Client.ThirdPartyServiceException] {
            $_.Exception.Error.Code
        }
        $caught | Should -Be 'JobNotFoundException'
    }

    It 'is collected by ErrorVariable, and $? is false' {
        Get-CPThirdPartyJobDetail -JobId made-up -ClientToken x -ErrorAction SilentlyContinue -ErrorVariable found
        $? | Should -BeFalse
        $found.Count | Should -Be 1
    }
}

Describe 'Wrong input' {
    BeforeAll {
        $emulator = Start-TestService
    }

    AfterAll {
        Clear-TestService
    }

    It 'is rejected during binding with a clear message: <What>' -TestCases @(
        @{ What = 'an action type without a version'; Words = 'Test/Contoso', 'Test/Contoso/1'
            Script = { Get-CPThirdPartyJob Test/Contoso }
        }
        @{ What = 'an unknown category'; Words = 'Tst', 'Source, Build, Deploy, Test'
            Script = { Get-CPThirdPartyJob Tst/Contoso/1 }
        }
        @{ What = 'an unknown owner'; Words = 'Owner', 'Me', 'ThirdParty'
            Script = { Get-CPThirdPartyJob 'Test/Me/Contoso/1' }
        }
        @{ What = 'a provider with a blank'; Words = 'Provider', 'Con toso'
            Script = { Get-CPThirdPartyJob 'Test/Con toso/1' }
        }
        @{ What = 'a version that is too long'; Words = 'Version', '10', '9'
            Script = { Get-CPThirdPartyJob 'Test/Contoso/1234567890' }
        }
        @{ What = 'an unknown member'; Words = 'colour'
            Script = { Get-CPThirdPartyJob @{ Category = 'Test'; colour = 'red' } }
        }
        @{ What = 'half a shorthand'; Words = 'category=Test,owner', 'owner'
            Script = { Get-CPThirdPartyJob 'category=Test,owner' }
        }
        @{ What = 'broken JSON'; Words = 'JSON'; Script = { Get-CPThirdPartyJob '{"category":' } }
        @{ What = 'a batch size of 0'; Words = 'MaxBatchSize', '0'
            Script = { Get-CPThirdPartyJob $ActionType -MaxBatchSize 0 }
        }
        @{ What = 'an invalid duration'; Words = 'Timeout', 'soon', 'seconds'
            Script = { Get-CPThirdPartyJob $ActionType -Wait -Timeout soon }
        }
        @{ What = 'a negative time'; Words = 'PollInterval', '-1'
            Script = { Get-CPThirdPartyJob $ActionType -Wait -PollInterval -1 }
        }
        @{ What = 'more than 100 percent'; Words = 'PercentComplete', '101'
            Script = { Complete-CPThirdPartyJob -JobId x -ClientToken x -PercentComplete 101 }
        }
        @{ What = 'an unknown failure type'; Words = 'FailureType', 'PermissionError'
            Script = {
                Complete-CPThirdPartyJob -JobId x -ClientToken x -FailureMessage x -FailureType PermissionsError
            }
        }
        @{ What = 'an empty job id'; Words = 'JobId'; Script = { Get-CPThirdPartyJobDetail -JobId '' -ClientToken x } }
        @{ What = 'an unknown retry mode'; Words = 'RetryMode', 'Adaptive'
            Script = { Connect-CPThirdParty -Region eu-west-1 -RetryMode Legacy2 }
        }
    ) {
        $before = (Get-ServiceRequest | Measure-Object).Count
        $record = $Script | Should -Throw -PassThru
        foreach ($word in $Words) {
            "$record" | Should -BeLike "*$word*"
        }

        (Get-ServiceRequest | Measure-Object).Count | Should -Be $before
    }

    It 'is reported before any request for that record only: <What>' -TestCases @(
        @{ What = 'a job id of 513 characters'; Words = 'JobId', '513', '512'
            Script = { Get-CPThirdPartyJobDetail -JobId ('x' * 513) -ClientToken x }
        }
        @{ What = 'a nonce of 51 characters'; Words = 'Nonce', '51', '50'
            Script = { Confirm-CPThirdPartyJob -JobId x -ClientToken x -Nonce ('1' * 51) }
        }
        @{ What = 'a continuation token of 2049 characters'; Words = 'ContinuationToken', '2049', '2048'
            Script = { Complete-CPThirdPartyJob -JobId x -ClientToken x -ContinuationToken ('x' * 2049) }
        }
        @{ What = 'an execution id of 1501 characters'; Words = 'ExternalExecutionId', '1501', '1500'
            Script = { Complete-CPThirdPartyJob -JobId x -ClientToken x -ExternalExecutionId ('x' * 1501) }
        }
        @{ What = 'a revision of 1501 characters'; Words = 'Revision', '1501', '1500'
            Script = {
                Complete-CPThirdPartyJob -JobId x -ClientToken x -Revision ('x' * 1501) -RevisionChangeIdentifier y
            }
        }
        @{ What = 'a change identifier of 101 characters'; Words = 'ChangeIdentifier', '101', '100'
            Script = {
                Complete-CPThirdPartyJob -JobId x -ClientToken x -Revision x -RevisionChangeIdentifier ('y' * 101)
            }
        }
        @{ What = 'an unknown category'; Words = 'Category', 'Tst', 'Deploy'
            Script = { Get-CPThirdPartyJob -Category Tst -Provider Contoso -Version 1 }
        }
        @{ What = 'an invalid region'; Words = 'Region', 'EU West', 'us-east-1'
            Script = { Get-CPThirdPartyJob $ActionType -Region 'EU West' }
        }
        @{ What = 'an endpoint without a scheme'; Words = 'EndpointUrl', 'example.com'
            Script = { Get-CPThirdPartyJob $ActionType -EndpointUrl 'example.com' }
        }
        @{ What = 'an access key without its secret key'; Words = 'SecretKey', '-AccessKey'
            Script = { Get-CPThirdPartyJob $ActionType -AccessKey AK }
        }
        @{ What = 'a secret key without its access key'; Words = 'AccessKey', '-SecretKey'
            Script = { Get-CPThirdPartyJob $ActionType -SecretKey sk }
        }
        @{ What = 'a session token without keys'; Words = 'AccessKey', 'SecretKey'
            Script = { Get-CPThirdPartyJob $ActionType -SessionToken st }
        }
        @{ What = 'a missing CA bundle'; Words = 'CaBundle', 'nowhere.pem'
            Script = { Connect-CPThirdParty -Region eu-west-1 -CaBundle ./nowhere.pem }
        }
    ) {
        $before = (Get-ServiceRequest | Measure-Object).Count
        $record = Get-OneError $Script
        $record.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($record.CategoryInfo.Category)" | Should -Be 'InvalidArgument'
        foreach ($word in $Words) {
            "$record $($record.ErrorDetails.RecommendedAction)" | Should -BeLike "*$word*"
        }

        (Get-ServiceRequest | Measure-Object).Count | Should -Be $before
    }

    It 'reports a missing region and how to set it' {
        Disconnect-CPThirdParty
        try {
            $record = Get-OneError { Get-CPThirdPartyJob $ActionType -AccessKey AK -SecretKey sk }
            "$record $($record.ErrorDetails.RecommendedAction)" | Should -BeLike '*No region*-Region*AWS_REGION*'
        } finally {
            $emulator | Connect-CPThirdParty
        }
    }

    It 'reports missing credentials and how to provide them' {
        Disconnect-CPThirdParty
        try {
            $record = Get-OneError { Get-CPThirdPartyJob $ActionType -Region us-east-1 -EndpointUrl $emulator.Endpoint }
            $record.FullyQualifiedErrorId | Should -BeLike 'CredentialsNotFound,*'
            "$($record.CategoryInfo.Category)" | Should -Be 'AuthenticationError'
            $record.ErrorDetails.RecommendedAction | Should -BeLike '*-ProfileName*AWS_ACCESS_KEY_ID*'
        } finally {
            $emulator | Connect-CPThirdParty
        }
    }

    It 'reports a missing profile and the searched files' {
        $missing = Join-Path $TestDrive 'no-such-file'
        $record = Get-OneError { Get-CPThirdPartyJob $ActionType -ProfileName partner -ProfileLocation $missing }
        $record.FullyQualifiedErrorId | Should -BeLike 'ProfileNotFound,*'
        "$record" | Should -BeLike "*'partner'*no-such-file*"
        $record.TargetObject | Should -Be 'partner'
    }

    It 'reports a CA bundle that contains <What>' -TestCases @(
        @{ What = 'no certificate'; Content = 'this is no certificate' }
        @{ What = 'a broken one'; Content = "-----BEGIN CERTIFICATE-----`nMIIB`n-----END CERTIFICATE-----" }
    ) {
        $file = Join-Path $TestDrive 'bundle.pem'
        Set-Content -Path $file -Value $Content
        $record = Get-OneError { Connect-CPThirdParty -Name tls -Region us-east-1 -CaBundle $file }
        $record.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$record $($record.ErrorDetails.RecommendedAction)" | Should -BeLike '*bundle.pem*PEM*'
    }

    It 'ends the cmdlet for an unknown session' {
        $record = { 'a', 'b' | Get-CPThirdPartyJobDetail -ClientToken x -Session gone } |
            Should -Throw -ErrorId 'SessionNotFound,*' -PassThru
        "$($record.CategoryInfo.Category)" | Should -Be 'ObjectNotFound'
        $record.TargetObject | Should -Be 'gone'
        $record.ErrorDetails.RecommendedAction | Should -BeLike '*Default*'
    }
}

Describe 'A service that cannot be reached' {
    BeforeAll {
        $emulator = Start-TestService
        $gone = Start-CPThirdPartyEmulator
        $gone | Stop-CPThirdPartyEmulator
        $keys = @{ Region = 'us-east-1'; AccessKey = 'AK'; SecretKey = 'sk'; MaxAttempts = 1; Name = 'broken' }
    }

    AfterAll {
        Clear-TestService
    }

    It 'is <Id> when <When>' -TestCases @(
        @{ Id = 'EndpointUnreachable'; When = 'nobody listens'; Url = { $gone.Endpoint } }
        @{ Id = 'TlsFailed'; When = 'it does not speak TLS'; Url = { "https://127.0.0.1:$($emulator.Endpoint.Port)/" } }
        @{ Id = 'EndpointNameNotResolved'; When = 'the host has no such name'
            Url = { 'https://codepipeline.invalid/' }
        }
    ) {
        $url = & $Url
        Connect-CPThirdParty @keys -EndpointUrl $url
        $record = Get-OneError { Get-CPThirdPartyJob $ActionType -Session broken }
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$($record.CategoryInfo.Category)" | Should -Be 'ConnectionError'
        "$record" | Should -BeLike "*$url*"
    }

    It 'is EndpointTimeout when it does not respond in time' {
        $emulator.OrderFaults([CodePipeline.ThirdParty.Emulation.Faults.FaultPlan]::Parse('slow=1,delay=30s'))
        $emulator | Connect-CPThirdParty -Name broken -Timeout 0.3 -MaxAttempts 1
        $record = Get-OneError { Get-CPThirdPartyJob $ActionType -Session broken }
        $emulator.OrderFaults($null)
        $record.FullyQualifiedErrorId | Should -BeLike 'EndpointTimeout,*'
        "$($record.CategoryInfo.Category)" | Should -Be 'OperationTimeout'
        $record.ErrorDetails.RecommendedAction | Should -BeLike '*-Timeout*'
    }
}

Describe 'An error of an emulator' {
    AfterEach {
        Clear-TestService
    }

    It 'is EmulatorNotFound when none is running' {
        $record = Get-OneError { New-CPThirdPartyEmulatorJob $ActionType }
        $record.FullyQualifiedErrorId | Should -BeLike 'EmulatorNotFound,*'
        $record.ErrorDetails.RecommendedAction | Should -BeLike '*Start-CPThirdPartyEmulator*'
    }

    It 'is EmulatorNotStarted when its port is in use' {
        $first = Start-CPThirdPartyEmulator
        $record = Get-OneError { Start-CPThirdPartyEmulator -Name second -Port $first.Endpoint.Port }
        $record.FullyQualifiedErrorId | Should -BeLike 'EmulatorNotStarted,*'
        "$record" | Should -BeLike "*$($first.Endpoint.Port)*"
    }
}
