# Validates the YAML files with the schemas of GitHub workflows and actions and with the repository's rules. Uses npm
# tools pinned in tools/yaml.
BeforeDiscovery {
    $node = Get-Command -Name node -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    $npm = Get-Command -Name npm -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    $lint = Join-Path ([IO.Path]::GetTempPath()) "yaml-$([guid]::NewGuid())"
    $missing = if (-not $node -or -not $npm) {
        'node and npm are not installed'
    } else {
        $null = New-Item -ItemType Directory -Path $lint
        Copy-Item "$PSScriptRoot/../tools/yaml/*" $lint
        Push-Location $lint
        $said = & $npm install --no-audit --no-fund --no-package-lock --silent 2>&1
        Pop-Location
        if ($LASTEXITCODE -ne 0) {
            "npm could not install the checkers: $said"
        }
    }
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot -Parent

    # A copy of a repository file with one error.
    function New-WrongFile([string] $Path, [string] $Old, [string] $New) {
        $text = Get-Content -Raw "$root/$Path"
        $text | Should -Match ([regex]::Escape($Old))
        $copy = Join-Path $TestDrive "$([guid]::NewGuid())/$Path"
        $null = New-Item -ItemType Directory -Path (Split-Path $copy)
        Set-Content $copy $text.Replace($Old, $New)
        $copy
    }

    function Get-Finding([string[]] $Path) {
        $found = & $node "$lint/check.mjs" @Path 2>&1
        "$found"
    }
}

Describe 'The YAML files' -ForEach @{ Lint = $lint; Node = $node; Missing = $missing } {
    AfterAll {
        Remove-Item -Path $Lint -Recurse -ErrorAction Ignore
    }

    It 'have their checkers' {
        if ($Missing) {
            Set-ItResult -Skipped -Because $Missing
        }

        "$Lint/check.mjs" | Should -Exist
    }

    if ($missing) {
        return
    }

    It 'are valid to GitHub: <_>' -TestCases 'action.yml', '.github/workflows/ci.yml', '.github/workflows/release.yml' {
        $said = & $node "$lint/node_modules/@action-validator/cli/cli.mjs" "$root/$_" 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$said"
    }

    It 'follow the rules on actions, permissions and expressions' {
        Get-Finding "$root/action.yml", "$root/azure-pipelines/worker.yml", "$root/.github/workflows/ci.yml",
            "$root/.github/workflows/release.yml" |
            Should -BeNullOrEmpty
    }

    It 'fail with <What>' -TestCases @(
        @{ What = 'an action by its tag'; File = '.github/workflows/ci.yml'
            Old = 'checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8'; New = 'checkout@v5'; Says = 'not pinned'
        }
        @{ What = 'more rights'; File = '.github/workflows/ci.yml'; Old = "permissions:`n  contents: read"
            New = "permissions: write-all"; Says = 'permissions'
        }
        @{ What = 'an input in a script'; File = 'action.yml'; Old = "run: '& "; New = "run: '`${{ inputs.script }}; & "
            Says = 'contains an expression'
        }
        @{ What = 'an input that reaches nobody'; File = 'action.yml'; Old = '${{ inputs.journal }}'
            New = '${{ inputs.log }}'; Says = 'input journal is declared'
        }
        @{ What = 'a key that Azure DevOps does not know'; File = 'azure-pipelines/worker.yml'; Old = 'displayName:'
            New = 'displaynames:'; Says = 'additional properties'
        }
        @{ What = 'a parameter that is not declared'; File = 'azure-pipelines/worker.yml'; Old = '${{ parameters.log }}'
            New = '${{ parameters.logs }}'; Says = 'parameter logs is used'
        }
    ) {
        Get-Finding (New-WrongFile -Path $File -Old $Old -New $New) | Should -BeLike "*$Says*"
    }

    It 'fail GitHub''s schema with an unknown key' {
        $wrong = New-WrongFile -Path '.github/workflows/ci.yml' -Old 'runs-on: windows-2025' -New 'run-on: windows-2025'
        $null = & $node "$lint/node_modules/@action-validator/cli/cli.mjs" $wrong 2>&1
        $LASTEXITCODE | Should -Not -Be 0
    }
}
