BeforeAll {
    . $PSScriptRoot/Shared/Engine.ps1
    $root = Split-Path -Path $PSScriptRoot -Parent
    $tools = Join-Path $root 'tools'
    $pinned = (Import-PowerShellDataFile -Path $tools/requirements.psd1).PSScriptAnalyzer.version

    function Skip-WithoutAnalyzer {
        if (-not (Get-Module -ListAvailable -Name PSScriptAnalyzer | Where-Object { "$($_.Version)" -eq $pinned })) {
            Set-ItResult -Skipped -Because "PSScriptAnalyzer $pinned is not installed"
        }
    }
}

Describe 'The scripts of the repository' {
    It 'have no finding of PSScriptAnalyzer' {
        Skip-WithoutAnalyzer
        & $tools/Test-Script.ps1 | Should -BeLike 'PSScriptAnalyzer*no findings.'
    }

    It 'are told by file, line and rule where one has a finding' {
        Skip-WithoutAnalyzer
        $script = Join-Path $TestDrive 'alias.ps1'
        Set-Content $script 'gci | Out-Null'
        { & $tools/Test-Script.ps1 -Path $script } | Should -Throw '*alias.ps1:1: PSAvoidUsingCmdletAliases:*'
    }
}

Describe 'The modules that the tools want' {
    BeforeAll {
        # The same script beside requirements of this test's own.
        $copy = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'tools')
        Copy-Item $tools/Install-Requirement.ps1 $copy
        Set-Content $copy/requirements.psd1 @"
@{
    'Microsoft.PowerShell.Management' = @{ version = '$((Get-Module -ListAvailable Microsoft.PowerShell.Management)[0].Version)'; repository = 'NoSuchRepository' }
    'Contoso.Missing' = @{ version = '9.8.7'; repository = 'NoSuchRepository' }
}
"@
    }

    It 'are left alone where they are there in the pinned version' {
        { & $copy/Install-Requirement.ps1 -Name Microsoft.PowerShell.Management } | Should -Not -Throw
    }

    It 'are named with a cure where they can be had from nowhere' {
        { & $copy/Install-Requirement.ps1 -Name Contoso.Missing } |
            Should -Throw ('Module Contoso.Missing 9.8.7 is missing*' +
                'Install-PSResource -Name Contoso.Missing -Version 9.8.7*PSModulePath*')
    }

    It 'are pinned, every one that is asked for' {
        { & $copy/Install-Requirement.ps1 -Name Contoso.Other } | Should -Throw "*does not contain 'Contoso.Other'*"
    }
}

Describe 'build.ps1' {
    It 'refuses a task that it has not, and names those it has' {
        { & $root/build.ps1 -Task Nonsense } | Should -Throw '*Build,Help,Analyze,Test,Package,Publish*'
    }

    It 'takes a list as the command line of another shell gives it' {
        $said = Invoke-Engine -NoProfile -NonInteractive -File $root/build.ps1 -Task 'Analyze,Nonsense' 2>&1
        $LASTEXITCODE | Should -Not -Be 0
        "$said" -replace '\s+', ' ' | Should -BeLike "*'Nonsense' is not a task*"
    }

    It 'runs tasks in their order, by scripts of tools/ that are there' {
        $text = Get-Content -Raw $root/build.ps1
        $scripts = [regex]::Matches($text, '\$tools/([\w-]+\.ps1)') |
            ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique
        $scripts.Count | Should -BeGreaterThan 5
        foreach ($script in $scripts) {
            Join-Path $tools $script | Should -Exist
        }
    }

    Context 'with no PlatyPS to be had' {
        BeforeAll {
            # What the help is made of, with a pinned version that is nowhere.
            $project = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'project')).FullName
            $null = New-Item -ItemType Directory -Path $project/docs, $project/module
            Copy-Item $root/build.ps1 $project
            Copy-Item $root/tools $project -Recurse
            Copy-Item $root/docs/en-US $project/docs -Recurse
            Copy-Item $root/module/en-US $project/module -Recurse
            Set-Content $project/tools/requirements.psd1 "@{
                'Microsoft.PowerShell.PlatyPS' = @{ version = '9.8.7'; repository = 'NoSuchRepository' }
            }"

            function Invoke-HelpTask {
                $said = Invoke-Engine -NoProfile -NonInteractive -File $project/build.ps1 -Task Help 2>&1
                @{ Said = "$said" -replace '\s+', ' '; ExitCode = $LASTEXITCODE }
            }
        }

        It 'takes the committed help where it is that of the markdown, and says so' {
            $run = Invoke-HelpTask
            $run.ExitCode | Should -Be 0 -Because $run.Said
            $run.Said | Should -BeLike ('*Microsoft.PowerShell.PlatyPS 9.8.7 is missing*' +
                'committed help is checked and used*by its hash*')
        }

        It 'fails where the committed help is stale' {
            Add-Content $project/docs/en-US/Confirm-CPThirdPartyJob.md 'More words.'
            $run = Invoke-HelpTask
            $run.ExitCode | Should -Not -Be 0
            $run.Said | Should -BeLike '*does not match docs/en-US*'
        }
    }
}
