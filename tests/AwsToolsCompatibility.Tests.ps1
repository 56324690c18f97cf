BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
}

AfterAll {
    Exit-ModuleTest
}

# Each call as scripts for AWS.Tools.CodePipeline write it; the cmdlets have the same names there.
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
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId one -ClientToken $token -Emulator $emulator
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
        # Not splatted: these are the lines of scripts that are taken over.
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
        # The emulator knows permanent keys only: that it refuses these shows that the token went out.
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

    It 'give with Select <Select> what AWS.Tools gives' -TestCases @(
        @{ Select = 'JobDetails.Nonce'; Expected = { $nonce } }
        @{ Select = 'JobDetails.Id'; Expected = { $jobId } }
        @{ Select = '^JobId'; Expected = { $jobId } }
        @{ Select = '^jobid'; Expected = { $jobId } }
    ) {
        Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select $Select @basics |
            Should -BeExactly (& $Expected)
    }

    It 'give the whole answer with Select <_>' -TestCases '*', 'JobDetails' {
        (Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select $_ @basics).Nonce | Should -Be $nonce
    }

    It 'give the members of AWS.Tools'' answer under their names: Data, Id, Nonce' {
        $detail = Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token @basics
        $detail.Id, $detail.Nonce | Should -Be $jobId, $nonce
    }

    It 'give the claimed job with Select <_>' -TestCases '*', '^JobId' {
        $selected = Confirm-CPThirdPartyJob -JobId $jobId -Nonce $nonce -ClientToken $token -Select $_ @basics
        "$selected" | Should -Be $jobId
    }

    It 'have an error for a Select that names nothing' {
        $result = Invoke-Capturing {
            Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select Nonsense @basics
        }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0])" | Should -BeLike '*Nonsense*'
    }

    It 'never give the client token by Select' {
        "$(Get-CPThirdPartyJobDetail -JobId $jobId -ClientToken $token -Select '^ClientToken' @basics)" |
            Should -Not -BeLike "*$token*"
    }
}
