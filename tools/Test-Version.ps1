<#
.SYNOPSIS
    Fails where the manifest's version, that of the built assemblies, CHANGELOG's newest heading and the tag are not
    one.
.PARAMETER Tag
    A git tag such as v1.2.3; not looked at if empty.
.PARAMETER Release
    The changelog's heading has to have a date, not "unreleased".
.PARAMETER Root
    The project's folder, for tests.
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
    $wrong.Add("CHANGELOG.md's newest heading is for $($heading.Matches[0].Groups[1].Value).")
} elseif ($Release -and $heading.Matches[0].Groups[2].Value -notmatch '^\d{4}-\d\d-\d\d$') {
    $wrong.Add("CHANGELOG.md's newest heading has no date: '$($heading.Line)'.")
}

if ($Tag -and $Tag -cne "v$full") {
    $wrong.Add("The tag is '$Tag', and should be 'v$full'.")
}

$package = [IO.Path]::Combine($Root, 'output', 'CodePipeline.ThirdParty', $version)
if (-not (Test-Path -LiteralPath $package)) {
    $wrong.Add("output/ has no build of $version. Build it: dotnet build -c Release")
} else {
    foreach ($file in Get-ChildItem -LiteralPath $package -Recurse -Filter 'CodePipeline.ThirdParty*.dll') {
        $built = [System.Diagnostics.FileVersionInfo]::GetVersionInfo($file.FullName).ProductVersion
        if ($built -ne $version) {
            $wrong.Add("$([IO.Path]::GetRelativePath($package, $file.FullName)) is of version $built.")
        }
    }

    $copied = Join-Path -Path $package -ChildPath 'CodePipeline.ThirdParty.psd1'
    $laid = (& "$PSScriptRoot/Get-ModuleVersion.ps1" -Path $copied).Full
    if ($laid -ne $full) {
        $wrong.Add("The manifest in output/ is of version $laid.")
    }
}

if ($wrong.Count -gt 0) {
    throw "The version is that of CodePipeline.ThirdParty.psd1, $full, and not everything agrees:" +
    "`n  $($wrong -join "`n  ")"
}

"Version $full everywhere."
