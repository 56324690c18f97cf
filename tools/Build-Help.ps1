<#
.SYNOPSIS
    Writes module/en-US/CodePipeline.ThirdParty.dll-Help.xml, which Get-Help reads, from docs/en-US/*.md.
.DESCRIPTION
    The markdown has the format of Microsoft.PowerShell.PlatyPS 1.x. The output is deterministic. It contains a hash of
    the markdown, so that -Check works without PlatyPS.
    Exit code 0: written, or up to date. 1: out of date, or a file has an error. 3: PlatyPS is not installed.
.PARAMETER OutputPath
    The file to write. The default is the file in module/en-US.
.PARAMETER Check
    Writes nothing, and reports whether the file in module/en-US matches the markdown.
.EXAMPLE
    pwsh -NoProfile -File tools/Build-Help.ps1
.EXAMPLE
    pwsh -NoProfile -File tools/Build-Help.ps1 -Check
#>
[CmdletBinding()]
param(
    [string] $OutputPath,
    [switch] $Check
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$name = 'CodePipeline.ThirdParty.dll-Help.xml'
$root = Split-Path -Path $PSScriptRoot -Parent
$committed = [IO.Path]::Combine($root, 'module', 'en-US', $name)
$sources = @(Get-ChildItem -Path ([IO.Path]::Combine($root, 'docs', 'en-US', '*.md')) |
        Sort-Object -Property Name -Culture '')
if (-not $OutputPath) {
    $OutputPath = $committed
}

function Write-Line([string] $Text) {
    [Console]::Out.WriteLine($Text)
}

# One hash of all files, independent of the line endings of the checkout.
function Get-SourceHash {
    $text = foreach ($file in $sources) {
        $file.Name
        [IO.File]::ReadAllText($file.FullName) -replace "`r`n", "`n"
    }

    $sha = [System.Security.Cryptography.SHA256]::Create()
    try {
        $bytes = $sha.ComputeHash([Text.Encoding]::UTF8.GetBytes($text -join "`n"))
        [BitConverter]::ToString($bytes).Replace('-', '').ToLowerInvariant()
    } finally {
        $sha.Dispose()
    }
}

# Converts markdown to plain text: joins wrapped lines, removes markup and appends the URL of a web link to its text.
function ConvertTo-TerminalText([string] $Markdown) {
    $joined = $Markdown -replace '(?m)\r?\n(?!\s*(- |\d+\. ))[ \t]*', ' '
    $joined -replace '\[([^\]]+)\]\((https?://[^)]+)\)', '$1 ($2)' -replace '\[([^\]]+)\]\([^)]+\)', '$1' `
        -replace '`([^`]+)`', '$1' -replace '\*\*([^*]+)\*\*', '$1' `
        -replace '(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])', '$1'
}

function Add-Element([System.Xml.XmlElement] $Parent, [string] $Prefix, [string] $Name, [string] $Text) {
    $element = $Parent.OwnerDocument.CreateElement($Prefix, $Name, $Parent.GetNamespaceOfPrefix($Prefix))
    if ($Text) {
        $element.InnerText = $Text
    }

    $null = $Parent.AppendChild($element)
    $element
}

function Add-Paragraph([System.Xml.XmlElement] $Parent, [string] $Text) {
    foreach ($paragraph in $Text.Trim() -split '\n{2,}') {
        if ($paragraph) {
            $null = Add-Element -Parent $Parent -Prefix 'maml' -Name 'para' -Text $paragraph
        }
    }
}

# PlatyPS exports an example as one markdown text. Get-Help has separate elements for the introduction, the code and the
# remarks.
function Format-Example([System.Xml.XmlElement] $Example, [System.Xml.XmlNamespaceManager] $Names) {
    $before = ''
    $code = ''
    $after = ''
    $fence = ''
    $paragraphs = $Example.SelectNodes('maml:introduction/maml:para', $Names) | ForEach-Object InnerText
    $words = ''
    foreach ($line in ($paragraphs -join "`n") -split '\n') {
        if ($line -match '^```(\w*)') {
            if ($code) {
                $after += (ConvertTo-TerminalText $words) + "`n`n"
            } else {
                $before = ConvertTo-TerminalText $words
            }
            $words = ''
            $fence = if ($fence) { '' } else { $Matches[1] }
        } elseif ($fence -eq 'powershell') {
            $code += "$line`n"
        } elseif ($fence) {
            $after += "$line`n"
        } else {
            # PlatyPS represents an empty line as a control character.
            $words += ($line -replace '^\x80$', "`n") + "`n"
        }
    }

    foreach ($paragraph in $words.Trim() -split '\n{2,}') {
        $after += "`n`n" + (ConvertTo-TerminalText $paragraph)
    }

    $introduction = $Example.SelectSingleNode('maml:introduction', $Names)
    $introduction.RemoveAll()
    Add-Paragraph $introduction $before
    $Example.SelectSingleNode('dev:code', $Names).InnerText = $code.TrimEnd()
    $remarks = $Example.SelectSingleNode('dev:remarks', $Names)
    Add-Paragraph $remarks $after
    $null = Add-Element -Parent $remarks -Prefix 'maml' -Name 'para'
}

function Format-Command([System.Xml.XmlElement] $Command, [System.Xml.XmlNamespaceManager] $Names, $Help) {
    foreach ($example in $Command.SelectNodes('.//command:example', $Names)) {
        Format-Example $example $Names
    }

    foreach ($place in @($Command.SelectNodes('.//*[maml:para][not(ancestor::command:example)]', $Names))) {
        $text = ($place.SelectNodes('maml:para', $Names) | ForEach-Object InnerText) -join "`n`n" -replace '\x80', ''
        foreach ($paragraph in @($place.SelectNodes('maml:para', $Names))) {
            $null = $place.RemoveChild($paragraph)
        }

        Add-Paragraph $place ((($text -split '\n\s*\n') | ForEach-Object { ConvertTo-TerminalText $_ }) -join "`n`n")
    }

    # The syntax has the short type names; the parameters have all other attributes.
    foreach ($parameter in $Command.SelectNodes('command:parameters/command:parameter', $Names)) {
        $called = $parameter.SelectSingleNode('maml:name', $Names).InnerText
        foreach ($same in $Command.SelectNodes("command:syntax//command:parameter[maml:name='$called']", $Names)) {
            $short = $same.SelectSingleNode('command:parameterValue', $Names)
            if ($short) {
                $parameter.SelectSingleNode('command:parameterValue', $Names).InnerText = $short.InnerText
            }

            foreach ($attribute in 'globbing', 'pipelineInput', 'aliases') {
                $same.SetAttribute($attribute, $parameter.GetAttribute($attribute))
            }
        }
    }

    # PlatyPS does not export default values.
    foreach ($parameter in $Help.Parameters | Where-Object { $_.DefaultValue }) {
        $place = $Command.SelectSingleNode(
            "command:parameters/command:parameter[maml:name='$($parameter.Name)']", $Names)
        $null = Add-Element -Parent $place -Prefix 'dev' -Name 'defaultValue' -Text $parameter.DefaultValue
    }

    foreach ($link in $Command.SelectNodes('.//maml:navigationLink', $Names)) {
        $uri = $link.SelectSingleNode('maml:uri', $Names)
        if ($link.SelectSingleNode('maml:linkText', $Names).InnerText -eq 'Online Version') {
            $uri.InnerText = $Help.Metadata['HelpUri']
        } elseif ($uri.InnerText -notmatch '^https?://') {
            $uri.InnerText = ''
        }
    }
}

function Build-Maml([string] $Path) {
    $folder = [IO.Path]::Combine([IO.Path]::GetTempPath(), [IO.Path]::GetRandomFileName())
    try {
        foreach ($file in $sources) {
            # In 1.0.3, -LiteralPath returns nothing.
            $findings = Test-MarkdownCommandHelp -Path ([WildcardPattern]::Escape($file.FullName)) -DetailView
            if (-not $findings.IsValid) {
                throw "$($file.Name): $(@($findings.Messages | Where-Object { $_ -notmatch '^PASS' }) -join '; ')"
            }
        }

        $help = Import-MarkdownCommandHelp -LiteralPath $sources.FullName
        $null = $help | Export-MamlCommandHelp -OutputFolder $folder
        $maml = [System.Xml.XmlDocument]::new()
        $maml.Load((Get-ChildItem -Path $folder -Filter $name -Recurse).FullName)
    } finally {
        Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
    }

    $names = [System.Xml.XmlNamespaceManager]::new($maml.NameTable)
    $names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
    $names.AddNamespace('maml', 'http://schemas.microsoft.com/maml/2004/10')
    $names.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')
    foreach ($command in $maml.SelectNodes('//command:command', $names)) {
        $called = $command.SelectSingleNode('command:details/command:name', $names).InnerText
        Format-Command -Command $command -Names $names -Help ($help | Where-Object Title -EQ $called)
    }

    $origin = " Made by tools/Build-Help.ps1 of docs/en-US, SHA-256 $(Get-SourceHash) "
    $null = $maml.InsertBefore($maml.CreateComment($origin), $maml.DocumentElement)
    $settings = [System.Xml.XmlWriterSettings]::new()
    $settings.Indent = $true
    $settings.NewLineChars = "`n"
    $settings.Encoding = [Text.UTF8Encoding]::new($false)
    $null = New-Item -ItemType Directory -Path (Split-Path -Path $Path -Parent) -Force
    $writer = [System.Xml.XmlWriter]::Create($Path, $settings)
    try {
        $maml.Save($writer)
    } finally {
        $writer.Dispose()
    }
}

function Test-Stale([bool] $CanBuild) {
    if (-not (Test-Path -LiteralPath $committed)) {
        return $true
    }

    $text = [IO.File]::ReadAllText($committed) -replace "`r`n", "`n"
    if (-not $CanBuild) {
        return $text -notmatch "SHA-256 $(Get-SourceHash) "
    }

    $fresh = [IO.Path]::GetTempFileName()
    try {
        Build-Maml $fresh
        [IO.File]::ReadAllText($fresh) -cne $text
    } finally {
        Remove-Item -LiteralPath $fresh
    }
}

$requirements = Import-PowerShellDataFile -Path (Join-Path -Path $PSScriptRoot -ChildPath 'requirements.psd1')
$pinned = $requirements['Microsoft.PowerShell.PlatyPS'].version
$platy = Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS | Where-Object Version -EQ $pinned |
    Select-Object -First 1
if ($platy) {
    Import-Module -Name $platy.Path
}

if ($Check) {
    if (Test-Stale ([bool]$platy)) {
        Write-Line ('The help in module/en-US does not match docs/en-US. Run tools/Build-Help.ps1 and commit the ' +
            'result.')
        exit 1
    }

    Write-Line "The help in module/en-US matches docs/en-US$(if (-not $platy) { ' by its hash' })."
    exit 0
}

if (-not $platy) {
    Write-Line "Building the help requires Microsoft.PowerShell.PlatyPS $pinned. To install it:"
    Write-Line "    Install-PSResource Microsoft.PowerShell.PlatyPS -Version $pinned"
    exit 3
}

Build-Maml $OutputPath
Write-Line "$OutputPath ($($sources.Count) cmdlets)"
exit 0
