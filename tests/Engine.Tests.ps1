# Tests of how the tests start PowerShell.
BeforeAll {
    . $PSScriptRoot/Shared/Engine.ps1

    # Creates a program that prints lines, like pwsh that reports its process and home.
    function New-Program([string[]] $Line) {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        if ($IsWindows) {
            $program = Join-Path $folder 'pwsh.cmd'
            Set-Content -LiteralPath $program -Value (@('@echo off') + ($Line | ForEach-Object { "echo $_" }))
        } else {
            $program = Join-Path $folder 'pwsh'
            Set-Content -LiteralPath $program -Value (@('#!/bin/sh') + ($Line | ForEach-Object { "echo '$_'" }))
            [IO.File]::SetUnixFileMode($program, 'UserRead, UserWrite, UserExecute')
        }

        $program
    }
}

Describe 'The engine that the tests start' {
    It 'is the process of the .NET tool instead of its shim' {
        $engine = Get-Engine -Path (New-Program 'somewhere/dotnet', 'home')
        $engine.FilePath | Should -Be 'somewhere/dotnet'
        $engine.Arguments | Should -Be (Join-Path 'home' 'pwsh.dll')
    }

    It 'is the program itself if that is PowerShell' {
        $engine = Get-Engine -Path (New-Program 'somewhere/pwsh', 'home')
        $engine.FilePath | Should -Be 'somewhere/pwsh'
        $engine.Arguments | Should -HaveCount 0
    }

    It 'is rejected if the program is not PowerShell' {
        $program = New-Program 'Usage: dotnet'
        { Get-Engine -Path $program } | Should -Throw "'$program' does not start PowerShell.*"
    }

    It 'is the one that runs the tests' {
        $said = Invoke-Engine -NoProfile -NonInteractive -Command '$PSHOME; exit 3'
        $LASTEXITCODE | Should -Be 3
        $said | Should -Be $PSHOME
    }

    It 'has a launcher pwsh in the same process that passes arguments' {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive "it's here")).FullName
        $start = [System.Diagnostics.ProcessStartInfo]::new((New-EngineLauncher $folder))
        $script = Join-Path $folder 'say.ps1'
        Set-Content -LiteralPath $script -Value 'param($What) $PID, $PSHOME, $What'
        foreach ($argument in '-NoProfile', '-NonInteractive', '-File', $script, "two words, an 'a'") {
            $start.ArgumentList.Add($argument)
        }

        $start.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $said = $process.StandardOutput.ReadToEnd() -split '\r?\n'
        $process.WaitForExit()
        $process.ExitCode | Should -Be 0
        $said[1..2] | Should -Be $PSHOME, "two words, an 'a'"
        if (-not $IsWindows) {
            $said[0] | Should -Be $process.Id
        }

        $process.Dispose()
    }
}

Describe 'Test-Module.ps1' {
    BeforeAll {
        $tool = [IO.Path]::Combine((Split-Path -Path $PSScriptRoot -Parent), 'tools', 'Test-Module.ps1')
        $pester = (Get-Module -Name Pester).ModuleBase
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'suite [1]')).FullName
        $files = @{
            'Kinds'    = 'Describe "A <N>" -ForEach @{ N = 1 } {
                It "passes" { }
                It "fails" { 1 | Should -Be 2 }
                It "is skipped" { Set-ItResult -Skipped -Because "no tool" }
            }
            Describe "A block" {
                BeforeAll { throw "no setup" }
                It "never runs" { }
            }'
            'Teardown' = 'Describe "D" { It "passes" { } }
                AfterAll { throw "no teardown" }'
            'Unread'   = 'Describe "D" {'
        }
        foreach ($name in $files.Keys) {
            Set-Content -LiteralPath (Join-Path $folder "$name.Tests.ps1") -Value $files[$name]
        }

        $found = Join-Path $folder 'results.jsonl'
        $common = '-NoProfile', '-NonInteractive', '-File', $tool, '-PesterPath', $pester
    }

    It 'writes a result for each test and for failures outside tests' {
        $said = Invoke-Engine @common -ResultPath $found -Path ([WildcardPattern]::Escape($folder))
        $LASTEXITCODE | Should -Be 1
        $said[-1] | Should -Be '2 passed, 5 failed, 1 skipped'
        $results = Get-Content -LiteralPath $found | ConvertFrom-Json
        $results | ForEach-Object { "$(Split-Path $_.file -Leaf): $($_.path) $($_.result) $($_.isBlock)" } |
            Sort-Object | Should -Be @(
                'Kinds.Tests.ps1: A 1.fails Failed False'
                'Kinds.Tests.ps1: A 1.is skipped Skipped False'
                'Kinds.Tests.ps1: A 1.passes Passed False'
                'Kinds.Tests.ps1: A block Failed True'
                'Kinds.Tests.ps1: A block.never runs Failed False'
                'Teardown.Tests.ps1: D.passes Passed False'
                'Teardown.Tests.ps1: Teardown.Tests.ps1 Failed True'
                'Unread.Tests.ps1: Unread.Tests.ps1 Failed True'
            )
        $byPath = $results | Group-Object -Property path -AsHashTable
        $byPath['A 1.fails'].template | Should -Be 'A <N>.fails'
        $byPath['A 1.fails'].message | Should -Be 'Expected 2, but got 1.'
        $byPath['A 1.fails'].stack | Should -BeLike '*Kinds.Tests.ps1:3*'
        $byPath['A 1.is skipped'].message | Should -Be 'no tool'
        $byPath['A block'].message | Should -BeLike '*no setup'
    }

    It 'lists tests without running any' {
        $file = [WildcardPattern]::Escape((Join-Path $folder 'Teardown.Tests.ps1'))
        $said = Invoke-Engine @common -ResultPath $found -List -Path $file
        $LASTEXITCODE | Should -Be 0 -Because "$said"
        $listed = @(Get-Content -LiteralPath $found | ConvertFrom-Json)
        $listed.path | Should -Be 'D.passes'
        $listed.result | Should -Be 'NotRun'
    }

    It 'names the missing Pester and its location' {
        $said = Invoke-Engine @common -PesterVersion 5.99.0
        $LASTEXITCODE | Should -Be 3
        $said[0] | Should -BeLike "Pester 5.99.0 was not found in $([WildcardPattern]::Escape($pester))*"
    }
}
