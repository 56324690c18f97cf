BeforeDiscovery {
    Set-StrictMode -Version Latest
    $root = Split-Path -Path $PSScriptRoot -Parent
    $manifest = Import-PowerShellDataFile -Path (Join-Path $root 'CodePipeline.ThirdParty.psd1')
    $cmdlets = $manifest.CmdletsToExport
    $topics = @(Get-ChildItem -Path ([IO.Path]::Combine($root, 'module', 'en-US', 'about_*.help.txt')) |
            ForEach-Object { $_.Name -replace '\.help\.txt$' })

    # The Markdown examples with their code and displayed output.
    $examples = foreach ($name in $cmdlets) {
        $path = [IO.Path]::Combine($root, 'docs', 'en-US', "$name.md")
        if (Test-Path -LiteralPath $path) {
            $text = ([IO.File]::ReadAllText($path) -replace "`r`n", "`n" -split '(?m)^## PARAMETERS$')[0]
            foreach ($part in @($text -split '(?m)^### Example ' | Select-Object -Skip 1)) {
                $number, $title = ($part -split "`n")[0] -split ': ', 2
                @{
                    Id    = "$name $number"
                    Title = $title
                    Code  = @(
                        [regex]::Matches($part, '(?ms)^```powershell\n(.*?)^```') |
                            ForEach-Object { $_.Groups[1].Value }
                    ) -join "`n"
                    Shown = @(
                        [regex]::Matches($part, '(?ms)^```output\n(.*?)^```') | ForEach-Object { $_.Groups[1].Value }
                    ) -join "`n"
                }
            }
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $culture = [cultureinfo]::CurrentUICulture
    [cultureinfo]::CurrentUICulture = 'en-US'
    $topics = @(Get-ChildItem -Path ([IO.Path]::Combine($RepositoryRoot, 'module', 'en-US', 'about_*.help.txt')) |
            ForEach-Object { $_.Name -replace '\.help\.txt$' })
    $exported = (Get-Module -Name CodePipeline.ThirdParty).ExportedCmdlets.Keys
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    $documentation = [IO.Path]::Combine($RepositoryRoot, 'docs', 'en-US')

    function Get-Markdown([string] $Name) {
        [IO.File]::ReadAllText([IO.Path]::Combine($documentation, "$Name.md")) -replace "`r`n", "`n"
    }

    # The visible parameters.
    function Get-VisibleParameter([string] $Name) {
        $command = Get-Command -Name $Name -Module CodePipeline.ThirdParty
        $command.Parameters.Values | Where-Object {
            $_.Name -notin $common -and (Get-ParameterSetOf $_ | Where-Object { -not $_.DontShow })
        }
    }

    # The sets in which the parameter is visible. In other sets it exists only for an error message.
    function Get-ParameterSetOf($Parameter) {
        $sets = @($Parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] })
        $shown = @($sets | Where-Object { -not $_.DontShow })
        if ($shown) { $shown } else { $sets }
    }

    # The lines of a parameter's metadata block in the Markdown.
    function Get-ParameterBlock([string] $Text, [string] $Parameter) {
        [regex]::Match($Text, "(?ms)^### -$Parameter\n.*?^``````yaml\n(.*?)^``````").Groups[1].Value
    }
}

AfterAll {
    [cultureinfo]::CurrentUICulture = $culture
    Exit-ModuleTest
}

Describe 'Help of <_>' -ForEach $cmdlets {
    BeforeAll {
        $name = $_
        $help = Get-Help -Name $name -Full
        $text = Get-Markdown $name
        $parameters = @(Get-VisibleParameter $name)
    }

    It 'has a synopsis, a description, examples, inputs, outputs and notes' {
        $help.Synopsis | Should -Match '\.$'
        "$($help.description | Out-String)".Length | Should -BeGreaterThan 100
        @($help.examples.example).Count | Should -BeGreaterThan 0
        $help.inputTypes | Should -Not -BeNullOrEmpty
        $help.returnValues | Should -Not -BeNullOrEmpty
        "$($help.alertSet | Out-String)".Trim() | Should -Not -BeNullOrEmpty
    }

    It 'has no placeholders' {
        "$($help | Out-String)$text" | Should -Not -Match '\{\{|\}\}'
    }

    It 'lists exactly the visible parameters' {
        $help.parameters.parameter.name | Sort-Object | Should -Be @($parameters.Name | Sort-Object)
        $common | ForEach-Object { $text | Should -Not -Match "(?m)^### -$_$" }
    }

    It 'describes each parameter' {
        foreach ($parameter in $help.parameters.parameter) {
            "$($parameter.description.Text)".Trim() |
                Should -Match '\.$' -Because "-$($parameter.name) is described in sentences"
        }
    }

    It 'shows type, aliases, position and pipeline input of parameters' {
        foreach ($parameter in $parameters) {
            $block = Get-ParameterBlock $text $parameter.Name
            $type = $parameter.ParameterType.ToString()
            [regex]::Match($block, '(?m)^Type: (.*)$').Groups[1].Value |
                Should -Be $type -Because "-$($parameter.Name) is of it"
            $aliases = @(
                [regex]::Matches(($block -split '(?m)^ParameterSets:')[0], '(?m)^- (\S+)$') |
                    ForEach-Object { $_.Groups[1].Value }
            )
            $aliases | Should -Be @($parameter.Aliases) -Because "-$($parameter.Name) has them"
            foreach ($set in Get-ParameterSetOf $parameter) {
                $called = $set.ParameterSetName -replace '__AllParameterSets', '(All)'
                $written = [regex]::Match(
                    $block, "(?ms)^- Name: $([regex]::Escape($called))\n(.*?)(?=^- Name|^DontShow)").Groups[1].Value
                $position = if ($set.Position -ge 0) { $set.Position } else { 'Named' }
                $written | Should -Be ("  Position: $position`n  IsRequired: $("$($set.Mandatory)".ToLower())`n" +
                    "  ValueFromPipeline: $("$($set.ValueFromPipeline)".ToLower())`n" +
                    "  ValueFromPipelineByPropertyName: $("$($set.ValueFromPipelineByPropertyName)".ToLower())`n" +
                    "  ValueFromRemainingArguments: false`n") -Because "-$($parameter.Name) in the set $called"
            }
        }
    }

    It 'displays the command''s parameter metadata' {
        foreach ($parameter in $parameters) {
            $shown = $help.parameters.parameter | Where-Object name -EQ $parameter.Name
            $sets = @(Get-ParameterSetOf $parameter)
            $shown.pipelineInput -like 'true*' | Should -Be (
                [bool]($sets | Where-Object { $_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName })
            )
            $shown.required | Should -Be "$(-not ($sets | Where-Object { -not $_.Mandatory }))"
        }
    }

    It 'names input and output types' {
        $in = @($parameters + (Get-Command $name).Parameters['InputObject'] | Where-Object { $_ } | Where-Object {
                Get-ParameterSetOf $_ | Where-Object { $_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName }
            } | ForEach-Object { $_.ParameterType.ToString() } | Sort-Object -Unique)
        $written = [regex]::Matches(($text -split '(?m)^## INPUTS$' -split '(?m)^## OUTPUTS$')[1], '(?m)^### (\S+)$') |
            ForEach-Object { $_.Groups[1].Value }
        $written | Sort-Object | Should -Be $(if ($in) { $in } else { 'None' })
        $out = [regex]::Matches(($text -split '(?m)^## OUTPUTS$' -split '(?m)^## NOTES$')[1], '(?m)^### (\S+)$') |
            ForEach-Object { $_.Groups[1].Value }
        $out | Sort-Object | Should -Be @((Get-Command $name).OutputType.Type.FullName | Sort-Object)
    }

    It 'has the syntax of the command' {
        $sets = (Get-Command $name).ParameterSets
        [regex]::Matches($text, '(?m)^### (\S+)(?: \(Default\))?\n\n```\n') | Should -HaveCount $sets.Count
        $help.syntax.syntaxItem | Should -HaveCount $sets.Count
    }

    It 'has an example for each parameter set' {
        $sets = @((Get-Command $name).ParameterSets)
        @($help.examples.example).Count | Should -BeGreaterOrEqual $sets.Count
        foreach ($set in $sets) {
            $own = @(
                $set.Parameters | Where-Object {
                    $_.IsMandatory -and $_.Position -lt 0 -and -not $_.ValueFromPipeline
                } | ForEach-Object Name
            )
            $example = $help.examples.example | Where-Object {
                $code = $_.code
                $code -match $name.Split('-')[1] -and -not ($own | Where-Object { $code -notmatch "-$_\b" })
            }
            $example | Should -Not -BeNullOrEmpty -Because "the set $($set.Name) needs an example"
        }
    }

    It 'names only errors of the catalogue' {
        $folder = [IO.Path]::Combine($RepositoryRoot, 'src', 'CodePipeline.ThirdParty', 'Errors')
        $catalogue = @(
            [regex]::Matches((Get-Content -Path (Join-Path $folder *.cs) -Raw), '"(\w+)"') |
                ForEach-Object { $_.Groups[1].Value }
        )
        $said = [regex]::Match($text, '(?ms)^Errors by id: (.*?)(?=\n\n)').Groups[1].Value
        foreach ($id in [regex]::Matches($said, '`([A-Z]\w+)`') | ForEach-Object { $_.Groups[1].Value }) {
            $catalogue -ccontains $id | Should -BeTrue -Because "the help of $name names $id"
        }
    }

    It 'has an -Online page' {
        $uri = [regex]::Match($text, '(?m)^HelpUri: (\S+)$').Groups[1].Value
        $uri | Should -Match "^https://.+/docs/en-US/$name\.md$"
        $project = (Import-PowerShellDataFile -Path $ModuleManifest).PrivateData.PSData['ProjectUri']
        if ($project) {
            $uri | Should -BeLike "$project/*"
        }

        $help.relatedLinks.navigationLink[0].uri | Should -Be $uri
    }

    It 'links to existing help' {
        foreach ($link in $help.relatedLinks.navigationLink | Select-Object -Skip 1) {
            @($topics) + @($exported) | Should -Contain $link.linkText
        }
    }
}

Describe 'The help' {
    It 'covers exactly the cmdlets of the module' {
        (Get-ChildItem -Path $documentation -Filter *.md).BaseName | Sort-Object | Should -Be @($exported | Sort-Object)
        $maml = [xml][IO.File]::ReadAllText(
            [IO.Path]::Combine($RepositoryRoot, 'module', 'en-US', 'CodePipeline.ThirdParty.dll-Help.xml'))
        $maml.SelectNodes("//*[local-name()='details']/*[local-name()='name']").InnerText | Sort-Object |
            Should -Be @($exported | Sort-Object)
    }
}

Describe 'Get-Help' {
    It 'shows examples with their code' {
        $shown = Get-Help -Name Get-CPThirdPartyJob -Examples | Out-String -Width 200
        $shown | Should -Match 'Example 1: Poll once'
        $shown | Should -Match '(?m)^ +Get-CPThirdPartyJob -ActionType Test/Contoso/1\s*$'
        $shown | Should -Match 'customer-7'
        $shown | Should -Not -Match '```'
    }

    It 'shows one parameter' {
        $shown = Get-Help -Name Get-CPThirdPartyJob -Parameter PollInterval | Out-String -Width 200
        $shown | Should -Match '^\s*-PollInterval <timespan>'
        $shown | Should -Match 'Default value +1 second'
    }

    It 'shows text without Markdown' {
        $shown = Get-Help -Name Complete-CPThirdPartyJob -Full | Out-String -Width 200
        $shown | Should -Not -Match '`|\]\(|\*\*'
        $shown | Should -Match '(?m)^ +- With -ContinuationToken it reports'
    }
}

Describe 'The topic <_>' -ForEach $topics {
    BeforeAll {
        $topic = $_
        $path = [IO.Path]::Combine($RepositoryRoot, 'module', 'en-US', "$topic.help.txt")
        $lines = @([IO.File]::ReadAllLines($path))
    }

    It 'is found by Get-Help' {
        $shown = Get-Help -Name $topic
        $shown.Name | Should -Be $topic
        $shown.Synopsis | Should -Not -BeNullOrEmpty
        "$($shown | Out-String)" | Should -Match 'LONG DESCRIPTION'
    }

    It 'fits in 80 columns' {
        @($lines | Where-Object { $_.Length -gt 80 }) | Should -BeNullOrEmpty
        @($lines | Where-Object { $_ -match '\t|\s$' }) | Should -BeNullOrEmpty
    }

    It 'has the sections of a topic' {
        ($lines | Where-Object { $_ -cmatch '^[A-Z][A-Z ]+$' })[0..2] |
            Should -Be 'TOPIC', 'SHORT DESCRIPTION', 'LONG DESCRIPTION'
        $lines[-1] | Should -Match '^    \S'
        $lines[1] | Should -Be "    $topic"
    }
}

Describe 'The examples' -ForEach @{ All = $examples } {
    BeforeAll {
        $folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
        $config = Join-Path $folder 'config'
        $profiles = 'default', 'profile partner' | ForEach-Object {
            "[$_]`nregion = eu-central-1`naws_access_key_id = AKIAEXAMPLE`naws_secret_access_key = example-secret-key`n"
        }
        Set-Content -LiteralPath $config -Value ($profiles -join "`n")
        $given = Join-Path $folder 'examples.json'
        $found = Join-Path $folder 'results.json'
        ConvertTo-Json -InputObject @($All) | Set-Content -LiteralPath $given
        $run = Invoke-ChildPwsh -NoImport -TimeoutSeconds 900 -Environment @{ AWS_CONFIG_FILE = $config } -Script (
            "& '$PSScriptRoot/Shared/HelpExamples.ps1' -Manifest `$Manifest -ExamplePath '$given' " +
            "-ResultPath '$found' -WorkFolder '$folder'")
        if ($run.ExitCode -ne 0) {
            throw "The examples could not be run: $($run.Output) $($run.Errors)"
        }

        $results = @{}
        foreach ($result in Get-Content -LiteralPath $found -Raw | ConvertFrom-Json) {
            $results[$result.Id] = $result
        }

        # Ids, paths and column widths differ for each run.
        function Get-PlainLine([string] $Text) {
            $Text -split '\r?\n' | Where-Object { $_.Trim() } | ForEach-Object {
                ($_ -replace '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'ID' -replace
                    '127\.0\.0\.1:\d+', 'PLACE' -replace '-{2,}', '--' -replace '\s+', ' ').Trim()
            }
        }
    }

    AfterAll {
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    It '<Id>, <Title>: runs as printed' -ForEach $examples {
        $results[$Id].Errors | Should -BeNullOrEmpty
        if ($Shown) {
            Get-PlainLine $results[$Id].Output | Should -Be @(Get-PlainLine $Shown)
        }
    }
}

Describe 'The help in the package' {
    It 'matches the Markdown, by <How>' -TestCases @(
        @{ How = 'making it anew with PlatyPS'; Modules = $true }
        @{ How = 'its hash, where PlatyPS cannot be had'; Modules = $false }
    ) {
        if ($Modules -and -not (Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS)) {
            Set-ItResult -Skipped -Because 'Microsoft.PowerShell.PlatyPS is not installed'
        }

        # An empty module path simulates a missing module.
        $hide = ''
        if (-not $Modules) {
            $hide = 'function Get-Module { }; '
        }

        $tool = [IO.Path]::Combine($RepositoryRoot, 'tools', 'Build-Help.ps1')
        $run = Invoke-ChildPwsh -NoImport -Script "$hide& '$tool' -Check; exit `$LASTEXITCODE"
        $run.Lines[-1] |
            Should -BeLike "The help in module/en-US matches docs/en-US$(if (-not $Modules) { ' by its hash' })*"
        $run.ExitCode | Should -Be 0
    }

    It 'is next to the manifest' {
        $laid = [IO.Path]::Combine((Split-Path -Path $ModuleManifest -Parent), 'en-US')
        $kept = [IO.Path]::Combine($RepositoryRoot, 'module', 'en-US')
        foreach ($file in Get-ChildItem -Path $kept) {
            (Get-FileHash -LiteralPath (Join-Path $laid $file.Name)).Hash |
                Should -Be (Get-FileHash -LiteralPath $file.FullName).Hash -Because (
                "$($file.Name) is built in")
        }
    }
}
