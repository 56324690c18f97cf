BeforeDiscovery {
    $places = foreach ($runner in 'GITHUB_ACTIONS', 'TF_BUILD') {
        foreach ($limit in 1, 2) {
            @{ Runner = $runner; Limit = $limit }
        }
    }
}

# Tests what a job's text and customer code in a handler can do to the runner and its secrets.
BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $known = 'add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'notice',
        'remove-matcher', 'save-state', 'set-env', 'set-output', 'stop-commands', 'warning'

    # Runners compare by culture, which ignores these characters.
    function Get-RunnerText([string] $Line) {
        $Line -replace '[\u00ad\u200b-\u200f\u2060\ufeff\0]'
    }

    # Parses commands like GitHub's runner: at the start of a line, and the old form anywhere.
    function Read-GitHubCommand([string] $Text, [switch] $IgnoreStop) {
        $stopped = $null
        foreach ($line in $Text -split '\r\n|\n|\r') {
            $line = (Get-RunnerText $line).Trim()
            $found = if ($line -match '^::([^\s:]+)(\s.*?)?::(.*)$' -or $line -match '##\[([^\s\]]+)(\s[^\]]*)?\](.*)$') {
                @{ Name = $Matches[1]; Properties = $Matches[2]; Data = $Matches[3] }
            }
            if (-not $found -or ($found.Name -notin $known -and $found.Name -ne $stopped)) {
                continue
            }

            if ($stopped -and -not $IgnoreStop) {
                if ($found.Name -eq $stopped) {
                    $stopped = $null
                }
            } elseif ($found.Name -eq 'stop-commands') {
                $stopped = $found.Data
            } else {
                $found
            }
        }
    }

    # Parses commands like Azure's agent: anywhere in a line, and formats at its start.
    function Read-AzureCommand([string] $Text) {
        foreach ($line in $Text -split '\r\n|\n|\r') {
            $line = Get-RunnerText $line
            if ($line -match '##vso\[([^\]]*)\](.*)' -or $line -match '^\s*##\[(\w+)\](.*)') {
                @{ Name = $Matches[1]; Properties = ''; Data = $Matches[2] }
            }
        }
    }

    # Commands in all hidden forms.
    function Get-AttackText {
        $e = [char]27
        foreach (
            $c in '##vso[task.setvariable variable=PWN]/evil', '##[add-mask]PWN', '::add-mask::PWN',
            '::set-output name=PWN::x'
        ) {
            $h, $t = $c.Substring(0, 1), $c.Substring(1)
            $c
            "$h$e[0m$t"
            "$e[0m$c"
            "$h$e]0;x$([char]7)$t"
            "$h$e$e[0m[0m$t"
            "$h${e}Pq$e\$t"
            "$h$([char]0x9b)0m$t"
            "$h$([char]0)$t"
            "$h$([char]8)$t"
            "x`r$c"
            "x`n$c"
            "$([char]0x200b)$c"
            "$h$([char]0xad)$t"
            "  `t$c"
            "$([char]0x85)$c"
            "$([char]0x2028)$c"
            "x$([char]12)$c"
            ('y' * 83) + " $c"
            ('y' * 111) + " $c"
        }
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'A job with <Limit> at once under <Runner>' -ForEach $places {
    It 'cannot control the runner in any form' {
        $forms = Join-Path $TestDrive 'forms.json'
        $raw = Join-Path $TestDrive 'forms.txt'
        ConvertTo-Json -InputObject @(Get-AttackText) | Set-Content -LiteralPath $forms
        [IO.File]::WriteAllText($raw, ((Get-AttackText) -join "`n"))
        $child = Invoke-ChildPwsh -Environment @{
            $Runner                 = 'true'
            GITHUB_STEP_SUMMARY     = "$TestDrive/summary.md"
            AGENT_TEMPDIRECTORY     = "$TestDrive"
            CPTHIRDPARTY_TEST_FORMS = $forms
            CPTHIRDPARTY_TEST_RAW   = $raw
            CPTHIRDPARTY_TEST_LIMIT = $Limit
        } -Script {
            $ErrorActionPreference = 'Continue'
            Start-CPThirdPartyEmulator | Connect-CPThirdParty
            foreach ($mode in 'write', 'throw', 'outcome') {
                $null = New-CPThirdPartyEmulatorJob Test/Contoso/1 -Configuration @{
                    Mode = $mode; Password = 'SENTINEL-of-the-job'
                }
            }

            $with = @{
                MaxJobs = 3; IdleTimeout = 5; ThrottleLimit = [int]$env:CPTHIRDPARTY_TEST_LIMIT; Verbose = $true
            }
            $results = Invoke-CPThirdPartyWorker Test/Contoso/1 @with -ScriptBlock {
                # Continues after errors.
                $ErrorActionPreference = 'Continue'
                $forms = Get-Content -Raw $env:CPTHIRDPARTY_TEST_FORMS | ConvertFrom-Json
                $all = $forms -join "`n"
                if ($Job.Configuration['Mode'] -eq 'throw') {
                    throw $all
                } elseif ($Job.Configuration['Mode'] -eq 'outcome') {
                    return New-CPThirdPartyJobOutcome -FailureMessage $all -ExternalExecutionId $forms[0]
                }

                $forms
                $forms | Out-Host
                $forms | Out-Default
                $secret = $Job.Configuration['Password']
                $secret | Out-Host
                Write-Progress -Activity "on $secret"
                foreach ($form in $forms) {
                    Write-Host $form
                    Write-Host $form -NoNewline
                    Write-Warning $form
                    Write-Verbose $form -Verbose
                    Write-Debug $form -Debug
                    Write-Information $form -InformationAction Continue
                    Write-Progress -Activity $form -Status $form -CurrentOperation $form
                    Write-Error $form
                    Get-Item -LiteralPath "/nowhere/$form"
                    $Host.UI.WriteLine($form)
                    $Host.UI.WriteErrorLine($form)
                    $Host.UI.WriteWarningLine($form)
                }

                $Host.UI.Write('##')
                $Host.UI.WriteLine('vso[task.setvariable variable=PWN]split')
                if (-not $IsWindows) {
                    sh -c 'cat "$0"' $env:CPTHIRDPARTY_TEST_RAW
                    sh -c 'cat "$0" >&2' $env:CPTHIRDPARTY_TEST_RAW
                    sh -c 'cat "$0" >&2' $env:CPTHIRDPARTY_TEST_RAW | Out-Host
                    $null = sh -c 'cat "$0" >&2' $env:CPTHIRDPARTY_TEST_RAW
                    sh -c 'cat "$0" >&2' $env:CPTHIRDPARTY_TEST_RAW 2>&1
                    sh -c 'echo SENTINEL-of-the-job >&2'
                }

                try {
                    throw "caught $secret"
                } catch {
                    'caught'
                }
            }
            $results
            $results | Format-List *
            "REMEMBERED $(@($Error | Where-Object { "$_ $($_.Exception)" -match 'SENTINEL' }).Count)"
        }
        $child.Output | Should -Match 'REMEMBERED 0'
        $read = if ($Runner -eq 'TF_BUILD') {
            Read-AzureCommand $child.Output
            Read-AzureCommand $child.Errors
        } else {
            Read-GitHubCommand $child.Output

            # The runner reads standard error separately, so stop-commands may not apply there.
            Read-GitHubCommand $child.Output -IgnoreStop
            Read-GitHubCommand $child.Errors -IgnoreStop
        }
        @($read).Count | Should -BeGreaterThan 3
        $ours = '^(task\.logissue type=error|error)$'
        @($read | Where-Object { "$($_.Name) $($_.Properties) $($_.Data)" -match 'PWN' -and $_.Name -notmatch $ours }).
            ForEach({ "$($_.Name) $($_.Data)" }) | Should -BeNullOrEmpty
        $child.Errors -split "`n" -match 'PWN' -notmatch '\[[0-9a-f-]{36}\]' | Should -BeNullOrEmpty
        $lines = @($child.Output, $child.Errors) -split "`n" -match 'SENTINEL'
        $lines -notmatch '^(::add-mask::|##vso\[task\.setsecret\])' |
            Should -BeNullOrEmpty
        "$($child.Output)$($child.Errors)" | Should -Match 'caught'
    }
}

Describe 'The environment of a handler with <Limit> at once' -ForEach @(@{ Limit = 1 }, @{ Limit = 2 }) {
    It 'hides tokens and keys and is restored after the worker' {
        $secrets = @{
            CPTHIRDPARTY_CLIENT_TOKEN = '{"client-1":"SENTINEL-of-one","client-2":"SENTINEL-of-two"}'
            CPTHIRDPARTY_STEP_SCRIPT = 'SENTINEL-step'; SYSTEM_ACCESSTOKEN = 'SENTINEL-azure'
            ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'SENTINEL-oidc'; ACTIONS_ID_TOKEN_REQUEST_URL = 'http://SENTINEL'
            ACTIONS_RUNTIME_TOKEN = 'SENTINEL-runtime'; GITHUB_ENV = '/SENTINEL/env'; GITHUB_TOKEN = 'SENTINEL-kept'
        }
        $child = Invoke-ChildPwsh -Environment ($secrets + @{
                GITHUB_ACTIONS = 'true'; CPTHIRDPARTY_TEST_LIMIT = $Limit
            }) -Script {
            $emulator = Start-CPThirdPartyEmulator
            $env:AWS_ACCESS_KEY_ID = $emulator.AccessKeyId
            $env:AWS_SECRET_ACCESS_KEY = $emulator.SecretAccessKey.Reveal()
            $env:AWS_ENDPOINT_URL = "$($emulator.Endpoint)"
            $env:AWS_REGION = $emulator.Region
            $null = New-CPThirdPartyEmulatorJob Test/Contoso/1 -ClientId client-1 -ClientToken SENTINEL-of-one
            $with = @{
                MaxJobs = 1; IdleTimeout = 5; ThrottleLimit = [int]$env:CPTHIRDPARTY_TEST_LIMIT
                KeepEnvironment = 'github_t*'
            }
            $result = Invoke-CPThirdPartyWorker Test/Contoso/1 @with -ScriptBlock {
                if ($IsWindows) {
                    cmd /c set
                } else {
                    sh -c 'env; test -r /proc/$PPID/environ && tr "\0" "\n" < /proc/$PPID/environ'
                }

                Get-ChildItem Env: | ForEach-Object { "$($_.Name)=$($_.Value)" }

                # The module's own cmdlets can still read the variables.
                "found $(@(Get-CPThirdPartyJobDetail -JobId $Job.JobId -ClientId client-1).Count)"
            }
            "OUTCOME $($result.Outcome)"
            "AFTER $([bool]$env:AWS_SECRET_ACCESS_KEY) $env:SYSTEM_ACCESSTOKEN $env:CPTHIRDPARTY_CLIENT_TOKEN"
        }
        $child.Lines | Should -Contain 'OUTCOME Succeeded'
        $child.Lines | Should -Contain "AFTER True SENTINEL-azure $($secrets.CPTHIRDPARTY_CLIENT_TOKEN)"
        $child.Output | Should -Match '\] found 1'
        $ofHandler = $child.Lines -match '^\[[0-9a-f-]{36}\]'
        $ofHandler -match 'SENTINEL|AWS_SECRET|\*\*\*' -notmatch 'GITHUB_TOKEN=SENTINEL-kept' | Should -BeNullOrEmpty
        $ofHandler -match 'GITHUB_TOKEN=SENTINEL-kept' | Should -Not -BeNullOrEmpty
        $first = [array]::FindIndex($child.Lines, [Predicate[object]] { param($line) $line -like '::group::*' })
        foreach ($token in 'SENTINEL-of-one', 'SENTINEL-of-two') {
            [array]::IndexOf($child.Lines, "::add-mask::$token") | Should -BeIn (0..$first)
        }
    }
}
