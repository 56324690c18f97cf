BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest

    $quick = @{ PollInterval = 0.05; NoArtifact = $true }

    # Creates jobs and runs a worker for them.
    function Invoke-TestWorker {
        param([scriptblock] $Handler, [int] $Count = 1, [hashtable] $Made = @{}, [hashtable] $With = @{})

        $null = New-CPThirdPartyEmulatorJob -ActionType $ActionType -Count $Count @Made
        Invoke-CPThirdPartyWorker -ActionType $ActionType -ScriptBlock $Handler -MaxJobs $Count @quick @With
    }

    function Wait-For([scriptblock] $Condition, [string] $What, [int] $Seconds = 120) {
        $end = [datetime]::UtcNow.AddSeconds($Seconds)
        while (-not (& $Condition)) {
            if ([datetime]::UtcNow -gt $end) {
                throw "$What did not come."
            }

            [System.Threading.Thread]::Sleep(20)
        }
    }

    # Starts a worker in a separate runspace, so that tests can stop it.
    function Start-TestWorker([string] $Script) {
        $shell = [powershell]::Create()
        $endpoint = $emulator.Endpoint
        $keys = "-AccessKey '$($emulator.AccessKeyId)' -SecretKey '$($emulator.SecretAccessKey.Reveal())'"
        $null = $shell.AddScript(@"
Import-Module '$ModuleManifest'
Connect-CPThirdParty -Region us-east-1 -EndpointUrl '$endpoint' $keys -ClientToken 'token'
$Script
"@)
        [pscustomobject]@{ Shell = $shell; Result = $shell.BeginInvoke() }
    }

    # Starts a worker in a separate process.
    function Get-ChildWorkerScript([string] $Script) {
        @"
`$emulator = Start-CPThirdPartyEmulator -ActionType $ActionType
`$emulator | Connect-CPThirdParty
$Script
`$emulator | Stop-CPThirdPartyEmulator
"@
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'A handler with <Mode>' -ForEach @(
    @{ Mode = 'ThrottleLimit 1'; Limit = 1 }
    @{ Mode = 'ThrottleLimit 3'; Limit = 3 }
) {
    BeforeAll {
        # The emulator hands out a continued job only after these tests.
        $emulator = Start-TestService -Emulator @{ ContinuationDelay = 86400 }
        $with = @{ ThrottleLimit = $Limit }
    }

    AfterAll {
        Clear-TestService
    }

    It 'gets the job as $_ and $Job, with its folder' {
        $results = @(Invoke-TestWorker -With $with -Count 3 -Handler {
                $isJob = $_ -is [CodePipeline.ThirdParty.Worker.ThirdPartyWorkerJob]
                New-CPThirdPartyJobOutcome "$($_.JobId) $($Job.JobId) $isJob $(Test-Path $Job.WorkDirectory)"
            })
        $results.Count | Should -Be 3
        foreach ($result in $results) {
            $result | Should -BeOfType ([CodePipeline.ThirdParty.Worker.JobReport])
            $result.Outcome | Should -Be 'Succeeded'
            $result.Message | Should -Be "$($result.JobId) $($result.JobId) True True"
            (Get-CPThirdPartyEmulatorJob -JobId $result.JobId).Status | Should -Be 'Succeeded'
        }
    }

    It 'gets the job as a parameter' {
        (Invoke-TestWorker -With $with { param($Job) New-CPThirdPartyJobOutcome "job $($Job.JobId)" }).Message |
            Should -BeLike 'job *-*'
        $result = Invoke-TestWorker -With $with {
            [CmdletBinding()] param([Parameter(Mandatory)] $Work)
            New-CPThirdPartyJobOutcome "job $($Work.JobId)"
        }
        $result.Message | Should -BeLike 'job *-*'
    }

    It 'ends <Way>: <Outcome>' -TestCases @(
        @{ Way = 'normally'; Handler = { 1 }; Outcome = 'Succeeded' }
        @{ Way = 'by return'; Handler = { return 5 }; Outcome = 'Succeeded' }
        @{ Way = 'by break in a pipeline'; Handler = { 1..3 | ForEach-Object { break }; 'left out' }
            Outcome = 'Failed'; Message = "The handler ended by 'break' or 'continue' outside a loop*"
        }
        @{ Way = 'by continue'; Handler = { continue; 'left out' }; Outcome = 'Failed'
            Message = "The handler ended by 'break' or 'continue' outside a loop*"
        }
        @{ Way = 'after break in a loop'; Handler = { foreach ($i in 1, 2) { break } }; Outcome = 'Succeeded' }
        @{ Way = 'with an outcome'; Handler = { New-CPThirdPartyJobOutcome 'fine' -ExternalExecutionId x7 }
            Outcome = 'Succeeded'; Message = 'fine'
        }
        @{ Way = 'with a continuation token'
            Handler = { New-CPThirdPartyJobOutcome -ContinuationToken ref -PercentComplete 50 }; Outcome = 'Continued'
        }
        @{ Way = 'with a failure'
            Handler = { New-CPThirdPartyJobOutcome -FailureMessage 'bad' -FailureType ConfigurationError }
            Outcome = 'Failed'; Message = 'bad'
        }
        @{ Way = 'with a caught error'
            Handler = { try { throw 'x' } catch { New-CPThirdPartyJobOutcome -ErrorRecord $_ } }; Outcome = 'Failed'
            Message = 'x'
        }
        @{ Way = 'by throw'; Handler = { throw 'boom' }; Outcome = 'Failed'
            Message = 'boom'
        }
        @{ Way = 'by throw of nothing'; Handler = { throw $null }; Outcome = 'Failed'
            Message = 'The job failed without a message.*'
        }
        @{ Way = 'by an error of .NET'; Handler = { [int]::Parse('x') }; Outcome = 'Failed'
            Message = "*The input string 'x' was not in a correct format.*"
        }
        @{ Way = 'by a command that is not there'; Handler = { NoSuchCommand }; Outcome = 'Failed'
            Message = "The term 'NoSuchCommand' is not recognized*"
        }
        @{ Way = 'by a method of nothing'; Handler = { $null.Foo() }; Outcome = 'Failed'
            Message = 'You cannot call a method on a null-valued expression.'
        }
        @{ Way = 'by Write-Error'; Handler = { Write-Error 'tests failed'; throw 'went on' }; Outcome = 'Failed'
            Message = 'tests failed'
        }
        @{ Way = 'by a path that is not there'; Handler = { Get-Item /no/such }; Outcome = 'Failed'
            Message = "Cannot find path '*such' because it does not exist."
        }
        @{ Way = 'by an error of a script that goes on'
            Handler = { & { $ErrorActionPreference = 'Continue'; Write-Error 'only said' }; 'the end' }
            Outcome = 'Failed'; Message = 'only said'
        }
        @{ Way = 'by an error that it lets pass itself'
            Handler = { Write-Error 'only said' -ErrorAction Continue; New-CPThirdPartyJobOutcome 'fine' }
            Outcome = 'Failed'; Message = 'only said'
        }
        @{ Way = 'by an error line on the screen'; Handler = { $host.UI.WriteErrorLine('on the screen'); 'the end' }
            Outcome = 'Failed'; Message = 'on the screen'
        }
        @{ Way = 'by an error of a module'
            Handler = {
                $null = New-Module -Name Contoso { function Invoke-Contoso { Write-Error 'in it'; throw 'went on' } }
                Invoke-Contoso
            }
            Outcome = 'Failed'; Message = 'in it'
        }
        @{ Way = 'by an error of a parallel block'; Handler = { 1 | ForEach-Object -Parallel { Write-Error 'beside' } }
            Outcome = 'Failed'; Message = 'beside'
        }
        @{ Way = 'with an outcome, and then an error'; Outcome = 'Failed'; Message = 'later'
            Handler = { New-CPThirdPartyJobOutcome 'fine'; throw 'later' }
        }
        @{ Way = 'with two outcomes'; Handler = { New-CPThirdPartyJobOutcome 'a'; New-CPThirdPartyJobOutcome 'b' }
            Outcome = 'Failed'; Message = 'The handler returned 2 outcomes*'
        }
        @{ Way = 'with a failure that has a type and no message'
            Handler = { New-CPThirdPartyJobOutcome -FailureType ConfigurationError; throw 'went on' }
            Outcome = 'Failed'; Message = '-FailureMessage is empty.'
        }
        @{ Way = 'with a failure whose message is empty'
            Handler = { New-CPThirdPartyJobOutcome -FailureMessage $null; throw 'went on' }
            Outcome = 'Failed'; Message = '-FailureMessage is empty.'
        }
        @{ Way = 'with an outcome of another process'
            Handler = {
                $outcome = New-CPThirdPartyJobOutcome -FailureMessage 'bad'
                [System.Management.Automation.PSSerializer]::Deserialize(
                    [System.Management.Automation.PSSerializer]::Serialize($outcome))
            }
            Outcome = 'Failed'; Message = 'The handler returned an outcome from another process*'
        }
        @{ Way = 'with the parameters of an outcome'; Handler = { @{ FailureMessage = 'bad' } }; Outcome = 'Failed'
            Message = 'The handler returned a hashtable instead of a ThirdPartyJobOutcome.'
        }
        @{ Way = 'with errors that it catches or silences'
            Handler = {
                try { throw 'x' } catch { "caught $_"; $_; $_ | Out-Host }
                Get-Item /no/such -ErrorAction SilentlyContinue
                Get-Item /no/such -ErrorAction Ignore
            }
            Outcome = 'Succeeded'
        }
        @{ Way = 'by a thrown exception with a cause'
            Handler = { throw [InvalidOperationException]::new('outer', [Exception]::new('the cause')) }
            Outcome = 'Failed'; Message = 'outer: the cause'
        }
        @{ Way = 'by an error with ErrorAction Stop'; Handler = { Get-Item /no/such/item -ErrorAction Stop }
            Outcome = 'Failed'; Message = 'Cannot find path*'
        }
        @{ Way = 'by an error with its own preference'; Handler = { $ErrorActionPreference = 'Stop'; Write-Error 'no' }
            Outcome = 'Failed'; Message = 'no*'
        }
        @{ Way = 'by exit'; Handler = { exit 3 }; Outcome = 'Failed'
            Message = "The handler ended itself with 'exit 3'."
        }
        @{ Way = 'by exit 0'; Handler = { exit }; Outcome = 'Failed'
            Message = "The handler ended itself with 'exit 0'."
        }
        # In the caller's scope, the user answers.
        if ($Limit -gt 1) {
            @{ Way = 'by a question'; Handler = { $ErrorActionPreference = 'Stop'; Read-Host 'name' }; Outcome = 'Failed' }
        }
    ) {
        # The caller's preference must not matter.
        $ErrorActionPreference = 'SilentlyContinue'
        $result = @(Invoke-TestWorker -With $with -Handler $Handler 2>$null 3>$null 6>$null)
        $ErrorActionPreference | Should -Be 'SilentlyContinue'
        $result.Count | Should -Be 1
        $result[0].Outcome | Should -Be $Outcome -Because $result[0].Message
        $wanted = Get-Variable -Name Message -ValueOnly -ErrorAction Ignore
        if ($wanted) {
            $result[0].Message | Should -BeLike $wanted
        }

        $job = Get-CPThirdPartyEmulatorJob -JobId $result[0].JobId
        if ($Outcome -eq 'Failed') {
            "$($result[0].FailureType)" |
                Should -Be $(if ($Way -eq 'with a failure') { 'ConfigurationError' } else { 'JobFailed' })
            $job.Status | Should -Be 'Failed'
            $job.FailureMessage | Should -Be $result[0].Message
        } else {
            $job.Status | Should -Be 'Succeeded'
        }
    }

    It 'is judged by its last program''s exit code: <Way>' -Skip:$IsWindows -TestCases @(
        @{ Way = 'not 0'; Handler = { /bin/sh -c 'exit 3' }; Outcome = 'Failed'
            Message = 'The last program that the handler ran ended with exit code 3.'
        }
        @{ Way = 'not 0, with an outcome'; Handler = { /bin/sh -c 'exit 3'; New-CPThirdPartyJobOutcome 'fine' }
            Outcome = 'Failed'; Message = '*exit code 3.'
        }
        @{ Way = 'not 0, in a function of a module'
            Handler = { & (New-Module { function Run { /bin/sh -c 'exit 3' } }) { Run } }; Outcome = 'Failed'
            Message = '*exit code 3.'
        }
        @{ Way = '0 after another'; Handler = { /bin/sh -c 'exit 3'; /bin/sh -c 'exit 0' }; Outcome = 'Succeeded' }
        @{ Way = 'set to 0'; Handler = { /bin/sh -c 'exit 3'; $global:LASTEXITCODE = 0 }; Outcome = 'Succeeded' }
        @{ Way = 'of before'; Handler = { "it is $LASTEXITCODE" }; Outcome = 'Succeeded' }
        @{ Way = 'lines to standard error'; Handler = { /bin/sh -c 'echo 12 % >&2' 2>&1 }; Outcome = 'Succeeded' }
        @{ Way = 'as an error'; Outcome = 'Failed'; Message = '*sh*5*'
            Handler = { $PSNativeCommandUseErrorActionPreference = $true; /bin/sh -c 'exit 5'; /bin/sh -c 'exit 0' }
        }
        @{ Way = 'as an error that is caught'; Outcome = 'Succeeded'
            Handler = { $PSNativeCommandUseErrorActionPreference = $true; try { /bin/sh -c 'exit 5' } catch { 'ok' } }
        }
        @{ Way = 'after one that was caught'; Outcome = 'Failed'; Message = '*exit code 6.'
            Handler = {
                $PSNativeCommandUseErrorActionPreference = $true
                try { /bin/sh -c 'exit 5' } catch { 'ok' }
                $PSNativeCommandUseErrorActionPreference = $false
                /bin/sh -c 'exit 6'
            }
        }
    ) {
        $global:LASTEXITCODE = 7
        $result = Invoke-TestWorker -With $with -Handler $Handler 2>$null 3>$null 6>$null
        $global:LASTEXITCODE | Should -Be 7
        $result.Outcome | Should -Be $Outcome -Because $result.Message
        if ($Outcome -eq 'Failed') {
            $result.Message | Should -BeLike $Message
        }
    }

    It 'continues after errors with -HandlerErrorAction Continue' {
        $ErrorActionPreference = 'Continue'
        $all = @(Invoke-TestWorker -With ($with + @{ HandlerErrorAction = 'Continue' }) {
                Write-Error 'only said'
                NoSuchCommand
                if (-not $IsWindows) { /bin/sh -c 'exit 3' }
                New-CPThirdPartyJobOutcome 'went on'
            } 2>&1)
        $all[-1].Message | Should -Be 'went on'
        $all[-1].Outcome | Should -Be 'Succeeded'
        $all[0] | Should -BeOfType ([System.Management.Automation.ErrorRecord])
        "$($all[0])" | Should -Be "[$($all[-1].JobId)] only said"
        "$($all[1])" | Should -BeLike "*NoSuchCommand*"
    }

    It 'fails with -HandlerErrorAction Continue <Way>' -TestCases @(
        @{ Way = 'by throw'; Handler = { throw 'no' }; Message = 'no' }
        @{ Way = 'by an outcome that could not be made'; Handler = { New-CPThirdPartyJobOutcome -ErrorRecord $null }
            Message = "Cannot validate argument on parameter 'ErrorRecord'*"
        }
    ) {
        $continue = $with + @{ HandlerErrorAction = 'Continue' }
        $result = Invoke-TestWorker -With $continue -Handler $Handler 2>$null
        $result.Outcome | Should -Be 'Failed'
        $result.Message | Should -BeLike $Message
    }

    It 'fails on errors that the worker''s -ErrorAction hides' {
        $results = @(Invoke-TestWorker -Count 2 -With ($with + @{ ErrorAction = 'Ignore' }) { Write-Error 'no' })
        $results.Outcome | Should -Be 'Failed', 'Failed'
        $results.Message | Should -Be 'no', 'no'
    }

    It 'hides the script from the customer, not from the operator' {
        $log = Join-Path $TestDrive "place-$Limit.log"
        $file = Join-Path $TestDrive 'inner/deploy.ps1'
        $null = New-Item -ItemType Directory -Path (Split-Path $file) -Force
        Set-Content -Path $file -Value 'param($Job)', '', "[IO.File]::ReadAllText(`"`$PSScriptRoot/none/there.txt`")"
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $ErrorActionPreference = 'Continue'
        $all = @(Invoke-CPThirdPartyWorker $ActionType -FilePath $file -MaxJobs 1 -LogPath $log @quick @with 2>&1)
        $all[-1].Message | Should -BeLike "*Could not find a part of the path '…/there.txt'*"
        $all[-1].Message | Should -Not -BeLike '*deploy.ps1*'
        $all[-1].Message | Should -Not -BeLike "*$TestDrive*"
        $all[0].InvocationInfo.ScriptLineNumber | Should -Be 3
        $entry = Get-Content $log | ConvertFrom-Json | Where-Object event -EQ 'HandlerError'
        $entry.message | Should -BeLike "*$TestDrive*"
        $entry.script | Should -Be $file
        $entry.line | Should -Be 3
    }

    It 'cannot control the terminal with its job''s text' {
        $evil = "a`e]52;c;eA==`a`e[2Jb`rFAKE: [job] Succeeded`nFAKE`u{202e}c"
        $ErrorActionPreference = 'Continue'
        $all = @(Invoke-TestWorker -With ($with + @{ Verbose = $true }) -Made @{ Configuration = @{ Site = $evil } } {
                $text = $Job.Configuration['Site']
                $text
                [pscustomobject]@{ Text = $text }
                Write-Host $text
                Write-Warning $text
                Write-Verbose $text
                Write-Information $text
                $text | Out-Host
                Write-Error $text -ErrorAction Continue
                New-CPThirdPartyJobOutcome -FailureMessage $text -ExternalExecutionId $text
            } *>&1)
        $result = $all | Where-Object { $_ -is [CodePipeline.ThirdParty.Worker.JobReport] }
        $shown = @($all | Where-Object { $_ -isnot [CodePipeline.ThirdParty.Worker.JobReport] } |
                ForEach-Object { "$_" }) + $result.Message + $result.ExternalExecutionId
        $shown.Count | Should -BeGreaterThan 8
        $shown -match '[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]' | Should -BeNullOrEmpty
        foreach ($line in $shown[0..($shown.Count - 3)] -split "`n") {
            $line | Should -Not -BeLike 'FAKE*'
        }

        $result.Message | Should -BeLike 'a\u001b]52;c;eA==\u0007\u001b`[2Jb*'
        (Get-CPThirdPartyEmulatorJob -JobId $result.JobId).FailureMessage | Should -Be $evil
    }

    It 'shows objects like PowerShell' {
        $all = @(Invoke-TestWorker -With $with {
                'before'
                @{ Name = 'web01' }
                [pscustomobject]@{ Site = 'one' } | Format-Table
                'after'
                [pscustomobject]@{ First = 1 }
                [pscustomobject]@{ Second = 2 }
            } 6>&1)
        $id = $all[-1].JobId
        $text = "$($all[0..($all.Count - 2)] -join "`n")" -split "`n"
        $text | Should -Be @(
            "[$id] before", "[$id] Name                           Value", "[$id] ----                           -----",
            "[$id] Name                           web01", "[$id] Site", "[$id] ----", "[$id] one", "[$id] after",
            "[$id] First", "[$id] -----", "[$id]     1", "[$id] Second", "[$id] ------", "[$id]      2"
        )
    }

    It 'does not end a worker whose caller prefers Stop' {
        $ErrorActionPreference = 'Stop'
        $all = @(Invoke-TestWorker -Count 3 -With $with { throw 'no' } 2>&1)
        $results = $all | Where-Object { $_ -is [CodePipeline.ThirdParty.Worker.JobReport] }
        $results.Outcome | Should -Be 'Failed', 'Failed', 'Failed'

        # Reads the worker's error stream: it can be redirected, and each error has the handler's position.
        $errors = @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        "$errors" | Should -BeLike '`[*`] no `[*`] no `[*`] no'
        $errors.InvocationInfo.ScriptName | Sort-Object -Unique | Should -BeLike '*Worker.Tests.ps1'
    }

    It 'has the job id before each line of each stream' {
        $ErrorActionPreference = 'Continue'
        $all = @(Invoke-TestWorker -With $with {
                "out`nput"
                Write-Warning 'warned'
                Write-Verbose 'said' -Verbose
                Write-Debug 'bug' -Debug
                Write-Information 'told' -Tags mine
                Write-Host 'hosted' -ForegroundColor Red
                Write-Error 'wrong'
            } *>&1)
        $id = ($all | Where-Object { $_ -is [CodePipeline.ThirdParty.Worker.JobReport] }).JobId
        $shown = @(
            $all | Where-Object { $_ -isnot [CodePipeline.ThirdParty.Worker.JobReport] } |
                ForEach-Object { "$($_.GetType().Name): $_" }
        )
        $shown | Should -Be @(
            "InformationRecord: [$id] out`n[$id] put", "WarningRecord: [$id] warned", "VerboseRecord: [$id] said",
            "DebugRecord: [$id] bug",
            "InformationRecord: [$id] told", "InformationRecord: [$id] hosted", "ErrorRecord: [$id] wrong"
        )
        ($all | Where-Object { "$_" -like '*told' }).Tags | Should -Contain 'mine'
        ($all | Where-Object { "$_" -like '*out*' }).Tags | Should -Contain 'CPThirdPartyJobOutput'
    }

    It 'follows the worker''s -<Name>' -ForEach @(
        @{ Name = 'Verbose'; Given = $true; Of = 'VerboseRecord'; Count = 1 }
        @{ Name = 'Verbose'; Given = $false; Of = 'VerboseRecord'; Count = 0 }
        @{ Name = 'Debug'; Given = $true; Of = 'DebugRecord'; Count = 2 }
        @{ Name = 'InformationAction'; Given = 'Continue'; Of = 'InformationRecord'; Count = 1 }
        @{ Name = 'InformationAction'; Given = 'Ignore'; Of = 'InformationRecord'; Count = 0 }
    ) {
        # With -Debug alone, PowerShell would prompt at each verbose line.
        $VerbosePreference = 'Continue'
        $all = @(Invoke-TestWorker -With ($with + @{ $Name = $Given }) {
                Write-Verbose 'said'
                Write-Debug 'said'
                Write-Information 'said'
            } *>&1)
        @($all | Where-Object { $_.GetType().Name -eq $Of -and "$_" -like '`[*`] said' }).Count | Should -Be $Count
        @($all | Where-Object { $_ -is [CodePipeline.ThirdParty.Worker.JobReport] }).Outcome | Should -Be 'Succeeded'
    }

    It 'shows no secrets of its job' {
        $secrets = @{ ApiKey = 'SENTINEL-api-key'; Project = 'SENTINEL-project'; Client = 'SENTINEL-client-token' }
        $log = Join-Path $TestDrive "secrets-$Limit.log"
        $ErrorActionPreference = 'Continue'
        $VerbosePreference = 'Continue'
        $all = @(Invoke-TestWorker -With ($with + @{ SecretConfigurationKey = 'project'; LogPath = $log }) -Made @{
                ClientToken = $secrets.Client; Configuration = @{ ApiKey = $secrets.ApiKey; Project = $secrets.Project }
            } -Handler {
                foreach ($text in $_.Configuration['ApiKey'], $_.Configuration['Project'], $_.ClientToken.Reveal()) {
                    $text
                    Write-Warning $text
                    Write-Verbose $text
                    Write-Host "it is $text"
                    Write-Information $text
                    [pscustomobject]@{ Secret = $text } | Format-List
                    Write-Error "no $text" -TargetObject $text -ErrorAction Continue
                    Write-Progress -Activity $text -Status $text
                }

                throw "with $($_.Configuration['ApiKey']) and $($_.ClientToken.Reveal())"
            } *>&1)
        $result = $all | Where-Object { $_ -is [CodePipeline.ThirdParty.Worker.JobReport] }
        $result.Message | Should -BeLike 'with *** and ***'
        $errors = $all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } |
            Select-Object -Property * -ExcludeProperty InvocationInfo, ScriptStackTrace
        $text = ($all | Out-String -Width 4000) + ($errors | Format-List * -Force | Out-String -Width 4000) +
            (Get-Content -LiteralPath $log -Raw) + (Get-CPThirdPartyEmulatorJob -JobId $result.JobId).FailureMessage
        $text.Length | Should -BeGreaterThan 2000
        foreach ($name in $secrets.Keys) {
            $text | Should -Not -BeLike "*$($secrets[$name])*"
        }
    }

    It 'is stopped after its time limit' {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $result = Invoke-TestWorker -With ($with + @{ JobTimeout = 0.5 }) { Start-Sleep -Seconds 300 } 3>$null
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 120
        $result.Outcome | Should -Be 'Failed'
        $result.Message | Should -BeLike '*00:00:00.5*'
    }

    It 'is reported on time even if it ignores its limit' {
        $results = @(
            Invoke-TestWorker -Count 2 -With ($with + @{ JobTimeout = 0.3 }) {
                [System.Threading.Thread]::Sleep(1500)
            } 3>$null
        )
        $results.Outcome | Should -Be 'Failed', 'Failed'
    }

    It 'starts in the worker''s location each time' {
        $results = @(Invoke-TestWorker -Count 3 -With $with {
                $place = Get-Location
                Set-Location -Path $_.WorkDirectory
                New-CPThirdPartyJobOutcome "$place"
            })
        foreach ($result in $results) {
            $result.Message | Should -Be "$(Get-Location)"
        }
    }

    It 'can be a file, with line numbers in errors' {
        $file = Join-Path $TestDrive 'deploy.ps1'
        Set-Content -Path $file -Value @'
param($Job)
$local = 1
if ($_.JobId -ne $Job.JobId) { exit 9 }
if ($Job.Configuration['Fail']) { throw 'no' }
New-CPThirdPartyJobOutcome "$PSScriptRoot $Job"
'@
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $result = Invoke-CPThirdPartyWorker $ActionType -FilePath $file -MaxJobs 1 @quick @with
        $result.Message | Should -Be "$TestDrive $($result.JobId)"
        Get-Variable -Name local -ErrorAction Ignore | Should -BeNullOrEmpty
        $null = New-CPThirdPartyEmulatorJob $ActionType -Configuration @{ Fail = 'yes' }
        (Invoke-CPThirdPartyWorker $ActionType -FilePath $file -MaxJobs 1 @quick @with 2>$null).Message |
            Should -Be 'no'
        Set-Content -Path $file -Value 'exit 4'
        $null = New-CPThirdPartyEmulatorJob $ActionType
        (Invoke-CPThirdPartyWorker $ActionType -FilePath $file -MaxJobs 1 @quick @with 3>$null).Message |
            Should -BeLike '*exit 4*'
    }

    It 'looks client tokens up through a script block of the caller' {
        $asked = [System.Collections.Generic.List[string]]::new()
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 3 -ClientId one -ClientToken 'token-of-one'
        $handler = { New-CPThirdPartyJobOutcome (Get-CPThirdPartyJobDetail $_.JobId -ClientId one).Status }
        $results = @(Invoke-CPThirdPartyWorker $ActionType $handler -MaxJobs 3 @quick @with -ClientToken {
                param($ClientId)
                $asked.Add($ClientId)
                'token-of-one'
            })
        $results.Outcome | Should -Be 'Succeeded', 'Succeeded', 'Succeeded'
        $asked | Should -Contain 'one'
    }

    It 'affects no other job without a token' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId stranger -ClientToken 'other'
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 2 -ClientId one -ClientToken 'token-of-one'
        $results = @(
            Invoke-CPThirdPartyWorker $ActionType { } -MaxJobs 2 @quick @with -ClientToken 'token-of-one' 3>$null
        )
        $results.ClientId | Should -Be 'one', 'one'

        # -IncludeSkipped emits the job once, however often it was handed out.
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId one -ClientToken 'token-of-one'
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId late -ClientToken 'other'
        $results = @(
            Invoke-CPThirdPartyWorker $ActionType { } -IdleTimeout 0.2 @quick @with -ClientToken 'token-of-one' `
                -IncludeSkipped 3>$null
        )
        $results[0].Outcome | Should -Be 'Succeeded'
        $late = @($results | Where-Object ClientId -EQ 'late')
        $late.Count | Should -Be 1
        $late[0].Outcome | Should -Be 'Skipped'
        $late[0].Message | Should -BeLike '*client token*'
    }

    It 'does not end the pipeline before Select-Object -First' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 3
        @(Invoke-CPThirdPartyWorker $ActionType { } -StopTimeout 5 @quick @with | Select-Object -First 1).Count |
            Should -Be 1
        Get-CPThirdPartyEmulatorJob | Where-Object Status -EQ 'InProgress' | Should -BeNullOrEmpty
    }
}

Describe 'The caller''s scope' {
    BeforeAll {
        $emulator = Start-TestService
    }

    AfterAll {
        Clear-TestService
    }

    It 'belongs to the handler with ThrottleLimit 1' {
        function Get-Answer { 42 }
        $tally = 0
        $results = @(Invoke-TestWorker -Count 3 { $tally++; New-CPThirdPartyJobOutcome "$(Get-Answer) $tally" })
        $results.Message | Should -Be '42 1', '42 2', '42 3'
        Get-Variable -Name Job -Scope Local -ErrorAction Ignore | Should -BeNullOrEmpty
        Get-Variable -Name __CPThirdPartyHandler -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'is the module''s scope for a handler from a module' {
        $module = New-Module -ScriptBlock {
            $secret = 'inner'
            function Invoke-It {
                Invoke-CPThirdPartyWorker @args -ScriptBlock {
                    New-CPThirdPartyJobOutcome "$secret $($_.JobId) $($Job.JobId)"
                }
            }
            function Get-Handler { { New-CPThirdPartyJobOutcome "$secret $($_.JobId)" } }
        }
        $null = New-CPThirdPartyEmulatorJob $ActionType
        $result =
            & $module { param($Type) Invoke-It -ActionType $Type -MaxJobs 1 -PollInterval 0.05 -NoArtifact } $ActionType
        $result.Message | Should -Be "inner $($result.JobId) $($result.JobId)"
        $result = Invoke-TestWorker (& $module { Get-Handler })
        $result.Message | Should -Be "inner $($result.JobId)"
    }

    It 'is available through $using: above 1' {
        $table = @{ Deep = @{ Value = 'found' } }
        $list = 7, 8
        $env:CP_TEST_VALUE = 'from the environment'
        $results = @(Invoke-TestWorker -With @{ ThrottleLimit = 2 } {
                $inner = & { $using:env:CP_TEST_VALUE }
                New-CPThirdPartyJobOutcome "$($using:table.Deep.Value) $($using:list[1]) $using:list $inner"
            })
        $results.Message | Should -Be 'found 8 7 8 from the environment'
    }

    It 'passes no script block to another runspace' {
        $block = { 1 }
        { Invoke-CPThirdPartyWorker $ActionType { & $using:block } -ThrottleLimit 2 -MaxJobs 1 } |
            Should -Throw -ErrorId 'UsingScriptBlock,*'
    }

    It 'keeps variables of one job from the next' {
        $results = @(Invoke-TestWorker -Count 4 -With @{ ThrottleLimit = 2 } {
                $left = Get-Variable -Name mine -ValueOnly -ErrorAction Ignore
                $mine = 'left behind'
                New-CPThirdPartyJobOutcome "found: $left"
            })
        $results.Message | Should -Be @(, 'found: ' * 4)
    }

    It 'runs handlers in parallel above 1' {
        # Each handler waits until all four have started.
        $gate = [System.Threading.Barrier]::new(4)
        $results = @(Invoke-TestWorker -Count 4 -With @{ ThrottleLimit = 4 } {
                New-CPThirdPartyJobOutcome "together: $(($using:gate).SignalAndWait(120000))"
            })
        $results.Message | Should -Be @(, 'together: True' * 4)
    }

    It 'opens a new runspace for one that a handler closed' {
        $results = @(Invoke-TestWorker -Count 3 -With @{ ThrottleLimit = 2 } {
                [runspace]::DefaultRunspace.CloseAsync()
                Start-Sleep -Seconds 30
            } 3>$null 2>$null)
        $results.Outcome | Should -Be 'Failed', 'Failed', 'Failed'
        "$($results[0].FailureType)" | Should -Be 'SystemUnavailable'
    }
}

Describe 'The worker' {
    BeforeEach {
        $emulator = Start-TestService
    }

    AfterEach {
        Clear-TestService
    }

    It 'does nothing with -WhatIf and describes its action' {
        $log = Join-Path $TestDrive 'whatif.log'
        $null = New-CPThirdPartyEmulatorJob $ActionType
        Invoke-CPThirdPartyWorker $ActionType { } -WhatIf -LogPath $log -JournalPath "$log.journal" |
            Should -BeNullOrEmpty
        Get-ServiceRequest | Should -BeNullOrEmpty
        Test-Path $log | Should -BeFalse
        Test-Path "$log.journal" | Should -BeFalse
    }

    It 'polls for several action types' {
        Clear-TestService
        $null = Start-CPThirdPartyEmulator -ActionType 'Test/Contoso/1', 'Build/Contoso/2' |
            ForEach-Object { $_ | Connect-CPThirdParty; $_ }
        $null = New-CPThirdPartyEmulatorJob 'Test/Contoso/1'
        $null = New-CPThirdPartyEmulatorJob 'Build/Contoso/2'
        $results = @(
            Invoke-CPThirdPartyWorker 'Test/Contoso/1',
                @{ category = 'Build'; provider = 'Contoso'; version = '2' } { } -MaxJobs 2 @quick
        )
        "$($results.ActionType | Sort-Object)" | Should -Be 'Build/Contoso/2 Test/Contoso/1'
    }

    It 'ends after <Name>' -TestCases @(
        @{ Name = 'MaxJobs'; With = @{ MaxJobs = 2 }; Jobs = 2 }
        @{ Name = 'IdleTimeout'; With = @{ IdleTimeout = 0.5 }; Jobs = 3 }
        @{ Name = 'Timeout'; With = @{ Timeout = 2 }; Jobs = 3 }
    ) {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 3
        @(Invoke-CPThirdPartyWorker $ActionType { } @quick @With).Count | Should -Be $Jobs
    }

    It 'publishes the handler''s files in OutputPath' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -OutputArtifact Out
        $result = Invoke-CPThirdPartyWorker $ActionType {
            $null = New-Item -ItemType Directory -Path $_.OutputPath['Out'] -Force
            Set-Content -Path (Join-Path $_.OutputPath.Out 'a.txt') -Value 'made here'
        } -MaxJobs 1 -PollInterval 0.05
        $result.Outcome | Should -Be 'Succeeded' -Because $result.Message
    }

    It 'fails a job with ThrottleLimit <Limit> whose handler <Does>' -TestCases @(
        foreach ($limit in 1, 2) {
            @{ Limit = $limit; Does = 'makes no output'; Handler = { 'nothing' }
                Message = "The handler did not create the output artifact 'Out'."
            }
            @{ Limit = $limit; Does = 'writes to a name that nobody declared'
                Handler = { Set-Content $Job.OutputPath['Typo'] x }
                Message = "*The handler asked for the output artifact 'Typo', which the action does not have. " +
                    "Its output artifacts: 'Out'."
            }
            @{ Limit = $limit; Does = 'uses such a name in a text'
                Handler = { Set-Content $Job.OutputPath['Out'] x; "$($Job.OutputPath['Typo'])/report.txt" }
                Message = "*The handler asked for the output artifact 'Typo'*"
            }
            @{ Limit = $limit; Does = 'uses such a name as a property'
                Handler = { Set-Content $Job.OutputPath.Out x; "$($Job.OutputPath.Typo)/report.txt" }
                Message = "*The handler asked for the output artifact 'Typo'*"
            }
            @{ Limit = $limit; Does = 'looks for an input that the action does not have'
                Handler = { Set-Content $Job.OutputPath.Out x; $null = Get-ChildItem $Job.InputPath['Source'] }
                Message = "The handler asked for the input artifact 'Source', which the action does not have. " +
                    'The action has no input artifacts.'
            }
            @{ Limit = $limit; Does = 'drops a file beside its outputs'
                Handler = { Set-Content $Job.OutputPath['Out'] x; Set-Content "$($Job.OutputPath['Out']).log" x }
                Message = "The handler created 'Out.log', which is not an output artifact of the action. " +
                    "Its output artifacts: 'Out'."
            }
            @{ Limit = $limit; Does = 'names a path of the worker'; Handler = { throw "no '$($Job.OutputPath['Out'])'" }
                Message = "no 'out?Out'"
            }
        }
    ) {
        $null = New-CPThirdPartyEmulatorJob $ActionType -OutputArtifact Out
        $with = @{ MaxJobs = 1; PollInterval = 0.05; ThrottleLimit = $Limit }
        $result = Invoke-CPThirdPartyWorker $ActionType $Handler @with 2>$null 3>$null 6>$null
        $result.Outcome | Should -Be 'Failed'
        $result.Message | Should -BeLike $Message
        (Get-CPThirdPartyEmulatorJob).FailureMessage | Should -Be $result.Message
    }

    It 'accepts a missing output with -MissingArtifact <Action>' -TestCases @(
        @{ Action = 'Warn'; Warnings = 1 }
        @{ Action = 'Ignore'; Warnings = 0 }
    ) {
        $null = New-CPThirdPartyEmulatorJob $ActionType -OutputArtifact Out
        $with = @{ MaxJobs = 1; PollInterval = 0.05; MissingArtifact = $Action }
        $all = @(Invoke-CPThirdPartyWorker $ActionType { $Job.OutputPath.Contains('Other') } @with 3>&1 6>$null)
        $all[-1].Outcome | Should -Be 'Succeeded'
        @($all | Where-Object { "$_" -like "*did not create the output artifact 'Out'*" }).Count | Should -Be $Warnings
    }

    It 'reports with a catalogue error that <What>' -TestCases @(
        @{ What = 'the file is not there'; Id = 'HandlerFileNotFound'
            Call = { Invoke-CPThirdPartyWorker $ActionType -FilePath /no/such/file.ps1 }
        }
        @{ What = 'the file is not a script'; Id = 'HandlerFileUnusable'
            Call = {
                Set-Content (Join-Path $TestDrive 'bad.ps1') 'if (('
                Invoke-CPThirdPartyWorker $ActionType -FilePath (Join-Path $TestDrive 'bad.ps1')
            }
        }
        @{ What = 'the log cannot be opened'; Id = 'LogUnusable'
            Call = {
                Set-Content (Join-Path $TestDrive 'a file') 'x'
                Invoke-CPThirdPartyWorker $ActionType { } -LogPath (
                    [IO.Path]::Combine($TestDrive, 'a file', 'worker.log')
                )
            }
        }
    ) {
        $ErrorActionPreference = 'Continue'
        $caught = try { & $Call } catch { $_ }
        $caught.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        Get-ServiceRequest | Should -BeNullOrEmpty
    }

    It 'writes a private log with one object per line' {
        $log = Join-Path $TestDrive 'worker.log'
        $null = Invoke-TestWorker -Count 2 -With @{ LogPath = $log } { 'printed' } 6>$null
        $entries = @(Get-Content -LiteralPath $log | ForEach-Object { $_ | ConvertFrom-Json })
        @($entries | Where-Object event -EQ 'JobEnded').Count | Should -Be 2
        @($entries | Where-Object event -EQ 'HandlerOutput').message | Should -Be 'printed', 'printed'
        if (-not $IsWindows) {
            (Get-Item -LiteralPath $log).UnixMode | Should -Be '-rw-------'
        }
    }

    It 'writes a log that workers share and others may truncate' -Skip:$IsWindows {
        $log = Join-Path $TestDrive 'shared.log'
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 60 -ClientToken token
        $runs = 1..2 | ForEach-Object {
            Start-TestWorker (
                "Invoke-CPThirdPartyWorker $ActionType { 'printed' } -LogPath '$log' " +
                '-IdleTimeout 1 -PollInterval 0.01 -NoArtifact'
            )
        }
        try {
            foreach ($run in $runs) {
                Wait-For { $run.Result.IsCompleted } 'the end'
            }

            $entries = @(Get-Content -LiteralPath $log | ForEach-Object { $_ | ConvertFrom-Json })
            @($entries | Where-Object event -EQ 'JobEnded').Count | Should -Be 60
            @($entries | Where-Object event -EQ 'HandlerOutput').Count | Should -Be 60
            @($entries | Where-Object event -EQ 'Started').Count | Should -Be 2
        } finally {
            $runs.Shell | ForEach-Object Dispose
        }

        $null = Invoke-TestWorker -Count 2 -With @{ LogPath = $log } {
            Copy-Item -LiteralPath $log -Destination "$log.1"
            Clear-Content -LiteralPath $log
        }
        (Get-Content -LiteralPath $log -Raw)[0] | Should -Be '{'
        Get-Content -LiteralPath $log | ForEach-Object { $_ | ConvertFrom-Json } | Select-Object -Last 1 |
            ForEach-Object event | Should -Be 'Stopped'
    }

    It 'follows no link to a log or a journal' -Skip:$IsWindows {
        $theirs = Join-Path $TestDrive 'theirs'
        Set-Content -LiteralPath $theirs -Value 'theirs'
        $link = Join-Path $TestDrive 'a-link'
        $null = New-Item -ItemType SymbolicLink -Path $link -Target $theirs
        { Invoke-CPThirdPartyWorker $ActionType { } -LogPath $link } | Should -Throw -ErrorId 'LogUnusable,*'
        { Invoke-CPThirdPartyWorker $ActionType { } -JournalPath $link } | Should -Throw -ErrorId 'JournalUnusable,*'
        Get-Content -LiteralPath $theirs | Should -Be 'theirs'
    }

    It 'shows progress and removes it at the end' {
        $run = Start-TestWorker "Invoke-CPThirdPartyWorker $ActionType {
            Write-Progress -Activity work -Status half -PercentComplete 50
        } -ThrottleLimit 2 -MaxJobs 2 -PollInterval 0.05 -NoArtifact"
        try {
            $null = New-CPThirdPartyEmulatorJob $ActionType -Count 2 -ClientToken token
            Wait-For { $run.Result.IsCompleted } 'the end'
            $bars = @($run.Shell.Streams.Progress)
            @($bars | Where-Object Activity -Like '`[*`] work').Count | Should -Be 2
            @($bars | Where-Object Activity -Like 'Third-party worker*').Count | Should -BeGreaterThan 0
            "$($bars[-1].RecordType)" | Should -Be 'Completed'
        } finally {
            $run.Shell.Dispose()
        }
    }
}

Describe 'A worker that cannot start' {
    It 'ends its script with an error before any job: <Why>' -ForEach @(
        @{ Why = 'no such profile'; Id = 'ProfileNotFound'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -ProfileName nobody"
        }
        @{ Why = 'credentials that the service does not know'; Id = 'CredentialsNotRecognized'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -AccessKey AKIANOBODY -SecretKey nothing"
        }
        @{ Why = 'no such action type'; Id = 'ActionTypeNotFound'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/9 { } @with"
        }
        @{ Why = 'a journal that is a text'; Id = 'JournalDamaged'
            Call = "Set-Content text 'one line'; Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -JournalPath text"
        }
        @{ Why = 'a journal that is a folder'; Id = 'JournalUnusable'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -JournalPath ."
        }
        @{ Why = 'a log beneath a file'; Id = 'LogUnusable'
            Call = "Set-Content text 'x'; Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -LogPath text/log"
        }
        @{ Why = 'a work directory beneath a file'; Id = 'WorkDirectoryUnusable'
            Call = "Set-Content text 'x'; Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -WorkDirectory text/work"
        }
        @{ Why = 'a path on no drive'; Id = 'InvalidInput'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -LogPath nodrive:/log"
        }
        @{ Why = 'no such script'; Id = 'HandlerFileNotFound'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 -FilePath none.ps1 @with"
        }
        @{ Why = 'a script that cannot be parsed'; Id = 'HandlerFileUnusable'
            Call = "Set-Content bad.ps1 'if (('; Invoke-CPThirdPartyWorker Test/Contoso/1 -FilePath bad.ps1 @with"
        }
        @{ Why = 'a script whose module is not there'; Id = 'HandlerFileUnusable'
            Call = "Set-Content a.ps1 '#requires -Modules NoSuchModule'; Invoke-CPThirdPartyWorker Test/Contoso/1 -FilePath a.ps1 @with"
        }
        @{ Why = 'a script of a later PowerShell'; Id = 'HandlerFileUnusable'
            Call = "Set-Content a.ps1 '#requires -Version 99'; Invoke-CPThirdPartyWorker Test/Contoso/1 -FilePath a.ps1 @with"
        }
        @{ Why = 'a log that is the journal'; Id = 'InvalidInput'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -JournalPath both -LogPath ./both"
        }
        @{ Why = 'a log that is the script'; Id = 'InvalidInput'
            Call = "Set-Content a.ps1 '1'; Invoke-CPThirdPartyWorker Test/Contoso/1 -FilePath a.ps1 @with -LogPath a.ps1"
        }
        @{ Why = 'a time of nothing'; Id = 'InvalidInput'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -JobTimeout 0"
        }
        @{ Why = 'no token for any job'; Id = 'NoJobClaimed'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -IdleTimeout 0.2 -ClientToken wrong"
        }
        @{ Why = 'nobody at the endpoint'; Id = 'EndpointUnreachable'
            Call = "Invoke-CPThirdPartyWorker Test/Contoso/1 { } @with -Timeout 0.2 -EndpointUrl http://127.0.0.1:1"
        }
    ) {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        $file = Join-Path $folder 'worker.ps1'
        Set-Content -LiteralPath $file -Value @"
`$ErrorActionPreference = 'Continue'
Set-Location '$folder'
Import-Module '$ModuleManifest'
Start-CPThirdPartyEmulator -ActionType Test/Contoso/1 | Connect-CPThirdParty
`$null = New-CPThirdPartyEmulatorJob Test/Contoso/1
`$with = @{ MaxJobs = 1; PollInterval = 0.05 }
try { $Call } finally {
    "id: `$(`$Error[0].FullyQualifiedErrorId)"
    "taken: `$(@(Get-CPThirdPartyEmulatorJob | Where-Object Status -NotIn Queued, Dispatched).Count)"
}
'went on'
"@
        $start = New-EngineStart '-NoProfile', '-NonInteractive', '-File', $file
        foreach ($name in $QuietEnvironment.Keys) {
            $start.Environment[$name] = $QuietEnvironment[$name]
        }

        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $child = [System.Diagnostics.Process]::Start($start)
        try {
            $errors = $child.StandardError.ReadToEndAsync()
            $lines = @($child.StandardOutput.ReadToEnd() -split '\r?\n')
            $child.WaitForExit()
            $lines | Should -Contain "id: $Id,CodePipeline.ThirdParty.Commands.InvokeThirdPartyWorkerCommand" -Because (
                $errors.Result)
            $lines | Should -Contain 'taken: 0'
            $lines | Should -Not -Contain 'went on'
            $child.ExitCode | Should -Not -Be 0
        } finally {
            if (-not $child.HasExited) {
                $child.Kill($true)
            }

            $child.Dispose()
        }
    }
}

Describe 'A handler that cannot be stopped' {
    BeforeEach {
        $emulator = Start-TestService
    }

    AfterEach {
        Clear-TestService
    }

    It 'has its processes killed and affects no other job' -Skip:(-not $IsLinux) {
        $global:started = 0
        try {
            $results = @(Invoke-TestWorker -Count 3 -With @{ JobTimeout = 1 } {
                    # The shell ends, but its child process keeps the output open.
                    if (++$global:started -eq 1) { /bin/sh -c 'sleep 300 & echo begun' }
                } 3>$null 6>$null)
            $results.Outcome | Should -Be 'Failed', 'Succeeded', 'Succeeded'
            $results[0].Message | Should -Be 'The handler did not end within 00:00:01.'
            $global:started | Should -Be 3
            $env:CPTHIRDPARTY_HANDLER | Should -BeNullOrEmpty
        } finally {
            Remove-Variable -Name started -Scope Global
        }
    }

    It 'keeps its slot without failing other jobs' {
        $gate = [System.Threading.ManualResetEventSlim]::new()
        $first = [System.Threading.Semaphore]::new(1, 1)
        try {
            $results = @(Invoke-TestWorker -Count 4 -With @{ JobTimeout = 1; ThrottleLimit = 2 } {
                    if (($using:first).WaitOne(0)) {
                        # PowerShell cannot stop a thread that waits in .NET.
                        $null = ($using:gate).Wait(120000)
                    }
                } 3>$null 6>$null)
            $results.Outcome | Sort-Object | Should -Be 'Failed', 'Succeeded', 'Succeeded', 'Succeeded'
        } finally {
            $gate.Set()
            $first.Dispose()
        }
    }

    It 'is reported on the console if it blocks the pipeline' {
        $child = Invoke-ChildPwsh -Environment $QuietEnvironment -Script (Get-ChildWorkerScript @"
`$null = New-CPThirdPartyEmulatorJob $ActionType
`$result = Invoke-CPThirdPartyWorker $ActionType {
    [System.Threading.Thread]::Sleep(6000)
} -MaxJobs 1 -JobTimeout 0.5 -PollInterval 0.05 -NoArtifact 3>`$null
`$result.Outcome
"@)
        $child.Lines | Should -Contain 'Failed'
        $child.Errors | Should -BeLike '*cannot be stopped*keeps its slot until the handler ends.*'
    }
}

Describe 'Stop' {
    BeforeEach {
        $emulator = Start-TestService
    }

    AfterEach {
        Clear-TestService
    }

    It 'reports all <Count> running handlers after the stop timeout' -TestCases @(
        @{ Count = 1; Limit = 1 }
        @{ Count = 50; Limit = 50 }
    ) {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count $Count -ClientToken token
        $run = Start-TestWorker "Invoke-CPThirdPartyWorker $ActionType {
            Start-Sleep -Seconds 600
        } -ThrottleLimit $Limit -StopTimeout 2 -PollInterval 0.05 -NoArtifact"
        try {
            Wait-For {
                @(Get-CPThirdPartyEmulatorJob | Where-Object Status -EQ 'InProgress').Count -eq $Count
            } -What 'running handlers' -Seconds 120
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $stopping = $run.Shell.BeginStop($null, $null)
            Wait-For {
                @(Get-CPThirdPartyEmulatorJob | Where-Object Status -EQ 'Failed').Count -eq $Count
            } 'the reports'
            # Other tests check the exact limit of five seconds with a simulated clock.
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 30
            $stopping.AsyncWaitHandle.WaitOne(60000) | Should -BeTrue
            @(Get-CPThirdPartyEmulatorJob).FailureType | Sort-Object -Unique | Should -Be 'SystemUnavailable'
        } finally {
            $run.Shell.Dispose()
        }
    }

    It 'keeps the outcome of handlers that end in time' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count 2 -ClientToken token
        $run = Start-TestWorker "Invoke-CPThirdPartyWorker $ActionType {
            Start-Sleep -Seconds 2; New-CPThirdPartyJobOutcome 'made it'
        } -ThrottleLimit 2 -StopTimeout 20 -PollInterval 0.05 -NoArtifact"
        try {
            Wait-For {
                @(Get-CPThirdPartyEmulatorJob | Where-Object Status -EQ 'InProgress').Count -eq 2
            } 'running handlers'
            $run.Shell.Stop()
            @(Get-CPThirdPartyEmulatorJob).Summary | Should -Be 'made it', 'made it'
        } finally {
            $run.Shell.Dispose()
        }
    }

    It 'by SIGTERM ends the worker and not its script' -Skip:$IsWindows {
        $child = Invoke-ChildPwsh -Environment $QuietEnvironment -Script (Get-ChildWorkerScript @"
`$null = New-CPThirdPartyEmulatorJob $ActionType -Count 2
`$results = Invoke-CPThirdPartyWorker $ActionType {
    /bin/sh -c "kill -TERM `$PID"
    Start-Sleep -Seconds 5
    New-CPThirdPartyJobOutcome 'ended'
} -PollInterval 0.05 -NoArtifact
"results: `$(@(`$results).Count) `$(`$results.Message)"
"@)
        $child.ExitCode | Should -Be 0 -Because $child.Errors
        $child.Lines | Should -Contain 'results: 1 ended'
    }
}

Describe 'A journal' {
    BeforeAll {
        # Starts a worker in a separate process and kills it while its handler runs.
        function Invoke-KilledWorker([string] $Journal) {
            $mark = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).runs"
            $start = New-EngineStart '-NoProfile', '-NonInteractive', '-Command', @"
Import-Module '$ModuleManifest'
Invoke-CPThirdPartyWorker $ActionType {
    Set-Content -LiteralPath '$mark' -Value here
    Start-Sleep -Seconds 600
} -JournalPath '$Journal' -PollInterval 0.05 -NoArtifact
"@
            $start.Environment['AWS_ENDPOINT_URL'] = $emulator.Endpoint.AbsoluteUri
            $start.Environment['AWS_REGION'] = 'us-east-1'
            $start.Environment['AWS_ACCESS_KEY_ID'] = $emulator.AccessKeyId
            $start.Environment['AWS_SECRET_ACCESS_KEY'] = $emulator.SecretAccessKey.Reveal()
            $start.Environment['CPTHIRDPARTY_CLIENT_TOKEN'] = 'SENTINEL-token'
            $process = [System.Diagnostics.Process]::Start($start)
            try {
                Wait-For { $process.HasExited -or (Test-Path -LiteralPath $mark) } -What 'a running handler'
            } finally {
                if (-not $process.HasExited) { $process.Kill() }
                $process.WaitForExit()
                $process.Dispose()
            }
        }
    }

    BeforeEach {
        $emulator = Start-TestService -Connect @{ ClientToken = 'SENTINEL-token' }
        $journal = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).jsonl"
        $with = @{ JournalPath = $journal; IdleTimeout = 0.2 } + $quick
    }

    AfterEach {
        Clear-TestService
    }

    It 'of a worker that was killed <Ends>' -TestCases @(
        @{ Ends = 'has its job failed'; Recovery = @{}; Status = 'Failed'
            Text = 'The worker was cut off*It can be tried again.'
        }
        @{ Ends = 'has its job failed with -Recover Fail'; Recovery = @{ Recover = 'Fail' }; Status = 'Failed'
            Text = 'The worker was cut off*'
        }
        @{ Ends = 'has its job run again with -Recover Rerun'; Recovery = @{ Recover = 'Rerun' }; Status = 'Succeeded'
            Text = 'run again'
        }
    ) {
        $made = New-CPThirdPartyEmulatorJob $ActionType -ClientToken SENTINEL-token
        Invoke-KilledWorker $journal
        (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'InProgress'
        Get-Content -LiteralPath $journal -Raw | Should -BeLike "*$($made.JobId)*"

        $result = Invoke-CPThirdPartyWorker $ActionType { New-CPThirdPartyJobOutcome 'run again' } @with @Recovery

        @($result).Count | Should -Be 1
        $result.JobId | Should -Be $made.JobId
        $result.Outcome | Should -Be $Status
        $result.Message | Should -BeLike $Text
        $job = Get-CPThirdPartyEmulatorJob
        $job.Status | Should -Be $Status
        $job.AcceptedResultCount | Should -Be 1
        if ($Status -eq 'Failed') {
            $job.FailureType | Should -Be 'SystemUnavailable'
        }

        # The journal is empty: the next worker has no job to recover.
        Invoke-CPThirdPartyWorker $ActionType { throw 'There is no job.' } @with @Recovery | Should -BeNullOrEmpty
    }

    It 'has one worker at a time and names it' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientToken token
        $run = Start-TestWorker "Invoke-CPThirdPartyWorker $ActionType {
            Start-Sleep -Seconds 600
        } -JournalPath '$journal' -StopTimeout 0 -PollInterval 0.05 -NoArtifact"
        try {
            Wait-For { (Get-CPThirdPartyEmulatorJob).Status -eq 'InProgress' } 'a running handler'
            $refused = { Invoke-CPThirdPartyWorker $ActionType { } @with } |
                Should -Throw -ErrorId 'JournalInUse,*' -PassThru
            $refused.CategoryInfo.Category | Should -Be 'ResourceBusy'
            "$refused" | Should -BeLike "*'$journal' is in use by another worker (process $PID on *"
            $refused.ErrorDetails.RecommendedAction | Should -BeLike '*its own journal*'
        } finally {
            $run.Shell.Stop()
            $run.Shell.Dispose()
        }
    }

    It 'is left unchanged if damaged, with the line in the error' {
        $lines = '{"entry":"opened","time":"2026-01-01T00:00:00Z","version":1,"pid":1,"host":"h"}', '{"entry":"cla',
            '{"entry":"done","job":"a","outcome":"Failed"}'
        Set-Content -LiteralPath $journal -Value $lines
        $refused = { Invoke-CPThirdPartyWorker $ActionType { } @with } |
            Should -Throw -ErrorId 'JournalDamaged,*' -PassThru
        "$refused" | Should -BeLike "*'$journal' is damaged in line 2:*"
        Get-Content -LiteralPath $journal | Should -Be $lines
        Get-ServiceRequest | Should -BeNullOrEmpty
    }

    It 'never replaces another file' -TestCases @(
        @{ Content = 'param($Job) "x"' }
        @{ Content = '{"client-1":"token"}' }
    ) {
        Set-Content -LiteralPath $journal -Value $Content -NoNewline
        $refused = { Invoke-CPThirdPartyWorker $ActionType { } @with } |
            Should -Throw -ErrorId 'JournalDamaged,*' -PassThru
        "$refused" | Should -BeLike "The file '$journal' is not a worker's journal*"
        Get-Content -LiteralPath $journal -Raw | Should -Be $Content
        Test-Path -LiteralPath "$journal.lock" | Should -BeFalse
        Get-ServiceRequest | Should -BeNullOrEmpty
    }

    It 'is private and contains no secret' {
        $made = New-CPThirdPartyEmulatorJob $ActionType -ClientToken SENTINEL-token -Configuration @{
            ApiKey = 'SENTINEL-key'
            Project = 'SENTINEL-project'
        }
        $null = Invoke-CPThirdPartyWorker $ActionType {
            throw "no: $($_.Configuration['ApiKey']) $($_.Configuration['Project']) SENTINEL-token"
        } @with -MaxJobs 1 -SecretConfigurationKey Project 2>$null
        $text = Get-Content -LiteralPath $journal -Raw
        $text | Should -BeLike "*$($made.JobId)*no: `*`*`* `*`*`* `*`*`**"
        $text | Should -Not -BeLike '*SENTINEL*'
        $text | Should -Not -BeLike "*$($made.Nonce)*"
        foreach ($path in $journal, "$journal.lock") {
            if (-not $IsWindows) {
                (Get-Item -LiteralPath $path).UnixMode | Should -Be '-rw-------'
            }
        }
    }
}

Describe 'On a runner' {
    It 'groups, annotates and summarizes on GitHub Actions' {
        $summary = Join-Path $TestDrive 'summary.md'
        $null = New-Item -ItemType File -Path $summary -Force
        $gitHub = $QuietEnvironment + @{ GITHUB_ACTIONS = 'true'; GITHUB_STEP_SUMMARY = $summary }
        $child = Invoke-ChildPwsh -Environment $gitHub -Script (Get-ChildWorkerScript @"
`$secrets = @{ Project = 'SENTINEL-project'; ApiKey = 'SENTINEL-key' }
`$null = New-CPThirdPartyEmulatorJob $ActionType -Configuration `$secrets
`$ErrorActionPreference = 'Continue'
`$r = Invoke-CPThirdPartyWorker $ActionType {
    "::error::forged``n::warning::forged"
    `$_.Configuration['Project']
    throw "100% | bad`n::error::forged <b> SENTINEL-key"
} -MaxJobs 1 -PollInterval 0.05 -NoArtifact -SecretConfigurationKey Project
'id ' + `$r.JobId
"@)
        $child.ExitCode | Should -Be 0 -Because $child.Errors
        $id = ($child.Lines | Where-Object { $_ -like 'id *' }).Substring(3)
        $child.Lines | Should -Contain "::group::Job $id ($ActionType)"
        $child.Lines | Should -Contain '::endgroup::'
        $child.Lines | Should -Contain '::add-mask::SENTINEL-project'
        @($child.Lines | Where-Object { $_ -like '::error*' }).Count | Should -Be 1
        ($child.Lines | Where-Object { $_ -like '::error*' }) |
            Should -BeLike "::error title=Third-party job $id::JobFailed: 100%25 | bad%0A::error::forged <b> ***"
        @($child.Lines | Where-Object { $_ -match '^\s*::warning' }).Count | Should -Be 0
        @($child.Lines | Where-Object { $_ -like '*SENTINEL*' -and $_ -notlike '::add-mask::*' }).Count | Should -Be 0
        $table = Get-Content -LiteralPath $summary -Raw
        $table |
            Should -BeLike "*| $id | Test&#47;Contoso&#47;1 | Failed (JobFailed) |*100% &#124; bad<br>*&#60;b&#62;*"
        $table | Should -Not -BeLike '*SENTINEL*'
    }

    It 'groups, annotates and summarizes on Azure DevOps' {
        $azure = $QuietEnvironment + @{ TF_BUILD = 'True'; AGENT_TEMPDIRECTORY = "$TestDrive" }
        $child = Invoke-ChildPwsh -Environment $azure -Script (Get-ChildWorkerScript @"
`$null = New-CPThirdPartyEmulatorJob $ActionType -Count 2
`$ErrorActionPreference = 'Continue'
`$r = Invoke-CPThirdPartyWorker $ActionType {
    '##vso[task.setvariable variable=x]forged'
    throw "bad`n##vso[task.complete]"
} -MaxJobs 2 -PollInterval 0.05 -NoArtifact -ThrottleLimit 2
"@)
        $child.ExitCode | Should -Be 0 -Because $child.Errors
        @($child.Lines | Where-Object { $_ -like '##`[group`]Job *' }).Count | Should -Be 2
        @($child.Lines | Where-Object { $_ -ceq '##[endgroup]' }).Count | Should -Be 2
        @(
            $child.Lines |
                Where-Object { $_ -like '##vso`[task.logissue type=error`]Third-party job *: JobFailed: bad%0A*' }
        ).Count | Should -Be 2
        @(
            $child.Lines | Where-Object {
                $_ -match '##vso\[task\.(setvariable|complete)' -and $_ -notmatch '^##vso\[task\.logissue'
            }
        ).Count | Should -Be 0
        $upload = @($child.Lines | Where-Object { $_ -like '##vso`[task.uploadsummary`]*' })
        $upload.Count | Should -Be 1
        Get-Content -LiteralPath $upload[0].Substring($upload[0].IndexOf(']') + 1) -Raw | Should -BeLike '*2 Failed*'
    }

    It 'writes no runner commands elsewhere' {
        $child = Invoke-ChildPwsh -Environment $QuietEnvironment -Script (Get-ChildWorkerScript @"
`$null = New-CPThirdPartyEmulatorJob $ActionType
`$null = Invoke-CPThirdPartyWorker $ActionType { 'printed' } -MaxJobs 1 -PollInterval 0.05 -NoArtifact
"@)
        $child.ExitCode | Should -Be 0 -Because $child.Errors
        $child.Output | Should -Not -BeLike '*::*'
        $child.Output | Should -Not -BeLike '*##*'
        $child.Output | Should -BeLike '*] printed*'
    }
}
