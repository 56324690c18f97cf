BeforeAll {
    . $PSScriptRoot/Shared/Engine.ps1
    $root = Split-Path -Path $PSScriptRoot -Parent
    $tools = Join-Path $root 'tools'
    $pinned = (Import-PowerShellDataFile -Path $tools/requirements.psd1).PSScriptAnalyzer.version
}

Describe 'The scripts of the repository' {
    It 'pass PSScriptAnalyzer, which reports findings by file, line and rule' {
        if (-not (Get-Module -ListAvailable -Name PSScriptAnalyzer | Where-Object { "$($_.Version)" -eq $pinned })) {
            Set-ItResult -Skipped -Because "PSScriptAnalyzer $pinned is not installed"
        }

        & $tools/Test-Script.ps1 | Should -BeLike 'PSScriptAnalyzer*no findings.'
        $script = Join-Path $TestDrive 'alias.ps1'
        Set-Content $script 'gci | Out-Null'
        { & $tools/Test-Script.ps1 -Path $script } | Should -Throw '*alias.ps1:1: PSAvoidUsingCmdletAliases:*'
    }
}

Describe 'The modules that the tools need' {
    BeforeAll {
        # A copy of the script with the requirements of this test.
        $copy = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'tools')
        Copy-Item $tools/Install-Requirement.ps1 $copy
        Set-Content $copy/requirements.psd1 @"
@{
    'Microsoft.PowerShell.Management' = @{ version = '$((Get-Module -ListAvailable Microsoft.PowerShell.Management)[0].Version)'; repository = 'NoSuchRepository' }
    'Contoso.Missing' = @{ version = '9.8.7'; repository = 'NoSuchRepository' }
}
"@
    }

    It 'are not reinstalled in the pinned version' {
        { & $copy/Install-Requirement.ps1 -Name Microsoft.PowerShell.Management } | Should -Not -Throw
    }

    It 'are reported with a recommended action if unavailable' {
        { & $copy/Install-Requirement.ps1 -Name Contoso.Missing } |
            Should -Throw ('Module Contoso.Missing 9.8.7 is missing*' +
                'Install-PSResource -Name Contoso.Missing -Version 9.8.7*PSModulePath*')
    }

    It 'are all pinned' {
        { & $copy/Install-Requirement.ps1 -Name Contoso.Other } | Should -Throw "*does not contain 'Contoso.Other'*"
    }
}

Describe 'build.ps1' {
    It 'rejects an unknown task and lists the known ones' {
        { & $root/build.ps1 -Task Nonsense } | Should -Throw '*Build, Help, Analyze, Test, Package, Publish*'
    }

    It 'accepts a comma-separated list from another shell' {
        $said = Invoke-Engine -NoProfile -NonInteractive -File $root/build.ps1 -Task 'Analyze,Nonsense' 2>&1
        $LASTEXITCODE | Should -Not -Be 0
        "$said" -replace '\s+', ' ' | Should -BeLike "*'Nonsense' is not a task*"
    }

    It 'runs tasks in order with existing scripts of tools/' {
        $text = Get-Content -Raw $root/build.ps1
        $scripts = [regex]::Matches($text, '\$tools/([\w-]+\.ps1)') |
            ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique
        $scripts.Count | Should -BeGreaterThan 5
        foreach ($script in $scripts) {
            Join-Path $tools $script | Should -Exist
        }
    }

    Context 'without PlatyPS' {
        BeforeAll {
            # The help sources, with a pinned version that does not exist.
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

        It 'uses committed help that matches the markdown, and reports it' {
            $run = Invoke-HelpTask
            $run.ExitCode | Should -Be 0 -Because $run.Said
            $run.Said | Should -BeLike ('*Microsoft.PowerShell.PlatyPS 9.8.7 is missing*' +
                'committed help is checked and used*by its hash*')
        }

        It 'fails if the committed help is stale' {
            Add-Content $project/docs/en-US/Confirm-CPThirdPartyJob.md 'More words.'
            $run = Invoke-HelpTask
            $run.ExitCode | Should -Not -Be 0
            $run.Said | Should -BeLike '*does not match docs/en-US*'
        }
    }
}
