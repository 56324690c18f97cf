# Tests with other modules and features in a user's PowerShell.
BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1

    # Simulates AWS.Tools.CodePipeline: cmdlets with the two equal names that report which module was called.
    $awsTools = Join-Path $TestDrive 'AWS.Tools.CodePipeline'
    $null = New-Item -ItemType Directory -Path $awsTools
    Set-Content "$awsTools/AWS.Tools.CodePipeline.psm1" @'
function Get-CPThirdPartyJobDetail { param($JobId, $ClientToken, $Region) 'AWS.Tools' }
function Confirm-CPThirdPartyJob { param($JobId, $Nonce, $ClientToken, $Region, [switch] $Force) 'AWS.Tools' }
'@
    $manifest = @{
        Path              = "$awsTools/AWS.Tools.CodePipeline.psd1"
        RootModule        = 'AWS.Tools.CodePipeline.psm1'
        ModuleVersion     = '5.0.1'
        FunctionsToExport = 'Get-CPThirdPartyJobDetail', 'Confirm-CPThirdPartyJob'
    }
    New-ModuleManifest @manifest

    $service = @'
$emulator = Start-CPThirdPartyEmulator
$emulator | Connect-CPThirdParty
$null = New-CPThirdPartyEmulatorJob Test/Contoso/1
'@
}

Describe 'Together with AWS.Tools.CodePipeline' {
    It 'is called by module name after any import order: <_>' -TestCases 'ours', 'theirs' {
        $order = if ($_ -eq 'ours') {
            "Import-Module '$awsTools'; Import-Module `$Manifest"
        } else { "Import-Module `$Manifest; Import-Module '$awsTools'" }
        $child = Invoke-ChildPwsh -NoImport -Script @"
$order
$service
`$detail = Get-CPThirdPartyJob Test/Contoso/1 | CodePipeline.ThirdParty\Get-CPThirdPartyJobDetail
(`$detail | CodePipeline.ThirdParty\Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob -PassThru).Status
AWS.Tools.CodePipeline\Get-CPThirdPartyJobDetail -JobId x
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'Succeeded', 'AWS.Tools'
    }

    It 'can use a prefix to leave the names to AWS.Tools' {
        $child = Invoke-ChildPwsh -NoImport -Script @"
Import-Module '$awsTools'
Import-Module `$Manifest -Prefix Partner
Get-CPThirdPartyJobDetail -JobId x
(Get-Command Get-PartnerCPThirdPartyJobDetail).ModuleName
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'AWS.Tools', 'CodePipeline.ThirdParty'
    }

    It 'leaves AWS.Tools'' cmdlets unchanged when removed' {
        $child = Invoke-ChildPwsh -NoImport -Script "Import-Module '$awsTools'; Import-Module `$Manifest
            Remove-Module CodePipeline.ThirdParty; Get-CPThirdPartyJobDetail -JobId x"
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'AWS.Tools'
    }
}

Describe 'In scripts of users' {
    It 'supports $PSDefaultParameterValues' {
        $child = Invoke-ChildPwsh @"
`$emulator = Start-CPThirdPartyEmulator
`$PSDefaultParameterValues = @{
    '*-CPThirdParty*:EndpointUrl' = "`$(`$emulator.Endpoint)"
    '*-CPThirdParty*:Region'      = `$emulator.Region
    '*-CPThirdParty*:AccessKey'   = `$emulator.AccessKeyId
    '*-CPThirdParty*:SecretKey'   = `$emulator.SecretAccessKey
    '*-CPThirdPartyJob:ActionType' = 'Test/Contoso/1'
    'Complete-CPThirdPartyJob:PassThru' = `$true
}
`$job = New-CPThirdPartyEmulatorJob Test/Contoso/1
`$PSDefaultParameterValues['*-CPThirdPartyJob*:ClientToken'] = `$job.ClientToken
(Get-CPThirdPartyJob | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob).Status
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'Succeeded'
    }

    It 'completes jobs that <How> was given' -TestCases @(
        @{ How = 'ForEach-Object -Parallel'
            Script = '$jobs | ForEach-Object -ThrottleLimit 4 -Parallel {
                Import-Module $using:Manifest
                ($_ | Complete-CPThirdPartyJob -PassThru).Status
            }'
        }
        @{ How = 'Start-ThreadJob'
            Script = '$jobs | ForEach-Object {
                $job = $_
                Start-ThreadJob {
                    Import-Module $using:Manifest
                    ($using:job | Complete-CPThirdPartyJob -PassThru).Status
                }
            } | Receive-Job -Wait -AutoRemoveJob'
        }
    ) {
        $child = Invoke-ChildPwsh @"
$service
`$null = New-CPThirdPartyEmulatorJob Test/Contoso/1 -Count 3
`$jobs = Get-CPThirdPartyJob Test/Contoso/1 -MaxBatchSize 4 | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob
$Script
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be (@('Succeeded') * 4)
    }

    It 'works in Start-Job, which receives no secret implicitly' {
        # Start-Job starts the program in $PSHOME. In the .NET tool, this program is platform-specific and needs the
        # location of .NET.
        $variables = @{}
        $engine = Get-Engine
        if ($engine.Arguments) {
            $variables['DOTNET_ROOT'] = Split-Path -Path $engine.FilePath -Parent
        }

        $child = Invoke-ChildPwsh -NoImport -Environment $variables -Script @'
& ([IO.Path]::Combine($PSHOME, $IsWindows ? 'pwsh.exe' : 'pwsh')) -NoProfile -NonInteractive -Command 'exit 0'
exit $LASTEXITCODE
'@
        if ($child.ExitCode -ne 0) {
            Set-ItResult -Skipped -Because 'the pwsh that Start-Job starts does not run here'
        }

        $child = Invoke-ChildPwsh -Environment $variables -Script @"
`$emulator = Start-CPThirdPartyEmulator
`$emulator | Connect-CPThirdParty
`$token = (New-CPThirdPartyEmulatorJob Test/Contoso/1).ClientToken
`$job = Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail
`$keys = @{ AccessKey = `$emulator.AccessKeyId; SecretKey = `$emulator.SecretAccessKey.Reveal() }
`$keys += @{ Region = `$emulator.Region; EndpointUrl = "`$(`$emulator.Endpoint)" }
Start-Job -ArgumentList `$Manifest, `$job, `$keys, `$token.Reveal() {
    param(`$Manifest, `$Job, `$Keys, `$Token)
    Import-Module `$Manifest
    "carried: `$(`$Job.ClientToken)"
    (Get-CPThirdPartyJobDetail -JobId `$Job.JobId -ClientToken `$Token @Keys | Confirm-CPThirdPartyJob @Keys |
        Complete-CPThirdPartyJob -PassThru @Keys).Status
} | Receive-Job -Wait -AutoRemoveJob
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines[-1] | Should -Be 'Succeeded'
        $child.Lines[0] | Should -Be 'carried: ***'
    }
}

Describe 'Constrained language mode' {
    BeforeAll {
        $constrained = '$ExecutionContext.SessionState.LanguageMode = "ConstrainedLanguage"'
    }

    It 'completes a job without method calls in the script' {
        $child = Invoke-ChildPwsh -NoImport -Script @"
$constrained
Import-Module `$Manifest
$service
(Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob |
    Complete-CPThirdPartyJob -PassThru).Status
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'Succeeded'
    }

    It 'runs a handler in the caller''s mode and never in a separate runspace' {
        $child = Invoke-ChildPwsh -NoImport -Script @"
$constrained
Import-Module `$Manifest
$service
(Invoke-CPThirdPartyWorker Test/Contoso/1 -MaxJobs 1 -PollInterval 0.05 -NoArtifact -ScriptBlock {
    [Math]::Sqrt(4); [System.IO.File]::Exists('x')
}).Message
try { Invoke-CPThirdPartyWorker Test/Contoso/1 -MaxJobs 1 -ThrottleLimit 2 -ScriptBlock { } } catch { "`$_" }
"@
        $child.Lines | Where-Object { $_ -like 'Cannot invoke method*' } | Should -Not -BeNullOrEmpty
        $child.Lines[-1] | Should -BeLike 'PowerShell runs in ConstrainedLanguage mode*'
    }

    It 'is named in PowerShell''s error for a forbidden script: <_>' -TestCases @(
        '$secret.Reveal()', '[CodePipeline.ThirdParty.Secrets.Secret]::new("x")'
    ) {
        $child = Invoke-ChildPwsh @"
`$secret = (New-CPThirdPartyEmulatorJob Test/Contoso/1 -Emulator (Start-CPThirdPartyEmulator)).ClientToken
$constrained
try { $_ } catch { "`$_" }
"@
        $child.Lines | Should -HaveCount 1
        $child.Lines | Should -BeLike '*only*core types*language mode*'
    }
}
