BeforeDiscovery {
    Set-StrictMode -Version Latest
    $root = Split-Path -Path $PSScriptRoot -Parent
    $pages = @(foreach ($path in 'README.md', 'ARCHITECTURE.md', 'CHANGELOG.md') { Get-Item -Path (Join-Path $root $path) }) +
        @(Get-ChildItem -Path (Join-Path $root docs) -Filter *.md -Recurse) | ForEach-Object {
            @{ Page = [IO.Path]::GetRelativePath($root, $_.FullName).Replace('\', '/'); Path = $_.FullName }
        }
    $topics = Get-ChildItem -Path ([IO.Path]::Combine($root, 'module', 'en-US', 'about_*.help.txt')) | ForEach-Object {
        @{ Page = $_.Name; Path = $_.FullName }
    }
}

BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest

    function Get-Text([string] $Path) {
        [IO.File]::ReadAllText($Path) -replace "`r`n", "`n"
    }

    # Text without code, in which brackets are no links.
    function Get-Prose([string] $Path) {
        (Get-Text $Path) -replace '(?ms)^```.*?^```$' -replace '`[^`\n]*`'
    }

    # The anchors of a page's headings, as GitHub makes them.
    function Get-Anchor([string] $Path) {
        $text = (Get-Text $Path) -replace '(?ms)^```.*?^```$'
        [regex]::Matches($text, '(?m)^#+ (.+)$') | ForEach-Object {
            $_.Groups[1].Value.ToLowerInvariant() -replace '[^\p{L}\p{Nd} _-]' -replace ' ', '-'
        }
    }

    # What a page or topic shows as code of PowerShell.
    function Get-Code([string] $Path) {
        $text = Get-Text $Path
        if ($Path -like '*.md') {
            [regex]::Matches($text, '(?ms)^```powershell\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value }
        } else {
            [regex]::Matches($text, '(?m)(?:^ {8}.*\n|^\n(?= {8}))+') | ForEach-Object { $_.Value }
        }
    }

    # Ids of the catalogue: the only texts of its files that are one word with a capital.
    function Get-CatalogueId {
        foreach ($file in 'ErrorCatalog.cs', 'CommandError.cs') {
            $source = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'src', 'CodePipeline.ThirdParty', 'Errors', $file))
            [regex]::Matches($source, '(?m)(?:\(|= |^\s+|, |\? |: )"([A-Z][A-Za-z0-9]+)"(?=[,;) ])') | ForEach-Object { $_.Groups[1].Value }
        }
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe '<Page>' -ForEach $pages {
    It 'has links that lead somewhere' {
        foreach ($match in [regex]::Matches((Get-Prose $Path), '\]\(<?([^)\s>]+)>?\)')) {
            $target = $match.Groups[1].Value
            if ($target -match '^https?:') {
                [uri]::IsWellFormedUriString($target, 'Absolute') | Should -BeTrue -Because "$target is a URL"
                $target | Should -Not -Match '^http://' -Because 'links are https'
                continue
            }

            $file, $anchor = $target -split '#', 2
            $to = if ($file) { [IO.Path]::GetFullPath([IO.Path]::Combine((Split-Path -Path $Path -Parent), $file)) } else { $Path }
            Test-Path -LiteralPath $to | Should -BeTrue -Because "$Page links to $target"
            if ($anchor) {
                Get-Anchor $to | Should -Contain $anchor -Because "$Page links to $target"
            }
        }
    }

    It 'has tables whose rows have as many cells as their heads' {
        $width = 0
        foreach ($line in (Get-Text $Path) -replace '(?ms)^```.*?^```$' -split '\n') {
            if ($line -notmatch '^\|') {
                $width = 0
                continue
            }

            $cells = ($line -replace '\\\|' -replace '`[^`]*`' -replace '[^|]').Length
            if ($width) {
                $cells | Should -Be $width -Because $line
            }

            $width = $cells
        }
    }
}

Describe 'The code in <Page>' -ForEach ($pages + $topics) {
    It 'parses, and calls the module''s cmdlets with parameters that they have' {
        foreach ($code in Get-Code $Path) {
            if ($Path -like '*.txt' -and $code -notmatch '-CPThirdParty') {
                # Indented words of a topic, not code.
                continue
            }

            $errors = $null
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref]$null, [ref]$errors)
            $errors | Should -BeNullOrEmpty -Because $code
            foreach ($call in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $name = $call.GetCommandName()
                if ($name -notlike '*-CPThirdParty*') {
                    continue
                }

                $command = Get-Command -Name $name -Module CodePipeline.ThirdParty -ErrorAction Ignore
                $command | Should -Not -BeNullOrEmpty -Because "$Page calls $name"
                $known = @($command.Parameters.Keys) + @($command.Parameters.Values.Aliases)
                foreach ($given in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $known | Should -Contain $given.ParameterName -Because "$Page calls $name -$($given.ParameterName)"
                }
            }
        }
    }

    It 'names cmdlets that are there' {
        $known = (Get-Module -Name CodePipeline.ThirdParty).ExportedCmdlets.Keys
        $text = Get-Text $Path
        if ($Page -eq 'docs/moving.md') {
            # There, names of AWS.Tools stand in the first column.
            $text = $text -replace '(?m)^\| `(Write|Get)-CP[^|]*\|'
        }

        foreach ($match in [regex]::Matches($text, '\b[A-Z][a-z]+-CPThirdParty\w*\b')) {
            $known | Should -Contain $match.Value -Because "$Page names it"
        }
    }
}

Describe 'Troubleshooting' {
    It 'has each error of the catalogue and no other' {
        $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'troubleshooting.md'))
        [regex]::Matches($page, '(?m)^### (\w+)$') | ForEach-Object { $_.Groups[1].Value } | Sort-Object | Should -Be @(Get-CatalogueId | Sort-Object -Unique)
    }

    It 'is what the topic about errors lists' {
        $topic = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'module', 'en-US', 'about_CPThirdParty_Errors.help.txt'))
        $listed = [regex]::Matches($topic, '(?m)^    (\w+) +([A-Z][A-Za-z]+)  +\S')
        $listed | ForEach-Object { $_.Groups[1].Value } | Sort-Object | Should -Be @(Get-CatalogueId | Sort-Object -Unique)
        $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'troubleshooting.md'))
        foreach ($entry in $listed) {
            $page | Should -Match "(?m)^### $($entry.Groups[1].Value)\n\n$($entry.Groups[2].Value)\. "
        }
    }
}

Describe 'Moving here' {
    It 'names each option of the AWS CLI''s five commands' {
        $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'moving.md'))
        foreach ($option in 'action-type-id', 'max-batch-size', 'job-id', 'client-token', 'nonce', 'current-revision', 'continuation-token',
            'execution-details', 'failure-details', 'cli-input-json', 'cli-input-yaml', 'generate-cli-skeleton', 'debug', 'endpoint-url',
            'no-verify-ssl', 'no-paginate', 'output', 'query', 'profile', 'region', 'version', 'color', 'no-sign-request', 'ca-bundle',
            'cli-read-timeout', 'cli-connect-timeout', 'cli-binary-format', 'no-cli-pager', 'cli-auto-prompt', 'no-cli-auto-prompt') {
            $page | Should -Match "(?m)^\| [^|]*``--$option\b" -Because "--$option is an option of the AWS CLI"
        }
    }
}

Describe 'Runners' {
    It 'names each input of the action and no other' {
        $action = Join-Path $RepositoryRoot action.yml
        if (-not (Test-Path -LiteralPath $action)) {
            Set-ItResult -Skipped -Because 'there is no action.yml'
        }

        $block = [regex]::Match((Get-Text $action), '(?ms)^inputs:\n(.*?)^\w').Groups[1].Value
        $inputs = [regex]::Matches($block, '(?m)^  ([a-z-]+):') | ForEach-Object { $_.Groups[1].Value }
        $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'runners.md'))
        $table = [regex]::Match($page, '(?ms)^## Inputs\n(.*?)^Outputs').Groups[1].Value
        $named = [regex]::Matches($table, '(?m)^\| ([^|]+) \|') | ForEach-Object {
            [regex]::Matches($_.Groups[1].Value, '`([a-z-]+)`') | ForEach-Object { $_.Groups[1].Value }
        }
        $named | Sort-Object | Should -Be @($inputs | Sort-Object)
    }

    Context 'The template for Azure DevOps' {
        BeforeAll {
            # Names of a YAML list or map at one depth, with the default that stands below each.
            function Get-Declared([string] $Text, [string] $Pattern) {
                $declared = [ordered]@{}
                foreach ($line in $Text -split '\n') {
                    if ($line -match $Pattern) {
                        $name = $Matches[1]
                        $declared[$name] = ''
                    } elseif ($line -match '^    default: "?([^"]*)"?$') {
                        $declared[$name] = $Matches[1]
                    }
                }

                $declared
            }

            $action = Get-Text (Join-Path $RepositoryRoot action.yml)
            $inputs = @{}
            $given = Get-Declared ([regex]::Match($action, '(?ms)^inputs:\n(.*?)^\w').Groups[1].Value) '^  ([a-z-]+):$'
            foreach ($name in $given.Keys) {
                $inputs[[regex]::Replace($name, '-([a-z])', { $args[0].Groups[1].Value.ToUpperInvariant() })] = $given[$name]
            }

            $template = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'azure-pipelines', 'worker.yml'))
            $parameters = Get-Declared ([regex]::Match($template, '(?ms)^parameters:\n(.*?)^\w').Groups[1].Value) '^  - name: (\w+)$'
            $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'runners.md'))
            $section = [regex]::Match($page, '(?ms)^## Azure DevOps\n(.*?)^## ').Groups[1].Value
            $own = [regex]::Matches($section, '(?m)^\| `(\w+)` \|') | ForEach-Object { $_.Groups[1].Value }
        }

        It 'has the action''s inputs, the page''s own parameters, and no other' {
            $parameters.Count | Should -BeGreaterThan 20
            $parameters.Keys | Sort-Object | Should -Be @(@($inputs.Keys -ne 'audience') + $own | Sort-Object)
        }

        It 'has the same defaults' {
            foreach ($name in $parameters.Keys | Where-Object { $_ -notin $own }) {
                $parameters[$name] | Should -BeExactly $inputs[$name] -Because "parameter $name is the action's input"
            }

            foreach ($name in $own | Where-Object { $parameters[$_] }) {
                $section | Should -Match "(?m)^\| ``$name`` \|.*``$([regex]::Escape($parameters[$name]))``" -Because "$name has a default"
            }
        }

        It 'is called on the page and in its own head with parameters that it has' {
            foreach ($text in $section, $template) {
                $block = [regex]::Match($text, '(?m)^(#?\s+)parameters:\n((?:\1 +\w+:.*\n)+)').Groups[2].Value
                $used = [regex]::Matches($block, '(?m)^#?\s+(\w+):') | ForEach-Object { $_.Groups[1].Value }
                $used.Count | Should -BeGreaterThan 3
                $used | Where-Object { $_ -notin $parameters.Keys } | Should -BeNullOrEmpty
            }
        }

        It 'is matched by the action''s example, whose inputs are there' {
            $example = [regex]::Match($page, '(?m)^        with:\n((?:          [a-z-]+:.*\n)+)').Groups[1].Value
            $used = [regex]::Matches($example, '(?m)^\s+([a-z-]+):') | ForEach-Object { $_.Groups[1].Value }
            $used.Count | Should -BeGreaterThan 3
            $used | Where-Object { $_ -notin $given.Keys } | Should -BeNullOrEmpty
        }
    }
}

Describe 'The picture of a session' {
    It 'is what the cmdlets print' {
        $fresh = Join-Path ([IO.Path]::GetTempPath()) "$([guid]::NewGuid()).svg"
        try {
            $tool = [IO.Path]::Combine($RepositoryRoot, 'tools', 'New-SessionPicture.ps1')
            $run = Invoke-ChildPwsh -NoImport -TimeoutSeconds 240 -Script "& '$tool' -OutputPath '$fresh'"
            $run.ExitCode | Should -Be 0
            $drawn = $fresh, ([IO.Path]::Combine($RepositoryRoot, 'docs', 'session.svg')) | ForEach-Object {
                # Ids are new each time, and times the machine's.
                (Get-Text $_) -replace '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'ID' -replace '\d\d:\d\d:\d\d\.\d', 'TIME'
            }
            $drawn[0] | Should -Be $drawn[1]
        } finally {
            Remove-Item -LiteralPath $fresh -ErrorAction Ignore
        }
    }
}

Describe 'From nothing to a running worker' {
    It 'runs as printed, up to AWS' {
        $page = (Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'getting-started.md'))) -split '(?m)^## Against AWS$'
        $page | Should -HaveCount 2
        $code = [regex]::Matches($page[0], '(?ms)^```powershell\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value } |
            Where-Object { $_ -notmatch '^Install-|^Import-Module' }
        $folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
        try {
            $run = Invoke-ChildPwsh -TimeoutSeconds 600 -Script ("Set-StrictMode -Version Latest; Set-Location '$folder'`n" + ($code -join "`n") + "`n'The end.'")
            $run.Errors | Should -BeNullOrEmpty
            $run.ExitCode | Should -Be 0
            $run.Lines[-1] | Should -Be 'The end.'
        } finally {
            Remove-Item -LiteralPath $folder -Recurse -Force
        }
    }
}
