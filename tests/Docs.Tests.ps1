BeforeDiscovery {
    Set-StrictMode -Version Latest
    $root = Split-Path -Path $PSScriptRoot -Parent
    $pages = @(
        foreach ($path in 'README.md', 'ARCHITECTURE.md', 'CHANGELOG.md') { Get-Item -Path (Join-Path $root $path) }
    ) +
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

    # Removes code, whose brackets are not links.
    function Get-Prose([string] $Path) {
        (Get-Text $Path) -replace '(?ms)^```.*?^```$' -replace '`[^`\n]*`'
    }

    # Returns the anchors that GitHub generates for a page's headings.
    function Get-Anchor([string] $Path) {
        $text = (Get-Text $Path) -replace '(?ms)^```.*?^```$'
        [regex]::Matches($text, '(?m)^#+ (.+)$') | ForEach-Object {
            $_.Groups[1].Value.ToLowerInvariant() -replace '[^\p{L}\p{Nd} _-]' -replace ' ', '-'
        }
    }

    # Returns the PowerShell code of a page or topic.
    function Get-Code([string] $Path) {
        $text = Get-Text $Path
        if ($Path -like '*.md') {
            [regex]::Matches($text, '(?ms)^```powershell\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value }
        } else {
            [regex]::Matches($text, '(?m)(?:^ {8}.*\n|^\n(?= {8}))+') | ForEach-Object { $_.Value }
        }
    }

    # The ids of the catalogue: the only literals of its files that are one capitalized word.
    function Get-CatalogueId {
        foreach ($file in 'ErrorCatalog.cs', 'CommandError.cs') {
            $source = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'src', 'CodePipeline.ThirdParty', 'Errors', $file))
            [regex]::Matches($source, '(?m)(?:\(|= |^\s+|, |\? |: )"([A-Z][A-Za-z0-9]+)"(?=[,;) ])') |
                ForEach-Object { $_.Groups[1].Value }
        }
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe '<Page>' -ForEach $pages {
    It 'has valid links' {
        foreach ($match in [regex]::Matches((Get-Prose $Path), '\]\(<?([^)\s>]+)>?\)')) {
            $target = $match.Groups[1].Value
            if ($target -match '^https?:') {
                [uri]::IsWellFormedUriString($target, 'Absolute') | Should -BeTrue -Because "$target is a URL"
                $target | Should -Not -Match '^http://' -Because 'links are https'
                continue
            }

            $file, $anchor = $target -split '#', 2
            $to = if ($file) {
                [IO.Path]::GetFullPath([IO.Path]::Combine((Split-Path -Path $Path -Parent), $file))
            } else { $Path }
            Test-Path -LiteralPath $to | Should -BeTrue -Because "$Page links to $target"
            if ($anchor) {
                Get-Anchor $to | Should -Contain $anchor -Because "$Page links to $target"
            }
        }
    }

    It 'has tables with matching row and header lengths' {
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
    It 'parses and uses existing cmdlet parameters' {
        foreach ($code in Get-Code $Path) {
            if ($Path -like '*.txt' -and $code -notmatch '-CPThirdParty') {
                # Indented text of a topic, not code.
                continue
            }

            $errors = $null
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref]$null, [ref]$errors)
            $errors | Should -BeNullOrEmpty -Because $code
            foreach (
                $call in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
            ) {
                $name = $call.GetCommandName()
                if ($name -notlike '*-CPThirdParty*') {
                    continue
                }

                $command = Get-Command -Name $name -Module CodePipeline.ThirdParty -ErrorAction Ignore
                $command | Should -Not -BeNullOrEmpty -Because "$Page calls $name"
                $known = @($command.Parameters.Keys) + @($command.Parameters.Values.Aliases)
                foreach (
                    $given in $call.CommandElements |
                        Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }
                ) {
                    $known | Should -Contain $given.ParameterName -Because "$Page calls $name -$($given.ParameterName)"
                }
            }
        }
    }

    It 'names existing cmdlets' {
        $module = Get-Module -Name CodePipeline.ThirdParty
        $known = @($module.ExportedCmdlets.Keys) + @($module.ExportedAliases.Keys)
        $text = Get-Text $Path
        if ($Page -eq 'docs/moving.md') {
            # The first column contains names of AWS.Tools.
            $text = $text -replace '(?m)^\| `(Write|Get)-CP[^|]*\|'
        }

        foreach ($match in [regex]::Matches($text, '\b[A-Z][a-z]+-CPThirdParty\w*\b')) {
            $known | Should -Contain $match.Value -Because "$Page names it"
        }
    }
}

Describe 'Troubleshooting' {
    It 'lists exactly the errors of the catalogue' {
        $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'troubleshooting.md'))
        [regex]::Matches($page, '(?m)^### (\w+)$') | ForEach-Object { $_.Groups[1].Value } | Sort-Object |
            Should -Be @(Get-CatalogueId | Sort-Object -Unique)
    }

    It 'matches the topic about errors' {
        $topic = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'module', 'en-US', 'about_CPThirdParty_Errors.help.txt'))
        $listed = [regex]::Matches($topic, '(?m)^    (\w+) +([A-Z][A-Za-z]+)  +\S')
        $listed | ForEach-Object { $_.Groups[1].Value } | Sort-Object |
            Should -Be @(Get-CatalogueId | Sort-Object -Unique)
        $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'troubleshooting.md'))
        foreach ($entry in $listed) {
            $page | Should -Match "(?m)^### $($entry.Groups[1].Value)\n\n$($entry.Groups[2].Value)\. "
        }
    }
}

Describe 'The page about moving' {
    It 'names all options of the AWS CLI''s five commands' {
        $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'moving.md'))
        $options = 'action-type-id', 'max-batch-size', 'job-id', 'client-token', 'nonce', 'current-revision',
            'continuation-token', 'execution-details', 'failure-details', 'cli-input-json', 'cli-input-yaml',
            'generate-cli-skeleton', 'debug', 'endpoint-url', 'no-verify-ssl', 'no-paginate', 'output', 'query',
            'profile', 'region', 'version', 'color', 'no-sign-request', 'ca-bundle', 'cli-read-timeout',
            'cli-connect-timeout', 'cli-binary-format', 'no-cli-pager', 'cli-auto-prompt', 'no-cli-auto-prompt'
        foreach ($option in $options) {
            $page | Should -Match "(?m)^\| [^|]*``--$option\b" -Because "--$option is an option of the AWS CLI"
        }
    }
}

Describe 'Runners' {
    It 'shows the current version on the page and in the template' {
        $version = (Import-PowerShellDataFile $ModuleManifest).ModuleVersion
        foreach ($file in 'docs/runners.md', 'azure-pipelines/worker.yml') {
            $shown = [regex]::Matches(
                (Get-Text (Join-Path $RepositoryRoot $file)), '(?:CodePipeline\.ThirdParty@|refs/tags/)(\S+)') |
                ForEach-Object { $_.Groups[1].Value }
            $shown | Should -Not -BeNullOrEmpty
            $shown | Sort-Object -Unique | Should -Be "v$version" -Because "$file names it"
        }
    }

    It 'lists exactly the inputs of the action' {
        $action = Join-Path $RepositoryRoot action.yml
        if (-not (Test-Path -LiteralPath $action)) {
            Set-ItResult -Skipped -Because 'there is no action.yml'
        }

        $block = [regex]::Match((Get-Text $action), '(?ms)^inputs:\n(.*?)^\w').Groups[1].Value
        $inputs = [regex]::Matches($block, '(?m)^  ([a-z0-9-]+):') | ForEach-Object { $_.Groups[1].Value }
        $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'runners.md'))
        $table = [regex]::Match($page, '(?ms)^## Inputs\n(.*?)^Outputs').Groups[1].Value
        $named = [regex]::Matches($table, '(?m)^\| ([^|]+) \|') | ForEach-Object {
            [regex]::Matches($_.Groups[1].Value, '`([a-z0-9-]+)`') | ForEach-Object { $_.Groups[1].Value }
        }
        $named | Sort-Object | Should -Be @($inputs | Sort-Object)
    }

    Context 'The template for Azure DevOps' {
        BeforeAll {
            # Returns the names of a YAML list or map at one level, with their defaults.
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
            $block = [regex]::Match($action, '(?ms)^inputs:\n(.*?)^\w').Groups[1].Value
            $given = Get-Declared $block '^  ([a-z0-9-]+):$'
            foreach ($name in $given.Keys) {
                $camel = [regex]::Replace($name, '-([a-z])', { $args[0].Groups[1].Value.ToUpperInvariant() })
                $inputs[$camel] = $given[$name]
            }

            $template = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'azure-pipelines', 'worker.yml'))
            $parameters = Get-Declared (
                [regex]::Match($template, '(?ms)^parameters:\n(.*?)^\w').Groups[1].Value
            ) '^  - name: (\w+)$'
            $page = Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'runners.md'))
            $section = [regex]::Match($page, '(?ms)^## Azure DevOps\n(.*?)^## ').Groups[1].Value
            $own = [regex]::Matches($section, '(?m)^\| `(\w+)` \|') | ForEach-Object { $_.Groups[1].Value }
        }

        It 'has exactly the action''s inputs and the page''s parameters' {
            $parameters.Count | Should -BeGreaterThan 20
            $parameters.Keys | Sort-Object | Should -Be @(@($inputs.Keys -ne 'audience') + $own | Sort-Object)
        }

        It 'has the same defaults' {
            # The template is not next to a manifest, so it contains the version itself.
            $parameters['moduleVersion'] | Should -Be (Import-PowerShellDataFile $ModuleManifest).ModuleVersion
            foreach ($name in $parameters.Keys | Where-Object { $_ -notin $own + 'moduleVersion' }) {
                $parameters[$name] | Should -BeExactly $inputs[$name] -Because "parameter $name is the action's input"
            }

            foreach ($name in $own | Where-Object { $parameters[$_] }) {
                $default = [regex]::Escape($parameters[$name])
                $section | Should -Match "(?m)^\| ``$name`` \|.*``$default``" -Because "$name has a default"
            }
        }

        It 'is called with existing parameters in all examples' {
            foreach ($text in $section, $template) {
                $block = [regex]::Match($text, '(?m)^(#?\s+)parameters:\n((?:\1 +\w+:.*\n)+)').Groups[2].Value
                $used = [regex]::Matches($block, '(?m)^#?\s+(\w+):') | ForEach-Object { $_.Groups[1].Value }
                $used.Count | Should -BeGreaterThan 3
                $used | Where-Object { $_ -notin $parameters.Keys } | Should -BeNullOrEmpty
            }
        }

        It 'matches the action''s example, which uses existing inputs' {
            $example = [regex]::Match($page, '(?m)^        with:\n((?:          [a-z-]+:.*\n)+)').Groups[1].Value
            $used = [regex]::Matches($example, '(?m)^\s+([a-z-]+):') | ForEach-Object { $_.Groups[1].Value }
            $used.Count | Should -BeGreaterThan 3
            $used | Where-Object { $_ -notin $given.Keys } | Should -BeNullOrEmpty
        }
    }
}

Describe 'The picture of a session' {
    It 'shows the cmdlets'' output' {
        $fresh = Join-Path ([IO.Path]::GetTempPath()) "$([guid]::NewGuid()).svg"
        try {
            $tool = [IO.Path]::Combine($RepositoryRoot, 'tools', 'New-SessionPicture.ps1')
            $run = Invoke-ChildPwsh -NoImport -TimeoutSeconds 240 -Script "& '$tool' -OutputPath '$fresh'"
            $run.ExitCode | Should -Be 0
            $drawn = $fresh, ([IO.Path]::Combine($RepositoryRoot, 'docs', 'session.svg')) | ForEach-Object {
                # Ids and times differ for each run.
                (Get-Text $_) -replace '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'ID' -replace '\d\d:\d\d:\d\d\.\d',
                    'TIME'
            }
            $drawn[0] | Should -Be $drawn[1]
        } finally {
            Remove-Item -LiteralPath $fresh -ErrorAction Ignore
        }
    }
}

Describe 'Getting started' {
    It 'runs as printed, up to AWS' {
        $page =
            (Get-Text ([IO.Path]::Combine($RepositoryRoot, 'docs', 'getting-started.md'))) -split '(?m)^## Against AWS$'
        $page | Should -HaveCount 2
        $code = [regex]::Matches($page[0], '(?ms)^```powershell\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value } |
            Where-Object { $_ -notmatch '^Install-|^Import-Module' }
        $folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
        try {
            $run = Invoke-ChildPwsh -TimeoutSeconds 600 -Script (
                "Set-StrictMode -Version Latest; Set-Location '$folder'`n" + ($code -join "`n") + "`n'The end.'"
            )
            $run.Errors | Should -BeNullOrEmpty
            $run.ExitCode | Should -Be 0
            $run.Lines[-1] | Should -Be 'The end.'
        } finally {
            Remove-Item -LiteralPath $folder -Recurse -Force
        }
    }
}

# Runs each code block of a page as printed, with the reader's assumed setup: waiting jobs and own commands.
Describe 'The code that a reader copies' {
    BeforeDiscovery {
        $jobs = @{ Count = 2; Configuration = @{ ProjectName = 'website' } }
        $one = @{ Count = 1 }
        $artifacts = @{ InputArtifact = @{ Site = 'site.zip' }; OutputArtifact = 'Report' }
        $each = 'foreach ($job in Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail | ' +
            'Confirm-CPThirdPartyJob)'
        $blocks = @(
            @{ Page = 'README.md'; Begins = 'Invoke-CPThirdPartyWorker -ActionType Test/Contoso/1 -NoArtifact'
                Jobs = $one; Stops = $true; Ends = 'Succeeded '
            }
            @{ Page = 'README.md'; Begins = "$each {`n    try"; Jobs = $jobs; Ends = 'Succeeded ok', 'Succeeded ok' }
            @{ Page = 'README.md'; Begins = '$modules = '
                Before = '& "$env:CPTHIRDPARTY_TEST_ROOT/tools/New-ReleaseZip.ps1" -Destination . | Out-Null'
                NoModule = $true; Then = '(Get-Module CodePipeline.ThirdParty).ModuleBase'
                Prints = '*modules?CodePipeline.ThirdParty?*'
            }
            @{ Page = 'README.md'; Begins = 'Import-Module ./output'; AtRoot = $true
                Then = '(Get-Module CodePipeline.ThirdParty).ModuleBase'
                Prints = '*output?CodePipeline.ThirdParty?*'
            }
            @{ Page = 'README.md'; Begins = '# An emulator, and a session'; Prints = '*40 tests passed*'
                Ends = 'Succeeded 40 tests passed', 'Succeeded 40 tests passed'
            }
            @{ Page = 'README.md'; Begins = "$each {`n    `$in"; Jobs = $artifacts + @{ Count = 2 }
                Ends = 'Succeeded ok Report', 'Succeeded ok Report'
            }
            @{ Page = 'README.md'; Begins = 'Invoke-CPThirdPartyWorker -ActionType Test/Contoso/1 -JournalPath'
                Jobs = $artifacts
                Ends = 'Succeeded 1 pages Report'; Stops = $true
            }
            @{ Page = 'README.md'; Begins = 'Get-CPThirdPartyJobDetail $id'; Before = '$id = "nothing"; $token = "none"'
                Jobs = @{}; ShowsComments = $true
            }
            @{ Page = 'docs/getting-started.md'; Begins = 'Connect-CPThirdParty -Region eu-central-1'
                Prints = '*customer-7*'
            }
            @{ Page = 'docs/getting-started.md'
                Begins = 'Invoke-CPThirdPartyWorker -ActionType Test/Contoso/1 -FilePath'
                Jobs = $one; Stops = $true; Ends = 'Succeeded handled'
            }
            @{ Page = 'docs/runners.md'; Begins = 'Import-Module ./thirdparty'; Without = '^Import-Module.*\n'; Jobs = $one
                Stops = $true; Ends = 'Succeeded handled'
            }
            @{ Page = 'docs/runners.md'; Begins = 'Complete-CPThirdPartyJob -JobId $env:JOB_ID'
                Jobs = @{ ClientId = 'customer-7' }
                Before = '$job = Get-CPThirdPartyJob Test/Contoso/1 | Confirm-CPThirdPartyJob
                    $env:JOB_ID = $job.JobId; $env:CLIENT_ID = "customer-7"; $env:GITHUB_RUN_ID = 17'
                Ends = 'Succeeded run 17'
            }
            @{ Page = 'docs/troubleshooting.md'; Begins = '$Error[0]'; Jobs = @{}
                Before = 'Get-CPThirdPartyJobDetail nothing -ClientToken none -ErrorAction SilentlyContinue'
                Prints = 'JobNotFound*Check the job id*'
            }
            @{ Page = 'docs/troubleshooting.md'; Begins = 'Test-CPThirdPartyConnection'
                Jobs = @{ ClientId = 'customer-7' }; Prints = '*AcknowledgeThirdPartyJob*'
            }
        )
    }

    It '<Page>: <Begins> …' -TestCases $blocks {
        param($Page, $Begins, $Jobs, $Before, $Then, $Ends, $Prints, $Without, $AtRoot, $NoModule,
            $Stops, $ShowsComments)
        if ($Stops -and $IsWindows) {
            Set-ItResult -Skipped -Because 'Windows has no signal that ends a worker'
        }

        $code = @(
            Get-Code (Join-Path $RepositoryRoot $Page) |
                Where-Object { $_.StartsWith($Begins, [StringComparison]::Ordinal) }
        )
        $code.Count | Should -Be 1 -Because "$Page has that block once"
        $code = if ($Without) { $code[0] -replace $Without } else { $code[0] }
        $folder =
            (New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))).FullName
        try {
            # Defines the reader's own commands. Ends the worker after its job, like the system would.
            $own = New-Item -ItemType Directory -Path ([IO.Path]::Combine($folder, 'modules', 'Contoso'))
            $end = if ($Stops) { '/bin/sh -c "kill -TERM $PID"' }
            Set-Content $own/Contoso.psm1 @"
function Test-It(`$What, `$Folder) {
    $end
    if (`$Folder) {
        `$null = New-Item -ItemType Directory -Path `$Folder -Force
        Copy-Item -Path `$What/Site/* -Destination `$Folder
    }
}
function Test-Site([string] `$Path) {
    $end
    [pscustomobject]@{ Count = @(Get-ChildItem -Path `$Path -Filter *.html).Count; Id = 'run-1' }
}
"@
            New-ModuleManifest -Path $own/Contoso.psd1 -RootModule Contoso.psm1 -FunctionsToExport Test-It, Test-Site
            Set-Content $folder/handler.ps1 @"
param(`$Job)
`$outcome = New-CPThirdPartyJobOutcome -Summary handled
$end
`$outcome
"@
            $vault = [IO.Path]::Combine($folder, 'modules', 'Microsoft.PowerShell.SecretManagement')
            $null = New-Item -ItemType Directory -Path $vault
            Set-Content $vault/Microsoft.PowerShell.SecretManagement.psm1 @'
function Get-Secret {
    param($Name, $Vault, [switch] $AsPlainText)
    if ($Vault -eq 'Partners' -and $Name -eq 'customer-7') { 'not-so-secret' }
}
function Get-SecretInfo { param($Name, $Vault) [pscustomobject]@{ Name = $Name } }
function Get-SecretVault { param($Name) [pscustomobject]@{ Name = $Name } }
'@
            $manifest = @{
                Path              = "$vault/Microsoft.PowerShell.SecretManagement.psd1"
                RootModule        = 'Microsoft.PowerShell.SecretManagement.psm1'
                FunctionsToExport = 'Get-Secret', 'Get-SecretInfo', 'Get-SecretVault'
            }
            New-ModuleManifest @manifest
            Set-Content $folder/config '[profile partner]', 'region = eu-central-1', 'aws_access_key_id = AKIAEXAMPLE',
                'aws_secret_access_key = example-secret-key'
            Set-Content $folder/index.html '<h1>Hello</h1>'
            Compress-Archive -LiteralPath $folder/index.html -DestinationPath $folder/site.zip

            $given = if ($Jobs) { ConvertTo-Json $Jobs -Compress -Depth 4 }
            $script = @"
Set-StrictMode -Version Latest
`$env:PSModulePath = '$(Join-Path $folder 'modules')' + [IO.Path]::PathSeparator + `$env:PSModulePath
Set-Location '$folder'
`$keys = @{ Region = 'eu-central-1'; AccessKey = 'AKIAEXAMPLE'; SecretKey = 'example-secret-key' }
if ('$given') {
    `$with = '$given' | ConvertFrom-Json -AsHashtable
    `$service = Start-CPThirdPartyEmulator -ActionType Test/Contoso/1 @keys
    `$service | Connect-CPThirdParty
    if (`$with.Count) { `$null = New-CPThirdPartyEmulatorJob -ActionType Test/Contoso/1 @with }
    `$env:AWS_ENDPOINT_URL_STS = 'http://127.0.0.1:9/'
} elseif ('$Begins' -like 'Connect-*') {
    `$service = Start-CPThirdPartyEmulator -ActionType Test/Contoso/1 @keys
    `$null = New-CPThirdPartyEmulatorJob -ActionType Test/Contoso/1 -ClientId customer-7 -ClientToken not-so-secret
    `$env:AWS_ENDPOINT_URL_CODEPIPELINE = `$service.Endpoint
    `$env:AWS_ENDPOINT_URL_STS = 'http://127.0.0.1:9/'
}
$Before
$(if ($AtRoot) { "Set-Location '$RepositoryRoot'" })
$code
$Then
'--'
if (Get-Command Get-CPThirdPartyEmulatorJob -ErrorAction Ignore) {
    foreach (`$each in Get-CPThirdPartyEmulator | Get-CPThirdPartyEmulatorJob) {
        `$left = `$each.OutputArtifacts |
            Where-Object { (Get-CPThirdPartyEmulator).FindObject(`$_.BucketName, `$_.ObjectKey) } |
            ForEach-Object Name
        "`$(`$each.Status) `$(`$each.Summary)`$(if (`$left) { " `$left" })"
    }
}
"@
            $files = @{ AWS_CONFIG_FILE = "$folder/config"; CPTHIRDPARTY_TEST_ROOT = $RepositoryRoot }
            $run = Invoke-ChildPwsh -NoImport:($AtRoot -or $NoModule) -TimeoutSeconds 600 -Environment $files -Script $script
            $run.Errors | Should -BeNullOrEmpty
            $run.ExitCode | Should -Be 0
            $printed, $left = $run.Output -split '(?m)^--\r?\n'
            if ($Ends) {
                @($left -split '\r?\n' | Where-Object { $_ }) | Should -Be $Ends
            }

            if ($Prints) {
                $printed | Should -BeLike $Prints
            }

            if ($ShowsComments) {
                @($printed -split '\r?\n' | Where-Object { $_ }) |
                    Should -Be @([regex]::Matches($code, '(?m)\S +# (.+)$') | ForEach-Object { $_.Groups[1].Value })
            }
        } finally {
            Remove-Item -LiteralPath $folder -Recurse -Force
        }
    }

    # Errors in the reader's own step. The step of the first job fails, that of the second does not.
    It '<Page>: <Begins> … reports a failed job and the next one' -TestCases @(
        @{ Page = 'README.md'; Begins = 'Invoke-CPThirdPartyWorker -ActionType Test/Contoso/1 -NoArtifact'
            Type = 'Test/Contoso/1'
        }
        @{ Page = 'README.md'; Begins = "$each {`n    try"; Type = 'Test/Contoso/1' }
        @{ Page = 'README.md'; Begins = "$each {`n    `$in"; Type = 'Test/Contoso/1' }
        @{ Page = 'module/en-US/about_CPThirdParty_Artifacts.help.txt'; Begins = '        foreach ($job in'
            Type = 'Build/Contoso/1'
        }
        @{ Page = 'module/en-US/about_CodePipeline.ThirdParty.help.txt'; Begins = '        foreach ($job in'
            Type = 'Test/Contoso/1'
        }
        @{ Page = 'module/en-US/about_CodePipeline.ThirdParty.help.txt'; Begins = '        Invoke-CPThirdPartyWorker'
            Type = 'Test/Contoso/1'
        }
    ) {
        $code = @(
            Get-Code (Join-Path $RepositoryRoot $Page) |
                Where-Object { $_.TrimStart("`n").StartsWith($Begins, [StringComparison]::Ordinal) }
        )
        $code.Count | Should -Be 1 -Because "$Page has that block once"
        $text = $code[0].Replace('Invoke-CPThirdPartyWorker', 'Invoke-CPThirdPartyWorker -MaxJobs 2 -PollInterval 0.05')
        $steps = @{ throw = 'throw "no"'; error = 'Write-Error "no"; Get-Item /no/such'; command = 'NoSuchCommand' }
        if (-not $IsWindows) {
            $steps.program = '/bin/sh -c "exit 3"'
        }

        $folder =
            (New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))).FullName
        try {
            Set-Content $folder/index.html '<h1>Hello</h1>'
            Compress-Archive -LiteralPath $folder/index.html -DestinationPath $folder/site.zip
            $script = @"
Set-Location '$folder'
`$ErrorActionPreference = 'Continue'
Start-CPThirdPartyEmulator | Connect-CPThirdParty
function Step(`$Folder) {
    if (`$script:left-- -gt 0) {
        & `$script:wrong
    }

    if (`$Folder) {
        `$null = New-Item -ItemType Directory -Path `$Folder -Force
        Set-Content -LiteralPath (Join-Path `$Folder 'report.txt') -Value 'all well'
    }

    [pscustomobject]@{ Summary = 'ok' }
}
function Test-It(`$What, `$Folder) { `$null = Step `$Folder }
function Start-MyBuild(`$Path, `$Destination) { `$null = Step `$Destination }
function Start-MyTest(`$Project) { Step }
$(foreach ($step in $steps.Keys | Sort-Object) {
        @"
`$script:left = 1
`$script:wrong = { $($steps[$step]) }
`$made = New-CPThirdPartyEmulatorJob -ActionType $Type -Count 2 -InputArtifact @{ Site = 'site.zip' } -OutputArtifact Out
& {
$text
} *> `$null
foreach (`$each in `$made) {
    `$job = Get-CPThirdPartyEmulatorJob -JobId `$each.JobId
    "$step `$(`$job.Status) `$(`$job.FailureMessage.Length -gt 0)"
}

"@
    })
"@
            $run = Invoke-ChildPwsh -TimeoutSeconds 600 -Script $script
            $run.ExitCode | Should -Be 0 -Because $run.Errors
            $run.Lines | Should -Be @(
                foreach ($step in $steps.Keys | Sort-Object) { "$step Failed True"; "$step Succeeded False" }
            )
        } finally {
            Remove-Item -LiteralPath $folder -Recurse -Force
        }
    }

    It 'covers every block of the pages' -TestCases @(
        @{ Begins = @($blocks | ForEach-Object { $_.Begins }) }
    ) {
        $run = @($Begins)
        foreach ($page in 'README.md', 'docs/runners.md', 'docs/troubleshooting.md') {
            foreach ($code in Get-Code (Join-Path $RepositoryRoot $page)) {
                @($run | Where-Object { $code.StartsWith($_, [StringComparison]::Ordinal) }).Count |
                    Should -BeGreaterThan 0 -Because "$page has: $code"
            }
        }
    }

    It 'is also an input file of the AWS CLI' {
        $null = Start-TestService
        Push-Location $TestDrive
        try {
            $job = Get-ClaimedJob
            @{
                jobId = $job.JobId
                clientToken = $job.ClientToken.Reveal()
                executionDetails = @{ summary = 'of a file' }
            } |
                ConvertTo-Json | Set-Content result.json
            $printed = [regex]::Match(
                (Get-Text (Join-Path $RepositoryRoot README.md)), '`(Get-Content result\.json[^`]+)`').Groups[1].Value
            & ([scriptblock]::Create($printed))
            (Get-CPThirdPartyEmulatorJob).Summary | Should -Be 'of a file'
        } finally {
            Pop-Location
            Clear-TestService
        }
    }
}
