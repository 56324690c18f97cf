<#
.SYNOPSIS
    Checks that the manifest, the built assemblies, the newest heading of CHANGELOG.md and the git tag have the same
    version.
.PARAMETER Tag
    A git tag such as v1.2.3. The default is to check no tag.
.PARAMETER Release
    Also checks that the heading of the changelog has a date instead of "unreleased".
.PARAMETER Root
    The root folder of the project, for tests.
#>
[CmdletBinding()]
param(
    [string] $Tag,
    [switch] $Release,
    [string] $Root = (Split-Path -Path $PSScriptRoot -Parent)
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$stated = & "$PSScriptRoot/Get-ModuleVersion.ps1" -Path ([IO.Path]::Combine($Root, 'CodePipeline.ThirdParty.psd1'))
$version = $stated.Version
$full = $stated.Full
$wrong = [System.Collections.Generic.List[string]]::new()

$changelog = Join-Path -Path $Root -ChildPath 'CHANGELOG.md'
$heading = Select-String -LiteralPath $changelog -Pattern '^## \[([^\]]+)\] - (.+)$' |
    Select-Object -First 1
if (-not $heading) {
    $wrong.Add("CHANGELOG.md has no heading such as '## [$full] - 2026-01-31'.")
} elseif ($heading.Matches[0].Groups[1].Value -ne $full) {
    $wrong.Add("The newest heading of CHANGELOG.md has version $($heading.Matches[0].Groups[1].Value).")
} elseif ($Release -and $heading.Matches[0].Groups[2].Value -notmatch '^\d{4}-\d\d-\d\d$') {
    $wrong.Add("The newest heading of CHANGELOG.md has no date: '$($heading.Line)'.")
}

if ($Tag -and $Tag -cne "v$full") {
    $wrong.Add("The tag is '$Tag' instead of 'v$full'.")
}

$package = [IO.Path]::Combine($Root, 'output', 'CodePipeline.ThirdParty', $version)
if (-not (Test-Path -LiteralPath $package)) {
    $wrong.Add("output/ does not contain version $version. Build it: dotnet build -c Release")
} else {
    foreach ($file in Get-ChildItem -LiteralPath $package -Recurse -Filter 'CodePipeline.ThirdParty*.dll') {
        $built = [System.Diagnostics.FileVersionInfo]::GetVersionInfo($file.FullName).ProductVersion
        if ($built -ne $version) {
            $wrong.Add("$([IO.Path]::GetRelativePath($package, $file.FullName)) has version $built.")
        }
    }

    $copied = Join-Path -Path $package -ChildPath 'CodePipeline.ThirdParty.psd1'
    $laid = (& "$PSScriptRoot/Get-ModuleVersion.ps1" -Path $copied).Full
    if ($laid -ne $full) {
        $wrong.Add("The manifest in output/ has version $laid.")
    }
}

if ($wrong.Count -gt 0) {
    throw "These versions differ from version $full of CodePipeline.ThirdParty.psd1:" +
    "`n  $($wrong -join "`n  ")"
}

"All versions are $full."
