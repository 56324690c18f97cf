BeforeDiscovery {
    # The manifest exports the worker once it is built.
    $hasWorker = (
        Import-PowerShellDataFile -Path "$PSScriptRoot/../CodePipeline.ThirdParty.psd1"
    ).CmdletsToExport -contains 'Invoke-CPThirdPartyWorker'
    $runners = @(@{ Runner = 'GitHub Actions' }, @{ Runner = 'Azure DevOps' })
}

# Runs the steps of action.yml and of the Azure DevOps template in a simulated runner.
BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $built = Split-Path -Path $ModuleManifest -Parent

    # Returns a step's script and its environment: variable names with their inputs.
    function Get-RunnerStep([string] $Runner) {
        $gitHub = $Runner -eq 'GitHub Actions'
        $lines = Get-Content $(
            if ($gitHub) { "$RepositoryRoot/action.yml" } else { "$RepositoryRoot/azure-pipelines/worker.yml" }
        )
        $map = @{}
        $defaults = @{}
        $name = ''
        $script = [System.Collections.Generic.List[string]]::new()
        $inScript = $false
        foreach ($line in $lines) {
            if ($line -match '^\s+(CPTHIRDPARTY_STEP_\w+): \$\{\{ (?:inputs|parameters)\.([\w-]+) \}\}$') {
                $map[$Matches[1]] = $Matches[2]
            } elseif ($line -match '^  (?:- name: )?([\w-]+):?$') {
                $name = $Matches[1]
            } elseif ($line -match '^    default: "?([^"]*)"?$') {
                $defaults[$name] = $Matches[1]
            }

            if ($line -match "^\s+run: '(.+)'$") {
                $script.Add($Matches[1])
            } elseif ($line -match '^      script: \|$') {
                $inScript = $true
            } elseif ($inScript -and $line -match '^        (.*)$') {
                $script.Add($Matches[1])
            } else {
                $inScript = $false
            }
        }

        @{ Script = $script -join "`n"; Map = $map; Defaults = $defaults }
    }

    # Runs a step like the runner, with inputs by their GitHub names, and reads its outputs.
    function Invoke-RunnerStep {
        param([string] $Runner, [hashtable] $With, [hashtable] $Environment = @{}, [string] $Prelude = '')

        $step = Get-RunnerStep $Runner
        $all = $With.Clone()
        if (-not $all.ContainsKey('module-path')) {
            # The manifest, and the folder of all versions as a relative path without ./.
            $folder = [IO.Path]::GetRelativePath([Environment]::CurrentDirectory, (Split-Path -Path $built))
            $all['module-path'] = if ($Runner -eq 'GitHub Actions') { $ModuleManifest } else { $folder }
        }

        $variables = @{
            AWS_ACCESS_KEY_ID     = $emulator.AccessKeyId
            AWS_SECRET_ACCESS_KEY = $emulator.SecretAccessKey.Reveal()
        }
        foreach ($variable in $Environment.Keys) {
            $variables[$variable] = $Environment[$variable]
        }

        foreach ($variable in $step.Map.Keys) {
            $name = $step.Map[$variable]
            $given = $all.Keys | Where-Object { ($_ -replace '-') -eq ($name -replace '-') }
            $variables[$variable] = if ($given) { $all[$given] } else { "$($step.Defaults[$name])" }
        }

        $output = Join-Path $TestDrive ([guid]::NewGuid())
        $temp = (New-Item -ItemType Directory -Path (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        if ($Runner -eq 'GitHub Actions') {
            $null = New-Item -ItemType File -Path $output
            $variables += @{
                GITHUB_ACTIONS = 'true'
                GITHUB_ACTION_PATH = $RepositoryRoot
                GITHUB_OUTPUT = $output
                RUNNER_TEMP = $temp
                GITHUB_STEP_SUMMARY = "$output.md"
            }
        } else {
            $variables += @{ TF_BUILD = 'True'; AGENT_TEMPDIRECTORY = $temp }
        }

        $script = "$Prelude`n$($step.Script)"
        $child = Invoke-ChildPwsh -NoImport -Environment $variables -TimeoutSeconds 240 -Script $script
        $outputs = @{}
        if ($Runner -eq 'GitHub Actions') {
            foreach (
                $match in [regex]::Matches((Get-Content -Raw $output), '(?ms)^(\w+)<<(\S+)\r?\n(.*?)\r?\n\2\r?$')
            ) {
                $outputs[$match.Groups[1].Value] = $match.Groups[3].Value
            }
        } else {
            foreach ($line in $child.Lines) {
                if ($line -match '^##vso\[task\.setvariable variable=(\w+);isOutput=true\](.*)$') {
                    $outputs[$Matches[1]] = $Matches[2].Replace('%0A', "`n").Replace('%0D', "`r").Replace('%AZP25', '%')
                }
            }
        }

        [pscustomobject]@{ Child = $child; Outputs = $outputs; Temp = $temp; Summary = "$output.md" }
    }

    function Get-StepService([hashtable] $With = @{}) {
        @{ region = $emulator.Region; 'endpoint-url' = "$($emulator.Endpoint)" } + $With
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'The step of <Runner>' -ForEach $runners {
    BeforeEach {
        $emulator = Start-TestService
    }

    AfterEach {
        Clear-TestService
    }

    Context 'that completes a job' {
        BeforeEach {
            $job = Get-ClaimedJob
            $token = $job.ClientToken.Reveal()
            $with = Get-StepService @{ mode = 'complete'; 'job-id' = $job.JobId; 'client-token' = $token }
        }

        It 'reports success and writes its outputs' {
            $run =
                Invoke-RunnerStep $Runner ($with + @{ summary = '40 tests passed'; 'external-execution-id' = 'run-17' })
            $run.Child.Errors | Should -BeNullOrEmpty
            $run.Child.ExitCode | Should -Be 0
            $done = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
            $done.Status, $done.Summary, $done.ExternalExecutionId | Should -Be 'Succeeded', '40 tests passed', 'run-17'
            $run.Outputs.jobs, $run.Outputs.succeeded, $run.Outputs.failed | Should -Be '1', '1', '0'
            $result = $run.Outputs.results | ConvertFrom-Json
            $result.jobId, $result.outcome, $result.message | Should -Be $job.JobId, 'Succeeded', '40 tests passed'
        }

        It 'reports failure with its type' {
            $run = Invoke-RunnerStep $Runner (
                $with + @{ 'failure-message' = 'no such stack'; 'failure-type' = 'ConfigurationError' }
            )
            $run.Child.ExitCode | Should -Be 0
            $done = Get-CPThirdPartyEmulatorJob -JobId $job.JobId
            $done.Status, $done.FailureMessage, $done.FailureType |
                Should -Be 'Failed', 'no such stack', 'ConfigurationError'
            $run.Outputs.failed | Should -Be '1'
        }

        It 'reads the token from the named variable' {
            $with.Remove('client-token')
            $run = Invoke-RunnerStep $Runner ($with + @{ 'client-token-variable' = 'CONTOSO_TOKEN' }) -Environment @{
                CONTOSO_TOKEN = $token
            }
            $run.Child.Errors | Should -BeNullOrEmpty
            (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).Status | Should -Be 'Succeeded'
        }

        It 'never executes an input or lets it write an output' {
            $hostile = "'; Set-Content '$TestDrive/pwned' x; '`$(Set-Content '$TestDrive/pwned' x)`n" +
                "jobs<<end`n99`nend`n##vso[task.setvariable variable=jobs;isOutput=true]99"
            $run = Invoke-RunnerStep $Runner ($with + @{ summary = $hostile })
            $run.Child.ExitCode | Should -Be 0
            (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).Summary | Should -Be $hostile
            Join-Path $TestDrive 'pwned' | Should -Not -Exist
            $run.Outputs.jobs | Should -Be '1'
            ($run.Outputs.results | ConvertFrom-Json).message | Should -Be $hostile
        }

        It 'never takes a failure without a message for a success' {
            $run = Invoke-RunnerStep $Runner ($with + @{ 'failure-type' = 'JobFailed'; 'failure-message' = '' })
            $run.Child.ExitCode | Should -Not -Be 0
            $run.Child.Errors | Should -BeLike '*failure-message is empty*'
            $run.Outputs.jobs | Should -Be '0'
            (Get-CPThirdPartyEmulatorJob -JobId $job.JobId).Status | Should -Be 'InProgress'
        }

        It 'shows the client token only in a mask command' {
            $run = Invoke-RunnerStep $Runner $with
            $run.Child.Lines |
                Where-Object { $_ -like "*$token*" -and $_ -notmatch '^(::add-mask::|##vso\[task\.setsecret\])' } |
                Should -BeNullOrEmpty
            $run.Child.Lines -match '^(::add-mask::|##vso\[task\.setsecret\])' | Should -Not -BeNullOrEmpty
        }

        It 'fails with the service''s error and writes no job' {
            $with['client-token'] = 'wrong'
            $run = Invoke-RunnerStep $Runner $with
            $run.Child.ExitCode | Should -Not -Be 0
            $run.Child.Errors | Should -BeLike '*client token*'
            $run.Outputs.jobs | Should -Be '0'
            $run.Outputs.results | Should -Be '[]'
        }
    }

    Context 'that assumes a role by the runner''s identity' {
        BeforeEach {
            $job = Get-ClaimedJob
            $listener = [System.Net.HttpListener]::new()
            foreach ($try in 1..20) {
                $free = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
                $free.Start()
                $url = "http://127.0.0.1:$($free.LocalEndpoint.Port)/"
                $free.Stop()
                $listener.Prefixes.Clear()
                $listener.Prefixes.Add($url)
                try {
                    $listener.Start()
                    break
                } catch {
                    $listener = [System.Net.HttpListener]::new()
                }
            }

            # Issues identity tokens with a lifetime of two seconds, and AWS credentials for one of them after the file
            # contains a second one.
            $seen = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
            $service = [powershell]::Create().AddScript({
                    param($Listener, $Seen, $Folder, $Key, $Secret)
                    function Send($Context, [string] $Text) {
                        $bytes = [Text.Encoding]::UTF8.GetBytes($Text)
                        $Context.Response.OutputStream.Write($bytes, 0, $bytes.Length)
                        $Context.Response.Close()
                    }

                    $tokens = @()
                    $sts = $null
                    $answered = $false
                    while ($Listener.IsListening) {
                        try {
                            $context = $Listener.GetContext()
                        } catch {
                            return
                        }

                        if ($context.Request.Url.AbsolutePath -eq '/oidc') {
                            $asked = $context.Request
                            $bearer = $asked.Headers['Authorization']
                            $Seen.Enqueue("oidc $($asked.HttpMethod) $($asked.Url.Query) $bearer")
                            $claims = @{ exp = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds() + 2; n = $tokens.Count } |
                                ConvertTo-Json -Compress
                            $body = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($claims)).
                                TrimEnd('=').Replace('+', '-').Replace('/', '_')
                            $tokens += "head.$body.sign"
                            Send $context (@{ value = $tokens[-1]; oidcToken = $tokens[-1] } | ConvertTo-Json)
                        } else {
                            $reader = [IO.StreamReader]::new($context.Request.InputStream)
                            $form = $reader.ReadToEnd()
                            $Seen.Enqueue("sts $form$($context.Request.Url.Query)")
                            $sts = $context
                        }

                        if ($sts -and -not $answered -and $tokens.Count -ge 2) {
                            $renewed = [Threading.SpinWait]::SpinUntil({
                                    @(
                                        Get-ChildItem -Path $Folder -Recurse -Filter 'cpthirdparty-identity-*' |
                                            Get-Content -ErrorAction Ignore
                                    ) -contains $tokens[-1]
                                }, 60000)
                            $Seen.Enqueue("renewed $renewed")
                            # The temporary file of the next token appears and disappears.
                            $modes = @(
                                Get-ChildItem -Path $Folder -Recurse -Filter 'cpthirdparty-identity-*' |
                                    Where-Object Name -NotLike '*.new' | ForEach-Object UnixFileMode
                            )
                            $Seen.Enqueue("mode $modes")
                            $answered = $true
                            $end = [DateTime]::UtcNow.AddHours(1).ToString('yyyy-MM-ddTHH:mm:ssZ')
                            $sts.Response.ContentType = 'text/xml'
                            Send $sts (
                                '<AssumeRoleWithWebIdentityResponse ' +
                                'xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
                                '<AssumeRoleWithWebIdentityResult><Credentials>' +
                                "<AccessKeyId>$Key</AccessKeyId><SecretAccessKey>$Secret</SecretAccessKey>" +
                                "<SessionToken>of-the-role</SessionToken><Expiration>$end</Expiration>" +
                                '</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>')
                        }
                    }
                }).AddArgument($listener).AddArgument($seen).AddArgument("$TestDrive").
                AddArgument($emulator.AccessKeyId).AddArgument($emulator.SecretAccessKey.Reveal())
            $serving = $service.BeginInvoke()
        }

        AfterEach {
            $listener.Abort()
            $service.Stop()
            $service.Dispose()
        }

        It 'renews the identity while it runs and cleans up' {
            $with = Get-StepService @{
                mode = 'complete'; 'job-id' = $job.JobId; 'client-token' = $job.ClientToken.Reveal()
                'role-to-assume' = 'arn:aws:iam::123456789012:role/worker'
                'service-connection' = 'c-1'
                audience = 'sts.example'
            }
            $run = Invoke-RunnerStep $Runner $with -Environment @{
                ACTIONS_ID_TOKEN_REQUEST_URL   = if ($Runner -eq 'GitHub Actions') { "${url}oidc?v=1" }
                ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'bearer-of-the-job'
                SYSTEM_OIDCREQUESTURI          = "${url}oidc"
                SYSTEM_ACCESSTOKEN             = 'bearer-of-the-job'
                AWS_ENDPOINT_URL_STS           = $url
                AWS_ACCESS_KEY_ID              = ''
                AWS_SECRET_ACCESS_KEY          = ''
            }
            # The emulator knows only permanent keys. Its rejection proves that the role's keys were sent.
            $run.Child.Errors | Should -BeLike '*UnrecognizedClientException*'
            @($seen -like 'oidc *').Count | Should -BeGreaterOrEqual 2
            $expected = if ($Runner -eq 'GitHub Actions') {
                'oidc GET ?v=1&audience=sts.example Bearer bearer-of-the-job'
            } else {
                'oidc POST ?api-version=7.1&serviceConnectionId=c-1 Bearer bearer-of-the-job'
            }
            @($seen -like 'oidc *')[0] | Should -Be $expected
            @($seen -like 'sts *')[0] | Should -Match 'WebIdentityToken=head\.'
            $seen | Should -Contain 'renewed True'
            if (-not $IsWindows) {
                @($seen -match '^mode (UserRead, UserWrite|UserWrite, UserRead)$').Count | Should -Be 1
            }

            $run.Child.Lines -match 'head\.' -notmatch '^(::add-mask::|##vso\[task\.setsecret\])' |
                Should -BeNullOrEmpty
            Get-ChildItem -Path $run.Temp -Force | Should -BeNullOrEmpty
        }
    }
}

Describe 'The module of the step of <Runner>' -ForEach $runners {
    BeforeAll {
        $emulator = Start-TestService
        $manifest = Import-PowerShellDataFile -LiteralPath $ModuleManifest

        # Creates a module of this name in PSModulePath that prints the variables it sees.
        function New-FakeModule([string] $Version, [string] $Guid, [string] $Author) {
            $root = Join-Path $TestDrive ([guid]::NewGuid())
            $folder = (New-Item -ItemType Directory -Path "$root/CodePipeline.ThirdParty/$Version").FullName
            $text = '[Console]::WriteLine("STOLEN $env:CPTHIRDPARTY_STEP_CLIENT_TOKEN$env:CPTHIRDPARTY_CLIENT_TOKEN")'
            Set-Content -LiteralPath "$folder/CodePipeline.ThirdParty.psm1" -Value $text
            $null = New-Item -ItemType Directory -Path "$folder/runner"
            Set-Content -LiteralPath "$folder/runner/Invoke-RunnerStep.ps1" -Value $text
            $of = @{ Guid = $Guid; Author = $Author; RootModule = 'CodePipeline.ThirdParty.psm1' }
            New-ModuleManifest -Path "$folder/CodePipeline.ThirdParty.psd1" -ModuleVersion $Version @of
            $root
        }

        # Simulates an empty Gallery and prints the requests.
        $gallery = 'function Install-PSResource { "ASKED $($args -join " ")" | Out-Host }
            function Save-PSResource {
                param(
                    $Name, $Version, $Path, $Repository, [switch] $TrustRepository, [switch] $AsNupkg,
                    [switch] $SkipDependencyCheck
                )
                Compress-Archive -Path "$env:CPTHIRDPARTY_TEST_BUILT/*" -DestinationPath "$Path/module.zip"
                Rename-Item -LiteralPath "$Path/module.zip" -NewName "$Name.$Version.nupkg"
            }'
    }

    AfterAll {
        Clear-TestService
    }

    It 'ignores other versions and authors: <Version> of <Author>' -TestCases @(
        @{ Version = '9.9.9'; Guid = $null; Author = $null }
        @{ Version = $null; Guid = '11111111-1111-1111-1111-111111111111'; Author = $null }
        @{ Version = $null; Guid = $null; Author = 'Mallory' }
    ) {
        $fake = @{
            Version = if ($Version) { $Version } else { $manifest.ModuleVersion }
            Guid = if ($Guid) { $Guid } else { $manifest.GUID }
            Author = if ($Author) { $Author } else { $manifest.Author }
        }
        $root = New-FakeModule @fake
        $with = Get-StepService @{ mode = 'complete'; 'job-id' = 'x'; 'client-token' = 'SENTINEL'; 'module-path' = '' }
        $run = Invoke-RunnerStep $Runner $with -Prelude $gallery -Environment @{ PSModulePath = $root }
        $run.Child.ExitCode | Should -Not -Be 0
        $run.Child.Output | Should -Not -Match 'STOLEN'
        $run.Child.Output | Should -Match "ASKED .*$([regex]::Escape($manifest.ModuleVersion))"
        ($run.Child.Errors -replace '\r?\n\s*\|?\s*', ' ') | Should -BeLike '*CodePipeline.ThirdParty*was not found*'
    }

    It 'accepts only the package with the given hash' {
        $with = Get-StepService @{
            mode = 'neither'; 'client-token' = 'SENTINEL'; 'module-path' = ''; 'module-hash' = '0' * 64
        }
        $run = Invoke-RunnerStep $Runner $with -Prelude $gallery -Environment @{ CPTHIRDPARTY_TEST_BUILT = $built }
        $errors = $run.Child.Errors -replace '\r?\n\s*\|?\s*', ' '
        $errors | Should -BeLike '*has the SHA-256*'
        $errors | Should -Not -BeLike "*mode is 'neither'*"
    }

    It 'defaults to the version of the manifest' {
        $step = Get-RunnerStep $Runner
        $name = if ($step.Defaults['module-version']) { 'module-version' } else { 'moduleVersion' }
        $default = $step.Defaults[$name]
        $label = if ($manifest.PrivateData.PSData['Prerelease']) { "-$($manifest.PrivateData.PSData['Prerelease'])" }
        $default | Should -Be "$($manifest.ModuleVersion)$label"
        $text = "$(Get-Content -Raw "$RepositoryRoot/module/runner/Invoke-RunnerStep.ps1")"
        foreach ($fact in $manifest.GUID, $manifest.Author) {
            $text | Should -Match ([regex]::Escape($fact))
            if ($Runner -ne 'GitHub Actions') {
                $step.Script | Should -Match ([regex]::Escape($fact))
            }
        }
    }
}

Describe 'Azure DevOps'' own token' {
    It 'is passed only to assume a role' {
        $text = Get-Content -Raw "$RepositoryRoot/azure-pipelines/worker.yml"
        $text | Should -Match '(?m)^      \$\{\{ if ne\(parameters\.roleToAssume, .{2}\) \}\}:\r?\n        SYSTEM_ACCESSTOKEN:'
        [regex]::Matches($text, 'SYSTEM_ACCESSTOKEN').Count | Should -Be 1
    }
}

Describe 'The inputs of a step' {
    BeforeAll {
        $emulator = Start-TestService
    }

    AfterAll {
        Clear-TestService
    }

    It 'names the missing or wrong input: <Because>' -TestCases @(
        @{ Because = 'no job id'; Inputs = @{ mode = 'complete' }; Names = 'job-id' }
        @{ Because = 'unknown mode'; Inputs = @{ mode = 'neither' }; Names = "mode is 'neither'" }
        @{ Because = 'no action type'; Inputs = @{ script = 'x'; 'max-jobs' = '1' }; Names = 'action-type' }
        @{ Because = 'no script'; Inputs = @{ 'action-type' = 'Test/Contoso/1'; 'max-jobs' = '1' }
            Names = 'script and script-path'
        }
        @{ Because = 'no end'; Inputs = @{ 'action-type' = 'Test/Contoso/1'; script = 'x' }
            Names = 'so that the step ends'
        }
        @{ Because = 'variable not set'; Inputs = @{ 'client-token-variable' = 'NOT_SET_HERE' }
            Names = 'NOT_SET_HERE'
        }
    ) {
        $run = Invoke-RunnerStep 'GitHub Actions' (Get-StepService $Inputs)
        $run.Child.ExitCode | Should -Not -Be 0
        ($run.Child.Errors -replace '\r?\n\s*\|?\s*', ' ') | Should -BeLike "*$Names*"
    }

    It 'reports what the workflow lacks without an identity' {
        $run = Invoke-RunnerStep 'GitHub Actions' (
            Get-StepService @{ mode = 'complete'; 'job-id' = 'x'; 'role-to-assume' = 'arn:aws:iam::1:role/r' }
        )
        $run.Child.ExitCode | Should -Not -Be 0
        ($run.Child.Errors -replace '\r?\n\s*\|?\s*', ' ') | Should -BeLike '*id-token: write*service connection*'
    }
}

Describe 'The step of <Runner> that runs a worker' -ForEach $runners -Skip:(-not $hasWorker) {
    BeforeEach {
        $emulator = Start-TestService
        $client = @{ ClientId = 'one'; ClientToken = 'token-of-one' }
        $null = New-CPThirdPartyEmulatorJob -ActionType $ActionType -Count 2 @client -Configuration @{
            ProjectName = 'website'
        }
        $with = Get-StepService @{
            'action-type' = $ActionType
            'client-token' = 'token-of-one'
            'max-jobs' = '2'
            'idle-timeout' = '20'
        }
    }

    AfterEach {
        Clear-TestService
    }

    It 'runs the waiting jobs and writes counts and results' {
        $run = Invoke-RunnerStep $Runner ($with + @{ script = '"built $($Job.Configuration["ProjectName"])"' })
        $run.Child.ExitCode | Should -Be 0 -Because $run.Child.Errors
        (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'Succeeded', 'Succeeded'
        $run.Outputs.jobs, $run.Outputs.succeeded, $run.Outputs.failed | Should -Be '2', '2', '0'
        ($run.Outputs.results | ConvertFrom-Json).outcome | Should -Be 'Succeeded', 'Succeeded'
    }

    It 'fails if it could claim none of the waiting jobs: <Why>' -TestCases @(
        @{ Why = 'a wrong token'; Token = 'misspelt'; Words = '*client token*' }
        @{ Why = 'no token'; Token = ''; Words = '*client token*' }
    ) {
        $with['client-token'] = $Token
        $with['idle-timeout'] = '1'
        $run = Invoke-RunnerStep $Runner ($with + @{ script = '"nothing"' })
        $run.Child.ExitCode | Should -Not -Be 0
        $run.Outputs.jobs, $run.Outputs.failed, $run.Outputs.skipped | Should -Be '0', '0', '2'
        $results = @($run.Outputs.results | ConvertFrom-Json)
        $results.outcome | Should -Be 'Skipped', 'Skipped'
        $results.jobId | Sort-Object | Should -Be @((Get-CPThirdPartyEmulatorJob).JobId | Sort-Object)
        $annotations = @($run.Child.Lines -match '^(::(error|warning) |##vso\[task\.logissue type=(error|warning)\])')
        ($annotations -match 'error').Count | Should -Be 1
        $annotations -match 'error' | Should -BeLike '*2 jobs were waiting, but the worker could not claim any of them*'
        foreach ($job in $results.jobId) {
            @($annotations -match 'warning' -match $job).Count | Should -Be 1
        }

        if ($Runner -eq 'GitHub Actions') {
            Get-Content -Raw $run.Summary | Should -BeLike "*2 Skipped*$($results[0].jobId)*"
        }
    }

    It 'reports skipped jobs next to completed ones' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId stranger -ClientToken 'token-of-stranger'
        $with['max-jobs'] = '3'
        $with['idle-timeout'] = '1'
        $run = Invoke-RunnerStep $Runner ($with + @{ script = '"built"' })
        $run.Child.ExitCode | Should -Be 0 -Because $run.Child.Errors
        $run.Outputs.jobs, $run.Outputs.skipped | Should -Be '2', '1'
    }

    It 'supports handler-error-action and missing-artifact' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId one -ClientToken 'token-of-one' -OutputArtifact Out
        $with['max-jobs'] = '3'
        $run = Invoke-RunnerStep $Runner ($with + @{
                script = 'Write-Error "only said"'; 'handler-error-action' = 'Continue'; 'missing-artifact' = 'Ignore'
            })
        $run.Child.ExitCode | Should -Be 0 -Because $run.Child.Errors
        $run.Outputs.jobs, $run.Outputs.failed | Should -Be '3', '0'
    }

    It 'fails after all jobs if one failed' {
        $file = Join-Path $TestDrive 'handler.ps1'
        Set-Content $file 'throw "no such stack"'
        $run = Invoke-RunnerStep $Runner ($with + @{ 'script-path' = $file })
        $run.Child.ExitCode | Should -Not -Be 0
        (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'Failed', 'Failed'
        $run.Outputs.failed | Should -Be '2'
        ($run.Outputs.results | ConvertFrom-Json)[0].message | Should -BeLike '*no such stack*'
    }
}
