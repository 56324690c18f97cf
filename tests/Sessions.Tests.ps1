BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest

    function Get-CallParameter($Emulator) {
        @{
            Region      = $Emulator.Region
            EndpointUrl = $Emulator.Endpoint
            AccessKey   = $Emulator.AccessKeyId
            SecretKey   = $Emulator.SecretAccessKey
        }
    }

    # The responses to a poll with known and with unknown keys.
    function Test-Poll([hashtable] $With) {
        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType @With }
        if ($result.Errors) { ($result.Errors[0].FullyQualifiedErrorId -split ',')[0] } else { 'Allowed' }
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'Connect-CPThirdParty' {
    AfterEach {
        Clear-TestService
    }

    It 'emits the session only with PassThru' {
        Connect-CPThirdParty -Region eu-west-1 -AccessKey AK -SecretKey sk | Should -BeNullOrEmpty
        $session = Connect-CPThirdParty -Region eu-west-1 -AccessKey AK -SecretKey sk -PassThru
        $session | Should -BeOfType CodePipeline.ThirdParty.Sessions.ThirdPartySession
        $session.Name, $session.Region | Should -Be 'Default', 'eu-west-1'
    }

    It 'creates the default session' {
        $null = Start-TestService
        $null = New-CPThirdPartyEmulatorJob $ActionType
        (Get-CPThirdPartyJob $ActionType).Session.Name | Should -Be 'Default'
    }

    It 'reads all settings of a piped emulator' {
        $emulator = Start-CPThirdPartyEmulator -Region eu-central-1
        $session = $emulator | Connect-CPThirdParty -PassThru
        $session.Region, $session.EndpointUrl | Should -Be 'eu-central-1', $emulator.Endpoint.AbsoluteUri
        $session.ClientTokenSource | Should -BeLike "*$($emulator.Name)*"
    }

    It 'keeps its parameters' {
        $given = @{
            Region         = 'eu-west-1'
            AccessKey      = 'AK'
            SecretKey      = 'sk'
            Timeout        = 20
            ConnectTimeout = '00:00:02'
            RetryMode      = 'Adaptive'
            MaxAttempts    = 5
            Proxy          = 'http://proxy.example:8080'
        }
        $session = Connect-CPThirdParty @given -PassThru
        $session.Timeout.TotalSeconds, $session.ConnectTimeout.TotalSeconds | Should -Be 20, 2
        "$($session.RetryMode)", $session.MaxAttempts, $session.Proxy |
            Should -Be 'Adaptive', 5, 'http://proxy.example:8080'
        $session.CredentialSource | Should -BeLike '*access key*'
    }

    It 'replaces a session of the same name' {
        Connect-CPThirdParty -Name a -Region eu-west-1
        Connect-CPThirdParty -Name A -Region eu-west-2
        @(Get-CPThirdPartySession).Count | Should -Be 1
        (Get-CPThirdPartySession a).Region | Should -Be 'eu-west-2'
    }

    It 'creates no session if its <What> is wrong' -TestCases @(
        @{ What = 'region'; With = @{ Region = 'Not A Region' } }
        @{ What = 'endpoint'; With = @{ Region = 'eu-west-1'; EndpointUrl = 'ftp://example' } }
        @{ What = 'proxy'; With = @{ Region = 'eu-west-1'; Proxy = 'nonsense' } }
        @{ What = 'CA bundle'; With = @{ Region = 'eu-west-1'; CaBundle = 'no-such-file.pem' } }
    ) {
        $result = Invoke-Capturing { Connect-CPThirdParty @With }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        Get-CPThirdPartySession | Should -BeNullOrEmpty
    }
}

Describe 'Named sessions' {
    BeforeEach {
        $first = Start-TestService -Session first
        $second = Start-TestService -Session second
        'first', 'second' | ForEach-Object {
            $emulator = Get-Variable -Name $_ -ValueOnly
            $null = New-CPThirdPartyEmulatorJob $ActionType -Emulator $emulator -PipelineName $_
        }
    }

    AfterEach {
        Clear-TestService
    }

    It 'are used by name' {
        (Get-CPThirdPartyJob $ActionType -Session second | Get-CPThirdPartyJobDetail).PipelineName | Should -Be 'second'
    }

    It 'are used as objects' {
        $session = Get-CPThirdPartySession -Name second
        (Get-CPThirdPartyJob $ActionType -Session $session | Get-CPThirdPartyJobDetail).PipelineName |
            Should -Be 'second'
    }

    It 'make the first one current if none is the default' {
        (Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail).PipelineName | Should -Be 'first'
    }

    It 'are carried by their jobs, also in one pipeline' {
        $jobs = (Get-CPThirdPartyJob $ActionType -Session first), (Get-CPThirdPartyJob $ActionType -Session second)
        $details = $jobs | Get-CPThirdPartyJobDetail
        ($details | ForEach-Object { $_.Session.Name } | Select-Object -Unique) | Should -Be 'first', 'second'
        ($details | Confirm-CPThirdPartyJob).Status | Select-Object -Unique | Should -Be 'InProgress'
    }

    It 'list the known names for an unknown one' {
        $record = { Get-CPThirdPartyJob $ActionType -Session third } |
            Should -Throw -ErrorId 'SessionNotFound,*' -PassThru
        "$record" | Should -BeLike "*'third'*"
        $record.ErrorDetails.RecommendedAction | Should -BeLike '*first, second*'
    }

    It 'are found with wildcards' {
        (Get-CPThirdPartySession *s*).Name | Should -Be 'first', 'second'
        Get-CPThirdPartySession none* | Should -BeNullOrEmpty
    }
}

Describe 'Disconnect-CPThirdParty' {
    AfterEach {
        Clear-TestService
    }

    It 'removes the default session or the named one' {
        Connect-CPThirdParty -Region eu-west-1
        Connect-CPThirdParty -Name other -Region eu-west-1
        Disconnect-CPThirdParty
        (Get-CPThirdPartySession).Name | Should -Be 'other'
        Get-CPThirdPartySession | Disconnect-CPThirdParty
        Get-CPThirdPartySession | Should -BeNullOrEmpty
    }

    It 'removes nothing with WhatIf' {
        Connect-CPThirdParty -Region eu-west-1
        Disconnect-CPThirdParty -WhatIf
        @(Get-CPThirdPartySession).Count | Should -Be 1
    }

    It 'writes an error for an unknown session' {
        $result = Invoke-Capturing { Disconnect-CPThirdParty -Name gone; 'after' }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'SessionNotFound,*'
        $result.Output | Should -Be 'after'
    }
}

Describe 'Parameters of a call' {
    BeforeAll {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType
        Connect-CPThirdParty -Region us-east-1 -EndpointUrl $emulator.Endpoint -AccessKey WRONG -SecretKey wrong
        $right = Get-CallParameter $emulator
    }

    AfterAll {
        Clear-TestService
    }

    It 'override the session''s' {
        Test-Poll @{} | Should -Be 'CredentialsNotRecognized'
        Test-Poll @{ AccessKey = $right.AccessKey; SecretKey = $right.SecretKey } | Should -Be 'Allowed'
        Test-Poll @{} | Should -Be 'CredentialsNotRecognized'
    }

    It 'work without a session' {
        Disconnect-CPThirdParty
        Test-Poll $right | Should -Be 'Allowed'
        Connect-CPThirdParty -Region us-east-1 -EndpointUrl $emulator.Endpoint -AccessKey WRONG -SecretKey wrong
    }

    It 'are carried by the job, with the settings of that call' {
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $token = @{ ClientToken = { param($ClientId) $emulator.GetClients()[$ClientId] } }
        $job = Get-CPThirdPartyJob $ActionType @right
        ($job | Get-CPThirdPartyJobDetail @token | Confirm-CPThirdPartyJob).Status | Should -Be 'InProgress'
    }

    It 'accept credentials as <What>' -TestCases @(
        @{ What = 'a PSCredential'
            Make = {
                [pscredential]::new(
                    $emulator.AccessKeyId,
                    [System.Net.NetworkCredential]::new('', $emulator.SecretAccessKey.Reveal()).SecurePassword)
            }
        }
        @{ What = 'the Credentials of an STS call'
            Make = {
                [pscustomobject]@{
                    AccessKeyId = $emulator.AccessKeyId
                    SecretAccessKey = $emulator.SecretAccessKey.Reveal()
                }
            }
        }
    ) {
        Test-Poll @{ Credential = & $Make } | Should -Be 'Allowed'
    }

    It 'list the accepted types of Credential' {
        { Get-CPThirdPartyJob $ActionType -Credential 5 } | Should -Throw '*PSCredential*'
    }

    It 'sign for the region of the call' {
        Test-Poll ($right + @{ Session = 'Default' }) | Should -Be 'Allowed'
        $elsewhere = $right.Clone()
        $elsewhere.Region = 'eu-west-1'
        Test-Poll $elsewhere | Should -Be 'InvalidSignature'
    }
}

Describe 'The variables of AWS.Tools' {
    BeforeAll {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType -Region eu-central-1
        $keys = [pscustomobject]@{
            AccessKeyId = $emulator.AccessKeyId
            SecretAccessKey = $emulator.SecretAccessKey.Reveal()
        }
    }

    AfterAll {
        Clear-TestService
    }

    It 'is used: $StoredAWSRegion and $StoredAWSCredentials' {
        $StoredAWSRegion = 'eu-central-1'
        $StoredAWSCredentials = $keys
        Test-Poll @{ EndpointUrl = $emulator.Endpoint } | Should -Be 'Allowed'
    }

    It 'is overridden by parameters' {
        $StoredAWSRegion = 'us-west-2'
        $StoredAWSCredentials = [pscustomobject]@{ AccessKeyId = 'WRONG'; SecretAccessKey = 'wrong' }
        Test-Poll (Get-CallParameter $emulator) | Should -Be 'Allowed'
    }

    It 'is read for each call if it is a foreign credential object' {
        Add-Type -TypeDefinition @'
namespace CodePipelineThirdPartyTests {
    public class ImmutableKeys {
        public string AccessKey { get; set; }
        public string SecretKey { get; set; }
        public string Token { get; set; }
    }
    public class OtherSdkCredentials {
        public int Asked;
        public ImmutableKeys Keys;
        public ImmutableKeys GetCredentials() { Asked++; return Keys; }
    }
    public class OtherSdkWrapper {
        private readonly OtherSdkCredentials _inner;
        public OtherSdkWrapper(OtherSdkCredentials inner) { _inner = inner; }
        internal OtherSdkCredentials Credentials { get { return _inner; } }
    }
}
'@
        $source = [CodePipelineThirdPartyTests.OtherSdkCredentials]::new()
        $source.Keys = [CodePipelineThirdPartyTests.ImmutableKeys]@{
            AccessKey = $keys.AccessKeyId
            SecretKey = $keys.SecretAccessKey
        }
        $StoredAWSRegion = 'eu-central-1'
        $StoredAWSCredentials = [CodePipelineThirdPartyTests.OtherSdkWrapper]::new($source)
        Test-Poll @{ EndpointUrl = $emulator.Endpoint } | Should -Be 'Allowed'
        $source.Keys = [CodePipelineThirdPartyTests.ImmutableKeys]@{ AccessKey = 'WRONG'; SecretKey = 'wrong' }
        Test-Poll @{ EndpointUrl = $emulator.Endpoint } | Should -Be 'CredentialsNotRecognized'
        $source.Asked | Should -BeGreaterThan 1
    }
}

Describe 'Profiles and the environment' {
    BeforeAll {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType -Region eu-central-1
        $file = Join-Path $TestDrive 'credentials'
        Set-Content -Path $file -Value @(
            '[partner]', "aws_access_key_id = $($emulator.AccessKeyId)",
            "aws_secret_access_key = $($emulator.SecretAccessKey.Reveal())", 'region = eu-central-1',
            '[other]', 'aws_access_key_id = OTHER', 'aws_secret_access_key = other',
            '[half]', 'aws_access_key_id = HALF')
        $local = @{ ProfileLocation = $file; EndpointUrl = $emulator.Endpoint }
    }

    AfterEach {
        Get-CPThirdPartySession | Disconnect-CPThirdParty
        'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_CODEPIPELINE',
            'AWS_PROFILE' |
            ForEach-Object { [Environment]::SetEnvironmentVariable($_, $null) }
        [Environment]::SetEnvironmentVariable(
            'AWS_SHARED_CREDENTIALS_FILE', $QuietEnvironment.AWS_SHARED_CREDENTIALS_FILE)
    }

    AfterAll {
        Clear-TestService
    }

    It 'provide region and keys by ProfileName and ProfileLocation' {
        Test-Poll ($local + @{ ProfileName = 'partner' }) | Should -Be 'Allowed'
        Test-Poll ($local + @{ ProfileName = 'other'; Region = 'eu-central-1' }) | Should -Be 'CredentialsNotRecognized'
    }

    It 'use the environment''s or default profile of a named file' {
        $env:AWS_PROFILE = 'partner'
        Test-Poll $local | Should -Be 'Allowed'
        $env:AWS_PROFILE = $null
        Test-Poll ($local + @{ Region = 'eu-central-1' }) | Should -Be 'ProfileNotFound'
    }

    It 'find the file by a path relative to the current location' {
        Push-Location -LiteralPath $TestDrive
        try {
            Test-Poll @{
                ProfileName = 'partner'
                ProfileLocation = './credentials'
                EndpointUrl = $emulator.Endpoint
            } | Should -Be 'Allowed'
        } finally {
            Pop-Location
        }
    }

    It 'are kept by a session' {
        Connect-CPThirdParty -Name p -ProfileName partner @local
        Test-Poll @{ Session = 'p' } | Should -Be 'Allowed'
        (Get-CPThirdPartySession p).CredentialSource | Should -BeLike '*partner*'
    }

    It 'list the profiles for an unknown one' {
        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType -ProfileName partnr -Region eu-central-1 @local }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ProfileNotFound,*'
        $result.Errors[0].TargetObject | Should -Be 'partnr'
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*partner*'
    }

    It 'report a profile without a secret key' {
        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType -ProfileName half -Region eu-central-1 @local }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'Profile*,*'
        "$($result.Errors[0])" | Should -BeLike "*'half'*"
    }

    It 'follow changes of the AWS variables between calls' {
        $env:AWS_REGION = 'eu-central-1'
        $env:AWS_ENDPOINT_URL_CODEPIPELINE = $emulator.Endpoint
        $env:AWS_ACCESS_KEY_ID = 'WRONG'
        $env:AWS_SECRET_ACCESS_KEY = 'wrong'
        Test-Poll @{} | Should -Be 'CredentialsNotRecognized'
        $env:AWS_ACCESS_KEY_ID = $emulator.AccessKeyId
        $env:AWS_SECRET_ACCESS_KEY = $emulator.SecretAccessKey.Reveal()
        Test-Poll @{} | Should -Be 'Allowed'
    }

    It 'of a custom endpoint are not sent to AWS STS' {
        $env:AWS_REGION = 'eu-central-1'
        $env:AWS_ENDPOINT_URL_CODEPIPELINE = $emulator.Endpoint
        $env:AWS_ACCESS_KEY_ID = $emulator.AccessKeyId
        $env:AWS_SECRET_ACCESS_KEY = $emulator.SecretAccessKey.Reveal()
        (Test-CPThirdPartyConnection | Where-Object Name -EQ Identity).Result | Should -Be 'NotTried'
    }
}

Describe 'Sessions and runspaces' {
    BeforeAll {
        $emulator = Start-TestService
    }

    AfterAll {
        Clear-TestService
    }

    It 'are separate for each runspace' {
        $shell = [powershell]::Create()
        try {
            $seen = $shell.AddScript('param($Manifest) Import-Module $Manifest; @(Get-CPThirdPartySession).Count').
                AddArgument($ModuleManifest).Invoke()
            $seen | Should -Be 0
        } finally {
            $shell.Dispose()
        }

        @(Get-CPThirdPartySession).Count | Should -Be 1
    }

    It 'work with ForEach-Object -Parallel, as the jobs carry them' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 6
        $manifest = $ModuleManifest
        $errors = $null
        Get-CPThirdPartyJob $ActionType | ForEach-Object -ThrottleLimit 3 -ErrorVariable errors -Parallel {
            Import-Module $using:manifest
            $_ | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob -Summary 'in parallel'
        }
        $errors | Should -BeNullOrEmpty
        (Get-CPThirdPartyEmulatorJob -Status Succeeded).Summary | Should -Be (@('in parallel') * 6)
    }

    It 'work with a token script block of another runspace' {
        $service = @{
            Region      = $emulator.Region
            EndpointUrl = $emulator.Endpoint
            AccessKey   = $emulator.AccessKeyId
            SecretKey   = $emulator.SecretAccessKey
        }
        Connect-CPThirdParty -Name scripted @service -ClientToken { param($ClientId) "token-of-$ClientId" }
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId c7 -ClientToken token-of-c7 -Count 2
        $manifest = $ModuleManifest
        $details = Get-CPThirdPartyJob $ActionType -Session scripted | ForEach-Object -ThrottleLimit 2 -Parallel {
            Import-Module $using:manifest
            $_ | Get-CPThirdPartyJobDetail
        }
        @($details).Count | Should -Be 2
    }
}

Describe 'An implausible setting' {
    AfterEach {
        Get-CPThirdPartySession | Disconnect-CPThirdParty
    }

    It 'causes a warning: an unknown region' {
        $keys = @{ AccessKey = 'a'; SecretKey = 'b' }
        "$(Connect-CPThirdParty -Region narnia @keys 3>&1)" | Should -BeLike "*'narnia'*"
        "$(Connect-CPThirdParty -Region narnia @keys 3>&1)" | Should -BeLike "*'narnia'*"
        Connect-CPThirdParty -Region eu-central-1 @keys 3>&1 | Should -BeNullOrEmpty
        Connect-CPThirdParty -Region narnia -EndpointUrl http://127.0.0.1:1 @keys 3>&1 | Should -BeNullOrEmpty
    }

    It 'is reported before any request: an invalid HTTP header' {
        $result = Invoke-Capturing {
            Get-CPThirdPartyJob $ActionType -Region us-east-1 -EndpointUrl http://127.0.0.1:1 -AccessKey "$([char]0xC4)K" `
                -SecretKey x
        }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0])" | Should -BeLike '*header Authorization*'
    }

    It 'is accepted: a time limit of 0' {
        $started = Start-TestService -Connect @{ Timeout = 0; ConnectTimeout = 0 }
        $null = New-CPThirdPartyEmulatorJob $ActionType -Emulator $started
        (Get-CPThirdPartyJob $ActionType).Status | Should -Be 'Dispatched'
        $started | Stop-CPThirdPartyEmulator
    }
}
