BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest

    # Each secret has a unique text. The tests search all output for it.
    $secrets = [ordered]@{
        ClientToken      = 'SENTINEL-client-token-5b1f'
        WrongToken       = 'SENTINEL-wrong-token-77c0'
        SecretKey        = 'SENTINELsecretkey9d2e0000000000000000000'
        SessionToken     = 'SENTINEL-session-token-31aa'
        ProxyPassword    = 'SENTINEL-proxy-password-08fe'
        ConfigApiKey     = 'SENTINEL-config-apikey-c4d4'
        ConfigPlain      = 'SENTINEL-config-plain-e6e6'
    }
    $quiet = [ordered]@{
        ContinuationToken = 'SENTINEL-continuation-4242'
    }

    # Creates a service with one job that contains every kind of secret.
    function Start-SecretService {
        $started = Start-CPThirdPartyEmulator -ActionType $ActionType -SecretKey $secrets.SecretKey
        $password = [System.Net.NetworkCredential]::new('', $secrets.ProxyPassword).SecurePassword
        $proxy = @{ Proxy = 'http://127.0.0.1:9'; ProxyCredential = [pscredential]::new('user', $password) }
        $started | Connect-CPThirdParty -Name proxied -ClientToken @{ one = $secrets.ClientToken } -MaxAttempts 1 @proxy
        $started | Connect-CPThirdParty -ClientToken @{ one = $secrets.ClientToken } -MaxAttempts 1
        Add-SecretJob
        $started
    }

    function Add-SecretJob {
        $job = @{
            ClientId          = 'one'
            ClientToken       = $secrets.ClientToken
            InputArtifact     = 'In'
            ContinuationToken = $quiet.ContinuationToken
            Configuration     = @{ ApiKey = $secrets.ConfigApiKey; ProjectName = $secrets.ConfigPlain }
        }
        $null = New-CPThirdPartyEmulatorJob $ActionType @job
    }

    # Runs all cmdlets in many ways, including failing calls.
    function Invoke-Everything {
        $ErrorActionPreference = 'Continue'
        $bad = @{ ClientToken = $secrets.WrongToken }
        $temporary = @{
            AccessKey = $emulator.AccessKeyId
            SecretKey = $secrets.SecretKey
            SessionToken = $secrets.SessionToken
        }
        $job = Get-CPThirdPartyJob $ActionType
        $job
        $detail = $job | Get-CPThirdPartyJobDetail
        $detail
        $job | Get-CPThirdPartyJobDetail @bad
        $detail | Confirm-CPThirdPartyJob @bad
        $detail | Confirm-CPThirdPartyJob -WhatIf
        $claimed = $detail | Confirm-CPThirdPartyJob
        $claimed
        $claimed | Complete-CPThirdPartyJob @bad -FailureMessage 'no'
        Get-CPThirdPartyJob $ActionType @temporary
        Get-CPThirdPartyJob $ActionType -AccessKey $emulator.AccessKeyId -SecretKey $secrets.WrongToken
        Get-CPThirdPartyJob $ActionType -Session proxied
        try {
            Get-CPThirdPartyJobDetail -JobId $job.JobId -ClientToken ($secrets.WrongToken * 20)
        } catch {
            Write-Error -ErrorRecord $_
        }
        Get-CPThirdPartyJobDetail -JobId $job.JobId -ClientId one -ClientToken { throw "no $($args)" }
        foreach ($url in 'https://127.0.0.1:9/', "https://127.0.0.1:$($emulator.Endpoint.Port)/") {
            Get-CPThirdPartyJobDetail -JobId $job.JobId -ClientToken $secrets.ClientToken -EndpointUrl $url
        }
        @{ jobId = $job.JobId; clientToken = $secrets.WrongToken } |
            ConvertTo-Json | ConvertFrom-Json | Get-CPThirdPartyJobDetail
        try { Get-CPThirdPartyJobDetail -JobId $job.JobId @bad -ErrorAction Stop } catch { $_ }
        $folder = Join-Path ([IO.Path]::GetTempPath()) "cpthirdparty-$([guid]::NewGuid().ToString('N'))"
        $claimed | Save-CPThirdPartyJobArtifact $folder
        $claimed | Save-CPThirdPartyJobArtifact $folder -Region 'eu-west-1'
        $claimed | Publish-CPThirdPartyJobArtifact $folder
        Test-CPThirdPartyConnection -ActionType $ActionType -ClientId one
        Connect-CPThirdParty -Name keys -Region us-east-1 @temporary -PassThru
        $claimed | Complete-CPThirdPartyJob -Summary 'done' -PassThru
        Get-CPThirdPartySession
        Get-CPThirdPartyEmulator
        Get-CPThirdPartyEmulatorJob
    }

    # Formats an object in all common ways.
    $sinks = [ordered]@{
        'default view'       = { $_ | Out-String -Width 4000 }
        'Format-List *'      = { $_ | Format-List * -Force | Out-String -Width 4000 }
        'Format-Table *'     = { $_ | Format-Table * -Force | Out-String -Width 4000 }
        'Format-Custom'      = { $_ | Format-Custom -Depth 6 | Out-String -Width 4000 }
        'Format-Custom *'    = { $_ | Format-Custom * -Depth 4 | Out-String -Width 4000 }
        'text'               = { "$_" }
        'ConvertTo-Json'     = { $_ | ConvertTo-Json -Depth 9 -WarningAction SilentlyContinue }
        'Export-Clixml'      = { [System.Management.Automation.PSSerializer]::Serialize($_, 9) }
        'ConvertTo-Csv'      = { $_ | ConvertTo-Csv | Out-String }
        'ConvertTo-Xml'      = { ($_ | ConvertTo-Xml -Depth 6).OuterXml }
        'ConvertTo-Html'     = { $_ | ConvertTo-Html | Out-String }
        'Select-Object *'    = { $_ | Select-Object * | Out-String -Width 4000 }
        'Get-Member'         = { $_ | Get-Member -Force | Out-String -Width 4000 }
        'ForEach enumerated' = { $_.PSObject.Properties | ForEach-Object { foreach ($item in $_.Value) { "$item" } } }
    }

    function Find-Secret([string] $Text, $Among = $secrets) {
        @($Among.Keys | Where-Object { $Text.Contains($Among[$_]) })
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'No secret leaks' {
    BeforeEach {
        $emulator = Start-SecretService
    }

    AfterEach {
        Clear-TestService
    }

    It 'through any stream, with Verbose and Debug' {
        $VerbosePreference = $DebugPreference = 'Continue'
        $all = Invoke-Everything *>&1
        $VerbosePreference = $DebugPreference = 'SilentlyContinue'
        $text = $all | Out-String -Width 4000
        @($all | Where-Object { $_ -is [System.Management.Automation.DebugRecord] }).Count | Should -BeGreaterThan 20
        @($all | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }).Count | Should -BeGreaterThan 5
        @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).Count | Should -BeGreaterThan 8
        Find-Secret $text | Should -BeNullOrEmpty
        Find-Secret $text $quiet |
            Should -BeNullOrEmpty -Because 'continuation tokens stay out of views, verbose and debug'
    }

    It 'through the debug stream, which shows other request text' {
        $wire = (
            Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail -Debug 5>&1 |
                Where-Object { $_ -is [System.Management.Automation.DebugRecord] }
        ) -join "`n"
        $wire | Should -BeLike '*"jobId":"*"clientToken":"`*`*`*"*'
        $wire | Should -BeLike '*"ApiKey":"`*`*`*"*'
        $wire | Should -BeLike '*"ProjectName":"`*`*`*"*'
        $wire | Should -BeLike '*"nonce":"`*`*`*"*'
        $wire | Should -BeLike '*"continuationToken":"`*`*`*"*'
        $wire | Should -BeLike '*"name":"In"*'
        Find-Secret $wire | Should -BeNullOrEmpty
    }

    It 'through -Debug, which does not prompt at verbose lines' {
        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType -Debug 5>&1 | Out-String -Stream }
        $result.Errors | Should -BeNullOrEmpty
        ($result.Output -join "`n") | Should -BeLike '*Polling for jobs*'
    }

    It 'through a transcript' {
        $file = Join-Path $TestDrive 'transcript.txt'
        $child = Invoke-ChildPwsh -Environment $QuietEnvironment -Script @"
`$ActionType = '$ActionType'
`$secrets = '$($secrets | ConvertTo-Json -Compress)' | ConvertFrom-Json
`$quiet = '$($quiet | ConvertTo-Json -Compress)' | ConvertFrom-Json
function Start-SecretService { ${function:Start-SecretService} }
function Add-SecretJob { ${function:Add-SecretJob} }
function Invoke-Everything { ${function:Invoke-Everything} }
`$emulator = Start-SecretService
`$null = Start-Transcript -Path '$file'
`$VerbosePreference = `$DebugPreference = 'Continue'
Invoke-Everything
Add-SecretJob
Invoke-Everything *>&1 | Format-List * -Force
`$null = Stop-Transcript
`$emulator | Stop-CPThirdPartyEmulator
"@
        $child.ExitCode | Should -Be 0 -Because $child.Errors
        $text = Get-Content $file -Raw
        ([regex]::Matches($text, 'GetThirdPartyJobDetails returned HTTP 200')).Count | Should -BeGreaterThan 1
        $text | Should -BeLike '*ClientTokenSource*SecretAccessKey*'
        Find-Secret $text | Should -BeNullOrEmpty
        Find-Secret ($child.Output + $child.Errors) | Should -BeNullOrEmpty
    }

    It 'of the objects of <_>' -TestCases @(
        'Get-CPThirdPartyJob', 'Get-CPThirdPartyJobDetail', 'Confirm-CPThirdPartyJob', 'Complete-CPThirdPartyJob',
        'Get-CPThirdPartySession', 'Get-CPThirdPartyEmulator', 'Get-CPThirdPartyEmulatorJob',
        'Test-CPThirdPartyConnection'
    ) {
        $objects = switch ($_) {
            Get-CPThirdPartyJob { Get-CPThirdPartyJob $ActionType }
            Get-CPThirdPartyJobDetail { Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail }
            Confirm-CPThirdPartyJob { Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob }
            Complete-CPThirdPartyJob {
                Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob -PassThru
            }
            Test-CPThirdPartyConnection { Test-CPThirdPartyConnection $ActionType -ClientId one }
            default { & $_ }
        }
        $objects | Should -Not -BeNullOrEmpty
        $leaks = foreach ($object in $objects) {
            foreach ($sink in $sinks.Keys) {
                $text = $object | ForEach-Object $sinks[$sink] | Out-String
                Find-Secret $text | ForEach-Object { "$_ by $sink" }
            }
        }
        $leaks | Sort-Object -Unique | Should -BeNullOrEmpty
    }

    It 'of real artifact credentials' {
        $detail = Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail
        $made = [ordered]@{}
        foreach ($name in 'SecretAccessKey', 'SessionToken', 'AccessKeyId') {
            $made[$name] = $detail.ArtifactCredentials.$name.Reveal()
            $made[$name].Length | Should -BeGreaterThan 15
        }

        $debug = $detail | Get-CPThirdPartyJobDetail -Debug 5>&1 | Out-String
        $leaks = foreach ($object in $detail, $detail.ArtifactCredentials, $detail.ArtifactCredentials.SessionToken) {
            foreach ($sink in $sinks.Keys) {
                Find-Secret ($object | ForEach-Object $sinks[$sink] | Out-String) $made |
                    ForEach-Object { "$_ by $sink" }
            }
        }
        $leaks | Should -BeNullOrEmpty
        Find-Secret $debug $made | Should -BeNullOrEmpty
        $debug | Should -BeLike '*"artifactCredentials":{"accessKeyId":"`*`*`*"*'
    }

    It 'of the configuration, a Secret and a parameter with one' {
        $detail = Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail
        $leaks = foreach ($object in $detail.Configuration, $detail.ClientToken) {
            foreach ($sink in $sinks.Keys) {
                Find-Secret ((, $object) | ForEach-Object $sinks[$sink] | Out-String) | ForEach-Object { "$_ by $sink" }
            }
        }
        $leaks | Should -BeNullOrEmpty
        @($detail.Configuration | ForEach-Object { "$_" }) | Should -Be 'ApiKey', 'ProjectName'
    }

    It 'through $Error, to the innermost exception' {
        $global:Error.Clear()
        $null = Invoke-Everything *>&1
        $global:Error.Count | Should -BeGreaterThan 8
        $leaks = foreach ($record in $global:Error) {
            $parts = @($record)
            for ($exception = $record.Exception; $exception; $exception = $exception.InnerException) {
                $parts += $exception
            }
            $parts += $record.TargetObject
            foreach ($part in $parts | Where-Object { $null -ne $_ }) {
                # The invocation contains the script line, which the user wrote.
                $shown = $part | Format-List * -Force | Out-String -Width 4000
                Find-Secret $shown |
                    ForEach-Object { "$_ in $($record.FullyQualifiedErrorId), $($part.GetType().Name)" }
                Find-Secret ([System.Management.Automation.PSSerializer]::Serialize($part, 6)) |
                    ForEach-Object { "$_ in the Clixml of $($record.FullyQualifiedErrorId), $($part.GetType().Name)" }
                if ($part -is [Exception]) {
                    Find-Secret "$($part.Data.Values)" |
                        ForEach-Object { "$_ in Data of $($record.FullyQualifiedErrorId)" }
                }
            }
        }
        $leaks | Sort-Object -Unique | Should -BeNullOrEmpty
    }

    It 'through a reported error record, which omits the script line' {
        $claimed = Get-CPThirdPartyJob $ActionType | Confirm-CPThirdPartyJob
        try {
            Get-Content -Path 'no-such-file' -Delimiter 'SENTINEL-in-the-line' -ErrorAction Stop
        } catch {
            $claimed | Complete-CPThirdPartyJob -ErrorRecord $_
        }

        $message = (Get-CPThirdPartyEmulatorJob -JobId $claimed.JobId).FailureMessage
        $message | Should -BeLike '*no-such-*'
        $message | Should -Not -BeLike '*SENTINEL*'
    }
}

Describe 'Plain text that scripts need' {
    BeforeAll {
        $emulator = Start-SecretService
        $detail = Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail
    }

    It 'is not in the views: nonce and continuation token' {
        $view = ($detail | Out-String -Width 4000) +
            ($detail | Format-Table | Out-String -Width 4000) + ($detail | Format-List | Out-String -Width 4000)
        $view | Should -Not -BeLike "*$($detail.Nonce)*"
        $view | Should -Not -BeLike "*$($quiet.ContinuationToken)*"
        $detail.ContinuationToken | Should -Be $quiet.ContinuationToken
    }

    It 'is available on request: Reveal() and configuration keys' {
        $detail.ClientToken.Reveal() | Should -Be $secrets.ClientToken
        $detail.Configuration['ApiKey'] | Should -Be $secrets.ConfigApiKey
        $detail.Configuration.Reveal()['ProjectName'] | Should -Be $secrets.ConfigPlain
        $emulator.SecretAccessKey.Reveal() | Should -Be $secrets.SecretKey
    }
}

Describe 'On a runner' {
    It 'masks each secret once on <Runner> before any output' -TestCases @(
        @{ Runner = 'GitHub Actions'; Variable = 'GITHUB_ACTIONS'; Command = '::add-mask::' }
        @{ Runner = 'Azure DevOps'; Variable = 'TF_BUILD'; Command = '##vso[task.setsecret]' }
    ) {
        $child = Invoke-ChildPwsh -Environment @{ $Variable = 'true' } -Script @"
`$emulator = Start-CPThirdPartyEmulator -SecretKey '$($secrets.SecretKey)'
`$emulator | Connect-CPThirdParty -ClientToken '$($secrets.ClientToken)'
`$configuration = @{ ApiKey = '$($secrets.ConfigApiKey)'; ProjectName = 'web%site' }
`$client = @{ ClientToken = '$($secrets.ClientToken)' }
`$null = New-CPThirdPartyEmulatorJob Test/Contoso/1 @client -Configuration `$configuration
`$detail = Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail
'credentials ' + `$detail.ArtifactCredentials.SecretAccessKey.Reveal()
'project ' + `$detail.Configuration['ProjectName']
`$emulator | Stop-CPThirdPartyEmulator
"@
        $child.Errors | Should -BeNullOrEmpty
        foreach ($name in 'SecretKey', 'ClientToken', 'ConfigApiKey') {
            @($child.Lines | Where-Object { $_ -ceq "$Command$($secrets[$name])" }).Count | Should -Be 1 -Because $name
        }

        $shown = @($child.Lines | Where-Object { $_ -like 'credentials *' })[0].Substring('credentials '.Length)
        $child.Lines.IndexOf("$Command$shown") | Should -BeIn (0..($child.Lines.IndexOf("credentials $shown") - 1))
        $child.Lines | Should -Not -Contain "$($Command)web%site" -Because 'its key does not look secret'
    }

    It 'masks nothing outside a runner' {
        $child = Invoke-ChildPwsh -Environment @{ GITHUB_ACTIONS = ''; TF_BUILD = '' } -Script (
            "`$null = [CodePipeline.ThirdParty.Secrets.Secret]::new('$($secrets.ClientToken)'); 'end'")
        $child.Lines | Should -Be 'end'
    }
}
