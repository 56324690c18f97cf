BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest

    $script:Keys = @{
        partner = 'AKIAPARTNERACCOUNT01', 'partner-secret'
        other   = 'AKIAOTHERACCOUNT0001', 'other-secret'
    }

    function Get-KeyLine([string] $Account) {
        "aws_access_key_id = $($Keys[$Account][0])`naws_secret_access_key = $($Keys[$Account][1])`n"
    }

    # An emulator that accepts only the partner's keys. The environment contains its endpoint.
    function Start-PartnerService {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType -AccessKey $Keys.partner[0] `
            -SecretKey $Keys.partner[1]
        $env:AWS_ENDPOINT_URL_CODEPIPELINE = $emulator.Endpoint
        $emulator
    }

    function Set-AwsFile([string] $Config, [string] $KeyFile) {
        $env:AWS_CONFIG_FILE = Join-Path -Path $TestDrive -ChildPath config
        $env:AWS_SHARED_CREDENTIALS_FILE = Join-Path -Path $TestDrive -ChildPath credentials
        Set-Content -LiteralPath $env:AWS_CONFIG_FILE -Value $Config
        Set-Content -LiteralPath $env:AWS_SHARED_CREDENTIALS_FILE -Value $KeyFile
    }

    # Returns 'ok' or the id of the only error.
    function Test-Poll([hashtable] $With = @{}) {
        $script:Last = Invoke-Capturing { Get-CPThirdPartyJob $ActionType @With -WarningAction SilentlyContinue }
        if ($Last.Errors) { ($Last.Errors[0].FullyQualifiedErrorId -split ',')[0] } else { 'ok' }
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'The AWS files' {
    BeforeEach {
        $script:Before = @{}
        Get-TestVariableName | ForEach-Object { $Before[$_] = [Environment]::GetEnvironmentVariable($_) }
        $script:Emulator = Start-PartnerService
    }

    AfterEach {
        Clear-TestService
        Get-TestVariableName | ForEach-Object { [Environment]::SetEnvironmentVariable($_, $null) }
        $Before.Keys | ForEach-Object { [Environment]::SetEnvironmentVariable($_, $Before[$_]) }
    }

    It 'provide the keys of the profile in <Name>' -TestCases @(
        @{ Name = 'AWS_PROFILE' }
        @{ Name = 'AWS_DEFAULT_PROFILE' }
    ) {
        Set-AwsFile "[default]`nregion = us-east-1`n[profile p]`nregion = us-east-1`n" (
            "[default]`n$(Get-KeyLine other)[p]`n$(Get-KeyLine partner)")
        Test-Poll | Should -Be CredentialsNotRecognized
        [Environment]::SetEnvironmentVariable($Name, 'p')
        Test-Poll | Should -Be ok
    }

    It 'provide a profile with <What>' -TestCases @(
        @{ What = 'retry_mode = legacy'; Lines = 'retry_mode = legacy' }
        @{ What = 'mfa_serial beside keys'; Lines = 'mfa_serial = arn:aws:iam::123456789012:mfa/me' }
        @{ What = 'sso_region beside keys'; Lines = 'sso_region = us-east-1' }
        @{ What = 'a flag that is none'; Lines = 'use_fips_endpoint = maybe' }
        @{ What = 'a GUID that is none'; Lines = 'toolkit_artifact_guid = x' }
    ) {
        Set-AwsFile "[default]`nregion = us-east-1`n$Lines`n[profile p]`nregion = us-east-1`n$Lines`n" (
            "[default]`n$(Get-KeyLine partner)[p]`n$(Get-KeyLine partner)")
        Test-Poll | Should -Be ok
        Test-Poll @{ ProfileName = 'p' } | Should -Be ok
    }

    It 'provide a profile with a quoted name' {
        Set-AwsFile "[profile 'p q']`nregion = us-east-1`n$(Get-KeyLine partner)"
        Test-Poll @{ ProfileName = 'p q' } | Should -Be ok
    }

    It 'fail a call with file and line if <What>, until fixed' -TestCases @(
        @{ What = 'a line is no setting'; Line = 'this line is no setting' }
        @{ What = 'a setting stands twice'; Line = "aws_access_key_id = x`naws_access_key_id = y" }
        @{ What = 'a comment stands behind the region'; Line = 'region = us-east-1 ; office' }
    ) {
        Set-AwsFile "[default]`n$Line`n"
        Test-Poll | Should -Be ProfileUnusable
        "$($Last.Errors[0])" | Should -BeLike "*$env:AWS_CONFIG_FILE*line [23]*"
        Test-Poll @{
            Region    = 'us-east-1'
            AccessKey = $Keys.partner[0]
            SecretKey = $Keys.partner[1]
        } | Should -Be ok
        $Emulator | Connect-CPThirdParty
        Test-Poll | Should -Be ok
        Disconnect-CPThirdParty

        Set-AwsFile "[default]`nregion = us-east-1`n$(Get-KeyLine partner)"
        Test-Poll | Should -Be ok
    }

    It 'warn once if they are ignored' {
        Set-AwsFile "[default]`nnothing`n"
        $with = @{ Region = 'us-east-1'; AccessKey = $Keys.partner[0]; SecretKey = $Keys.partner[1] }
        $null = Get-CPThirdPartyJob $ActionType @with -WarningVariable first -WarningAction SilentlyContinue
        $null = Get-CPThirdPartyJob $ActionType @with -WarningVariable second -WarningAction SilentlyContinue
        "$first" | Should -BeLike '*line 2*'
        $second | Should -BeNullOrEmpty
    }

    It 'cause the same error with -ProfileName and AWS_PROFILE for <What>' -Skip:($IsWindows -eq $true) -TestCases @(
        @{ What = 'a program that fails'; Id = 'CredentialsFailed'; Lines = 'credential_process = false' }
        @{ What = 'a missing profile'; Id = 'ProfileNotFound'; Lines = 'output = json' }
        @{ What = 'aws login'; Id = 'SignInNeeded'; Lines = 'login_session = arn:aws:iam::123456789012:user/a' }
        @{ What = 'half of the keys'; Id = 'ProfileUnusable'; Lines = 'aws_access_key_id = AK' }
        @{ What = 'no keys'; Id = 'CredentialsNotFound'; Lines = 'output = json' }
        @{ What = 'a missing SSO session'; Id = 'ProfileUnusable'; Lines = @"
sso_session = gone
sso_account_id = 123456789012
sso_role_name = R
"@
        }
        @{ What = 'no SSO sign-in'; Id = 'SignInNeeded'; Lines = @"
sso_session = Acme Dev
sso_account_id = 123456789012
sso_role_name = R
"@
        }
        @{ What = 'a role with MFA'; Id = 'CredentialsFailed'; Lines = @"
role_arn = arn:aws:iam::123456789012:role/R
source_profile = p
mfa_serial = arn:aws:iam::123456789012:mfa/me
aws_access_key_id = AK
aws_secret_access_key = SK
"@
        }
    ) {
        $profileName = if ($Id -eq 'ProfileNotFound') { 'gone' } else { 'p' }
        Set-AwsFile @"
[profile p]
region = us-east-1
$Lines
[default]
region = us-east-1
$Lines
[sso-session 'Acme Dev']
sso_region = us-east-1
sso_start_url = https://example.invalid/start
"@
        Test-Poll @{ ProfileName = $profileName } | Should -Be $Id
        $env:AWS_PROFILE = $profileName
        Test-Poll | Should -Be $Id
        $env:AWS_PROFILE = $null
        $env:AWS_DEFAULT_PROFILE = $profileName
        Test-Poll | Should -Be $Id
        if ($profileName -eq 'p') {
            $env:AWS_DEFAULT_PROFILE = $null
            Set-AwsFile ((Get-Content -LiteralPath $env:AWS_CONFIG_FILE -Raw) -replace 'source_profile = p',
                'source_profile = default')
            Test-Poll | Should -Be $Id
        }

        $Last.Errors[0].CategoryInfo.Category | Should -Be AuthenticationError
    }

    It 'report a missing profile with and without a region' {
        Set-AwsFile '[default]'
        Test-Poll @{ ProfileName = 'gone' } | Should -Be ProfileNotFound
        Test-Poll @{ ProfileName = 'gone'; Region = 'us-east-1' } | Should -Be ProfileNotFound
        $env:AWS_REGION = 'us-east-1'
        Test-Poll @{ ProfileName = 'gone' } | Should -Be ProfileNotFound
    }

    It 'call STS in the region of the call' {
        Set-AwsFile @"
[profile r]
region = eu-central-1
role_arn = arn:aws:iam::123456789012:role/R
source_profile = r
$(Get-KeyLine partner)
"@
        # The rejection reveals the signature.
        $env:AWS_ENDPOINT_URL_STS = $Emulator.Endpoint
        Test-Poll @{ ProfileName = 'r' } | Should -Be CredentialsFailed
        "$($Last.Errors[0])" | Should -BeLike '*AssumeRole*role/R*in region eu-central-1*'
        Test-Poll @{ ProfileName = 'r'; Region = 'cn-north-1' } | Should -Be CredentialsFailed
        "$($Last.Errors[0])" | Should -BeLike '*in region cn-north-1*'
    }

    It 'complete profiles, or nothing if unreadable' {
        Set-AwsFile "[profile 'one two']`nregion = x`n[default]`n" "[three]`naws_access_key_id = AK`n"
        $line = 'Get-CPThirdPartyJob -ProfileName '
        $complete = { [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null) }
        (& $complete).CompletionMatches | ForEach-Object CompletionText | Sort-Object |
            Should -Be "'one two'", 'default', 'three'
        Set-AwsFile 'nothing'
        (& $complete).CompletionMatches | Where-Object CompletionText -EQ default | Should -BeNullOrEmpty
    }
}

Describe 'The endpoint of S3' {
    BeforeEach {
        $script:Before = @{}
        Get-TestVariableName | ForEach-Object { $Before[$_] = [Environment]::GetEnvironmentVariable($_) }
        $script:File = Join-Path -Path $TestDrive -ChildPath 'artifact.txt'
        Set-Content -LiteralPath $File -Value 'hello'

        # Returns the S3 operations that an emulator received.
        function Get-StoreRequest($Emulator) {
            @($Emulator.GetRequests() | Where-Object Operation -EQ PutObject).Count
        }
    }

    AfterEach {
        Clear-TestService
        Get-TestVariableName | ForEach-Object { [Environment]::SetEnvironmentVariable($_, $null) }
        $Before.Keys | ForEach-Object { [Environment]::SetEnvironmentVariable($_, $Before[$_]) }
    }

    It "is the emulator's own in a session that is connected to one" {
        $emulator = Start-TestService
        $null = Get-ClaimedJob -With @{ OutputArtifact = 'Out' } | Publish-CPThirdPartyJobArtifact -Path $File
        Get-StoreRequest $emulator | Should -Be 1
    }

    It 'is AWS_ENDPOINT_URL_S3 in such a session as well' {
        $null = Start-TestService
        $job = Get-ClaimedJob -With @{ OutputArtifact = 'Out' }
        $store = Start-CPThirdPartyEmulator
        $env:AWS_ENDPOINT_URL_S3 = $store.Endpoint
        $result = Invoke-Capturing { $job | Publish-CPThirdPartyJobArtifact -Path $File }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'Artifact*'
        Get-StoreRequest $store | Should -BeGreaterThan 0
    }

    It 'is -S3EndpointUrl of the session, and of a call' {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType
        $keys = @{ Region = $emulator.Region; AccessKey = $emulator.AccessKeyId; SecretKey = $emulator.SecretAccessKey }

        # Another name for the address, so that the emulator is not recognized.
        $there = "http://localhost:$($emulator.Endpoint.Port)"
        Connect-CPThirdParty @keys -EndpointUrl $there -S3EndpointUrl $there `
            -ClientToken { param($id) $emulator.GetClients()[$id] }
        (Get-CPThirdPartySession).S3EndpointUrl | Should -Be $there
        $null = Get-ClaimedJob -With @{ OutputArtifact = 'Out' } | Publish-CPThirdPartyJobArtifact -Path $File
        Get-StoreRequest $emulator | Should -Be 1

        Connect-CPThirdParty @keys -EndpointUrl $there -ClientToken { param($id) $emulator.GetClients()[$id] }
        $null = Get-ClaimedJob -With @{ OutputArtifact = 'Out' } |
            Publish-CPThirdPartyJobArtifact -Path $File -S3EndpointUrl $there
        Get-StoreRequest $emulator | Should -Be 2
    }

    It 'is AWS_ENDPOINT_URL for an emulator of another process' {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType
        $there = "http://localhost:$($emulator.Endpoint.Port)"
        $env:AWS_ENDPOINT_URL = $there
        $keys = @{ Region = $emulator.Region; AccessKey = $emulator.AccessKeyId; SecretKey = $emulator.SecretAccessKey }
        Connect-CPThirdParty @keys -EndpointUrl $there -ClientToken { param($id) $emulator.GetClients()[$id] }
        $null = Get-ClaimedJob -With @{ OutputArtifact = 'Out' } | Publish-CPThirdPartyJobArtifact -Path $File
        Get-StoreRequest $emulator | Should -Be 1
    }

    It 'is that of this process''s emulator if -EndpointUrl is' {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType
        $keys = @{ Region = $emulator.Region; AccessKey = $emulator.AccessKeyId; SecretKey = $emulator.SecretAccessKey }
        Connect-CPThirdParty @keys -EndpointUrl $emulator.Endpoint `
            -ClientToken { param($id) $emulator.GetClients()[$id] }
        $null = Get-ClaimedJob -With @{ OutputArtifact = 'Out' } | Publish-CPThirdPartyJobArtifact -Path $File
        Get-StoreRequest $emulator | Should -Be 1
    }
}

Describe 'Passwords in URLs' {
    AfterEach {
        Clear-TestService
    }

    It 'are rejected in -<Name> and not displayed' -TestCases @(
        @{ Name = 'EndpointUrl' }
        @{ Name = 'S3EndpointUrl' }
    ) {
        $url = @{ $Name = 'https://svc:SENTINEL@example.invalid' }
        $result = Invoke-Capturing { Connect-CPThirdParty -Region us-east-1 -AccessKey a -SecretKey b @url }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0]) $($result.Errors[0].Exception)" | Should -Not -Match SENTINEL
    }

    It 'of -Proxy are kept as secrets' {
        $session = Connect-CPThirdParty -Region us-east-1 -AccessKey a -SecretKey b -PassThru `
            -Proxy 'http://corp:SENTINEL@proxy.invalid:8080'
        $session.Proxy | Should -Be 'http://proxy.invalid:8080/'
        ($session | Format-List * | Out-String) + ($session | ConvertTo-Json) | Should -Not -Match SENTINEL
    }
}

Describe 'The code of an MFA device' {
    It 'is read from the user' {
        $home1 = Join-Path -Path $TestDrive -ChildPath mfa
        $null = New-Item -ItemType Directory -Path $home1
        Set-Content -LiteralPath (Join-Path $home1 config) -Value @'
[default]
region = us-east-1
role_arn = arn:aws:iam::123456789012:role/R
source_profile = default
mfa_serial = device-1
aws_access_key_id = AK
aws_secret_access_key = SK
'@
        # Not -NonInteractive, because the pipe simulates a user.
        $start = New-EngineStart -ArgumentList '-NoProfile', '-NoLogo', '-Command', @'
Import-Module $env:CPTHIRDPARTY_TEST_MANIFEST
$emulator = Start-CPThirdPartyEmulator
$env:AWS_ENDPOINT_URL = $emulator.Endpoint
try { Get-CPThirdPartyJob Test/Contoso/1 -ErrorAction Stop } catch { "failed: $_" }
"asked with: $($emulator.GetRequests().Count)"
exit
'@
        $start.Environment['CPTHIRDPARTY_TEST_MANIFEST'] = $ModuleManifest
        $start.Environment['AWS_CONFIG_FILE'] = Join-Path $home1 config
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $child = [System.Diagnostics.Process]::Start($start)
        try {
            $child.StandardInput.WriteLine('123456')
            $child.StandardInput.Close()
            $output = $child.StandardOutput.ReadToEnd()
        } finally {
            $child.Dispose()
        }

        $output | Should -BeLike '*MFA code of device-1:*'

        # The emulator does not implement STS. Only the request with the code matters.
        $output | Should -BeLike '*failed: *AssumeRole for*role/R*'
        $output | Should -BeLike '*asked with: 1*'
    }
}

Describe 'Cultures' {
    It 'do not affect endpoints, regions and results in <_>' -TestCases @(
        'tr_TR', 'az_AZ', 'ar_SA', 'fa_IR', 'de_DE'
    ) {
        $variables = $QuietEnvironment + @{ LC_ALL = "$_.UTF-8"; LANG = "$_.UTF-8" }
        $child = Invoke-ChildPwsh -Environment $variables -Script @'
(Get-Culture).Name
$emulator = Start-CPThirdPartyEmulator
$env:AWS_ENDPOINT_URL_CODEPIPELINE = $emulator.Endpoint
$env:AWS_ENDPOINT_URL_S3 = $emulator.Endpoint
Connect-CPThirdParty -Region us-east-1 -AccessKey $emulator.AccessKeyId -SecretKey $emulator.SecretAccessKey `
    -ClientToken { param($id) $emulator.GetClients()[$id] }
$folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
Set-Content (Join-Path $folder in.txt) 'I'
$null = New-CPThirdPartyEmulatorJob Test/Contoso/1 -InputArtifact @{ In = Join-Path $folder in.txt } -OutputArtifact Out
$job = Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob
$null = $job | Save-CPThirdPartyJobArtifact -Destination $folder
Set-Content (Join-Path $folder out.txt) 'I'
$null = $job | Publish-CPThirdPartyJobArtifact -Path (Join-Path $folder out.txt)
$null = $job | Complete-CPThirdPartyJob -Summary 'I ı İ i' -PercentComplete 50 -Revision r `
    -RevisionChangeIdentifier c -RevisionCreated ([datetimeoffset]::FromUnixTimeSeconds(1896321906).UtcDateTime)
Remove-Item $folder -Recurse
"status $((Get-CPThirdPartyEmulatorJob).Status)"
$body = $emulator.GetRequests() | Where-Object Operation -eq PutThirdPartyJobSuccessResult
"body $($body.RevealBody())"
'@
        $child.ExitCode | Should -Be 0 -Because ($child.Errors + $child.Output)
        $child.Lines[0] | Should -BeLike "$($_.Substring(0, 2))*"
        $child.Lines | Should -Contain 'status Succeeded'
        $child.Output | Should -Match '"created":1896321906'
        $child.Output | Should -Match '"percentComplete":50'
    }
}
