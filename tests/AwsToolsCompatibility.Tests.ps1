BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
}

AfterAll {
    Exit-ModuleTest
}

# The calls of AWS.Tools.CodePipeline scripts. The cmdlets have the same names there.
Describe 'Calls written for AWS.Tools.CodePipeline' {
    BeforeAll {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType -Region eu-central-1
        $accessKey = $emulator.AccessKeyId
        $secretKey = $emulator.SecretAccessKey.Reveal()
        $file = Join-Path $TestDrive 'credentials'
        Set-Content -Path $file -Value '[partner]', "aws_access_key_id = $accessKey",
            "aws_secret_access_key = $secretKey", 'region = eu-central-1'
        $token = 'token-of-the-customer'
    }

    BeforeEach {
        $StoredAWSRegion = $null
        $job = @{
            ClientId = 'one'; ClientToken = $token; Configuration = @{ ProjectName = 'web' }
            InputArtifact = 'In', 'More'; ContinuationToken = 'earlier'; Emulator = $emulator
        }
        $null = New-CPThirdPartyEmulatorJob $ActionType @job -Confirm:$false
        $basics = @{
            Region = 'eu-central-1'
            AccessKey = $accessKey
            SecretKey = $secretKey
            EndpointUrl = $emulator.Endpoint
        }
        $jobId = (Get-CPThirdPartyJob $ActionType @basics).JobId
        $nonce = (Get-CPThirdPartyEmulatorJob -JobId $jobId).Nonce
        $endpoint = "$($emulator.Endpoint)"
    }

    AfterAll {
        Clear-TestService
    }

    It 'run with every name written out' {
        # Not splatted, because these are lines of existing scripts.
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Region eu-central-1 -AccessKey $accessKey `
            -SecretKey $secretKey -EndpointUrl $endpoint).Nonce | Should -Be $nonce
        $confirmed = Confirm-CPThirdPartyJob -JobId $jobId -Nonce $nonce -ClientToken $token -Region eu-central-1 `
            -AccessKey $accessKey -SecretKey $secretKey -EndpointUrl $endpoint -Force -Select Status
        $confirmed | Should -BeOfType string
        $confirmed | Should -Be 'InProgress'
    }

    It 'run with the job id by position' {
        (Get-CPThirdPartyJobDetail $jobId -ClientToken $token @basics).Id | Should -Be $jobId
        (Confirm-CPThirdPartyJob $jobId -Nonce $nonce -ClientToken $token @basics -Force).Status |
            Should -Be 'InProgress'
    }

    It 'run with the job id from the pipeline' {
        ($jobId | Get-CPThirdPartyJobDetail -ClientToken $token @basics).Nonce | Should -Be $nonce
        ($jobId | Confirm-CPThirdPartyJob -Nonce $nonce -ClientToken $token @basics).Status | Should -Be 'InProgress'
    }

    It 'run with the alias <Alias> of <Name>' -TestCases @(
        @{ Alias = 'RegionToCall'; Name = 'Region' }
        @{ Alias = 'AK'; Name = 'AccessKey' }
        @{ Alias = 'SK'; Name = 'SecretKey' }
        @{ Alias = 'SecretAccessKey'; Name = 'SecretKey' }
    ) {
        $basics[$Alias] = $basics[$Name]
        $basics.Remove($Name)
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @basics).Nonce | Should -Be $nonce
        (Confirm-CPThirdPartyJob -JobId $jobId -Nonce $nonce -ClientToken $token @basics).Status |
            Should -Be 'InProgress'
    }

    It 'run with temporary keys, by <_>' -TestCases 'SessionToken', 'ST' {
        # The emulator knows only permanent keys. Its rejection proves that the token was sent.
        $basics[$_] = 'a-session-token'
        $result = Invoke-Capturing { Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @basics }
        $result.Errors[0].CategoryInfo.Category | Should -Be 'AuthenticationError'
    }

    It 'run with a profile, by <Name> and <Location>' -TestCases @(
        @{ Name = 'ProfileName'; Location = 'ProfileLocation' }
        @{ Name = 'StoredCredentials'; Location = 'ProfilesLocation' }
        @{ Name = 'AWSProfileName'; Location = 'AWSProfilesLocation' }
    ) {
        $with = @{ $Name = 'partner'; $Location = $file; EndpointUrl = $endpoint }
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @with).Nonce | Should -Be $nonce
        (Confirm-CPThirdPartyJob -JobId $jobId -Nonce $nonce -ClientToken $token @with).Status | Should -Be 'InProgress'
    }

    It 'run with credentials as an object' {
        $credential = [pscustomobject]@{ AccessKeyId = $accessKey; SecretAccessKey = $secretKey }
        $where = @{ Region = 'eu-central-1'; EndpointUrl = $endpoint }
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Credential $credential @where).Nonce |
            Should -Be $nonce
    }

    It 'run with $StoredAWSRegion and $StoredAWSCredentials set' {
        $StoredAWSRegion = 'eu-central-1'
        $StoredAWSCredentials = [pscustomobject]@{ AccessKeyId = $accessKey; SecretAccessKey = $secretKey }
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -EndpointUrl $endpoint).Nonce | Should -Be $nonce
    }

    It 'return the same as AWS.Tools with Select <Select>' -TestCases @(
        @{ Select = 'JobDetails.Nonce'; Expected = { $nonce } }
        @{ Select = 'JobDetails.Id'; Expected = { $jobId } }
        @{ Select = '^JobId'; Expected = { $jobId } }
        @{ Select = '^jobid'; Expected = { $jobId } }
    ) {
        Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select $Select @basics |
            Should -BeExactly (& $Expected)
    }

    It 'return the whole response with Select *' {
        $answer = Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select '*' @basics
        $answer.JobDetails.Nonce, $answer.HttpStatusCode | Should -Be $nonce, 'OK'
        $answer.ResponseMetadata.RequestId | Should -Match '^[0-9a-f-]{36}$'
        $answer = Confirm-CPThirdPartyJob -JobId $jobId -Nonce $nonce -ClientToken $token -Select '*' @basics
        $answer.Status, $answer.HttpStatusCode | Should -Be 'InProgress', 'OK'
        $answer.ResponseMetadata.RequestId | Should -Match '^[0-9a-f-]{36}$'
    }

    It 'return the members of AWS.Tools'' response by name' {
        $detail = Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @basics
        $detail.Id, $detail.Nonce | Should -Be $jobId, $nonce
        $data = $detail.Data
        $data.ActionTypeId.Provider | Should -Be 'Contoso'
        $data.ActionConfiguration.Configuration['ProjectName'] | Should -Be 'web'
        $data.InputArtifacts[0].Location.S3Location.BucketName | Should -Be $detail.InputArtifacts[0].BucketName
        $data.InputArtifacts[0].Location.Type | Should -Be 'S3'
        $data.PipelineContext.Stage.Name | Should -Be $detail.StageName
        $data.PipelineContext.Action.Name | Should -Be $detail.ActionName
        $data.ContinuationToken | Should -Be 'earlier'
        "$($data.ArtifactCredentials.SecretAccessKey)" | Should -Be '***'
        $data.ArtifactCredentials.SecretAccessKey.Reveal() | Should -Not -Be '***'
    }

    It 'return the same as AWS.Tools with the path <Select>' -TestCases @(
        @{ Select = 'JobDetails.Data.InputArtifacts.Name'; Expected = 'In', 'More' }
        @{ Select = 'JobDetails.Data.ActionTypeId.Category.Value'; Expected = 'Test' }
        @{ Select = 'JobDetails.Data.InputArtifacts.Location.Type.Value'; Expected = 'S3', 'S3' }
        @{ Select = 'HttpStatusCode'; Expected = 'OK' }
        @{ Select = '^Region'; Expected = 'eu-central-1' }
    ) {
        Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select $Select @basics | Should -Be $Expected
    }

    It 'return the status with a Value, also for another worker''s job' {
        $claim = @{ JobId = $jobId; Nonce = $nonce; ClientToken = $token }
        (Confirm-CPThirdPartyJob @claim @basics -Select Status).Value | Should -Be 'InProgress'
        Confirm-CPThirdPartyJob @claim @basics -Select Status.Value | Should -Be 'InProgress'
        Complete-CPThirdPartyJob -JobId $jobId -ClientToken $token @basics
        $result = Invoke-Capturing {
            Confirm-CPThirdPartyJob @claim @basics -Select Status
            Confirm-CPThirdPartyJob @claim @basics
        }
        $result.Output | Should -Be 'Succeeded'
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'JobTaken,*'
    }

    It 'return the job id with <_>' -TestCases @{ Select = '^JobId' }, @{ PassThru = $true } {
        Confirm-CPThirdPartyJob -JobId $jobId -Nonce $nonce -ClientToken $token @_ @basics | Should -BeExactly $jobId
    }

    It 'reject PassThru together with Select' {
        $result = Invoke-Capturing {
            Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -PassThru -Select '*' @basics
        }
        "$($result.Errors[0])" | Should -BeLike '*-PassThru and -Select*'
    }

    It 'claim nothing if Select is wrong' {
        $result = Invoke-Capturing {
            Confirm-CPThirdPartyJob -JobId $jobId -Nonce $nonce -ClientToken $token -Select Nonsense @basics
        }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        (Get-CPThirdPartyEmulatorJob -JobId $jobId).Status | Should -Be 'Dispatched'
    }

    It 'skip the preference''s prompt with Force, but not WhatIf or Confirm' {
        $ConfirmPreference = 'Low'
        $claim = @{ JobId = $jobId; Nonce = $nonce; ClientToken = $token; Force = $true }
        Confirm-CPThirdPartyJob @claim @basics -WhatIf
        (Get-CPThirdPartyEmulatorJob -JobId $jobId).Status | Should -Be 'Dispatched'
        { Confirm-CPThirdPartyJob @claim @basics -Confirm } | Should -Throw -ErrorId 'PromptUnavailable,*'
        (Confirm-CPThirdPartyJob @claim @basics).Status | Should -Be 'InProgress'
    }

    It 'recommend an action if no user can be prompted' {
        $ConfirmPreference = 'Low'
        try {
            Confirm-CPThirdPartyJob -JobId $jobId -Nonce $nonce -ClientToken $token @basics
            throw 'It went on.'
        } catch {
            $_.FullyQualifiedErrorId | Should -BeLike 'PromptUnavailable,*'
            $_.ErrorDetails.RecommendedAction | Should -BeLike '*-Confirm:$false*'
        }
    }

    It 'run with the alias of the cmdlet''s name' {
        (Get-Command Get-CPThirdPartyJobDetails).ResolvedCommand.Name | Should -Be 'Get-CPThirdPartyJobDetail'
        (Get-CPThirdPartyJobDetails -JobId $jobId -ClientToken $token @basics).Nonce | Should -Be $nonce
    }

    It 'bind settings of the call from <What>' -TestCases @(
        @{ What = 'an object'; Make = { param($row) [pscustomobject] $row } }
        @{ What = 'a hashtable'; Make = { param($row) $row } }
    ) {
        $row = @{ JobId = $jobId; ClientToken = $token } + $basics
        (& $Make $row | Get-CPThirdPartyJobDetail).Nonce | Should -Be $nonce
        $row = @{
            JobId = $jobId; ClientToken = $token; RegionToCall = 'EU-CENTRAL-1'; AK = $accessKey; SK = $secretKey
            EndpointUrl = $emulator.Endpoint; Select = 'JobDetails.Nonce'
        }
        & $Make $row | Get-CPThirdPartyJobDetail | Should -Be $nonce
        $row.SK = 'another'
        $result = Invoke-Capturing { & $Make $row | Get-CPThirdPartyJobDetail }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidSignature,*'
        $row.SK = '***'
        $result = Invoke-Capturing { & $Make $row | Get-CPThirdPartyJobDetail }
        "$($result.Errors[0])" | Should -BeLike '*SecretKey*mask*'
        $profiled = @{
            JobId = $jobId; ClientToken = $token; EndpointUrl = $endpoint
            ProfileName = 'partner'; ProfileLocation = $file
        }
        (& $Make $profiled | Get-CPThirdPartyJobDetail).Nonce | Should -Be $nonce
    }

    It 'prefer keys to a profile, and a profile to an object' {
        $wrong = [pscustomobject] @{ AccessKeyId = 'WRONG'; SecretAccessKey = 'x' }
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Credential $wrong @basics).Nonce |
            Should -Be $nonce
        $with = @{ ProfileName = 'partner'; ProfileLocation = $file; EndpointUrl = $endpoint; Credential = $wrong }
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @with).Nonce | Should -Be $nonce
        $with = @{ ProfileName = 'partner'; ProfileLocation = $file }
        $both = Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @with @basics -Verbose 4>&1
        "$both" | Should -BeLike "*ignoring the credentials of profile 'partner'*"
    }

    It 'take a region <What>' -TestCases @(
        @{ What = 'in capitals'; Region = 'EU-CENTRAL-1' }
        @{ What = 'as a RegionEndpoint'; Region = [pscustomobject] @{ SystemName = 'eu-central-1'; DisplayName = 'x' } }
        @{ What = 'as Get-AWSRegion gives it'; Region = [pscustomobject] @{ Region = 'eu-central-1'; Name = 'x' } }
    ) {
        $basics.Region = $Region
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @basics).Nonce | Should -Be $nonce
    }

    It 'ignore an empty $StoredAWSRegion' {
        $StoredAWSRegion = ''
        $env:AWS_REGION = 'eu-central-1'
        try {
            $basics.Remove('Region')
            (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @basics).Nonce | Should -Be $nonce
        } finally {
            $env:AWS_REGION = $null
        }
    }

    It 'report a Select that names nothing' {
        $result = Invoke-Capturing {
            Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select Nonsense @basics
        }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0])" | Should -BeLike '*Nonsense*'
    }

    It 'return the client token by Select as a secret' {
        $given = Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select '^ClientToken' @basics
        "$given" | Should -Be '***'
        $given.Reveal() | Should -Be $token
    }
}
