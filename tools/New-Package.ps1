<#
.SYNOPSIS
    Packs the module in output/ into output/packages. Checks the contents and the size, and signs the module if you give
    a certificate.
.PARAMETER CertificateThumbprint
    The thumbprint of a code-signing certificate in the store of the user or the machine.
.PARAMETER CertificatePath
    A .pfx file with a code-signing certificate.
.PARAMETER CertificatePassword
    The password of the .pfx file.
.PARAMETER RenewContents
    Writes the list of the built files to tools/package.psd1 instead of checking against it.
.PARAMETER Path
    The built module. The default is the module of the manifest's version in output/.
.PARAMETER Destination
    The folder of the package. The default is output/packages.
#>
[CmdletBinding()]
param(
    [string] $CertificateThumbprint,
    [string] $CertificatePath,
    [securestring] $CertificatePassword,
    [switch] $RenewContents,
    [string] $Path,
    [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$root = Split-Path -Path $PSScriptRoot -Parent
$name = 'CodePipeline.ThirdParty'
$listPath = Join-Path -Path $PSScriptRoot -ChildPath 'package.psd1'

# Returns the given certificate after checking that it can sign code; nothing if no certificate was given.
function Get-SigningCertificate([string] $Thumbprint, [string] $File, [securestring] $Password) {
    if (-not $Thumbprint -and -not $File) {
        return
    }

    if ($Thumbprint -and $File) {
        throw 'Both -CertificateThumbprint and -CertificatePath were given. Use only one.'
    }

    if (-not (Get-Command -Name 'Set-AuthenticodeSignature' -ErrorAction Ignore)) {
        throw 'This PowerShell cannot sign: Set-AuthenticodeSignature exists on Windows only. Pack on Windows, or ' +
        'leave the certificate out for an unsigned package.'
    }

    $found = if ($File) {
        if (-not (Test-Path -LiteralPath $File -PathType Leaf)) {
            throw "The certificate file $File does not exist."
        }

        try {
            [System.Security.Cryptography.X509Certificates.X509Certificate2]::new(
                (Get-Item -LiteralPath $File).FullName, $Password)
        } catch {
            throw "Cannot open the certificate file ${File}: $($_.Exception.InnerException.Message) " +
            'Check -CertificatePassword.'
        }
    } else {
        foreach ($place in 'CurrentUser', 'LocalMachine') {
            $store = [System.Security.Cryptography.X509Certificates.X509Store]::new('My', $place)
            try {
                $store.Open('ReadOnly, OpenExistingOnly')
                $store.Certificates.Find('FindByThumbprint', $Thumbprint, $false)
            } catch [System.Security.Cryptography.CryptographicException] {
                Write-Verbose -Message "The certificate store $place does not exist: $_"
            } finally {
                $store.Dispose()
            }
        }
    }
    $found = $found | Select-Object -First 1
    if (-not $found) {
        throw "No certificate in the stores of the user and the machine has the thumbprint $Thumbprint."
    }

    if (-not $found.HasPrivateKey) {
        throw "The certificate '$($found.Subject)' has no private key, so it cannot sign."
    }

    $codeSigning = '1.3.6.1.5.5.7.3.3'
    $uses = $found.Extensions |
        Where-Object { $_ -is [System.Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension] }
    if ($codeSigning -notin @($uses | ForEach-Object { $_.EnhancedKeyUsages.Value })) {
        throw "The certificate '$($found.Subject)' is not a code-signing certificate."
    }

    $found
}

if (-not $Path) {
    $Path = [IO.Path]::Combine($root, 'output', $name, (& "$PSScriptRoot/Get-ModuleVersion.ps1").Version)
}

if (-not $Destination) {
    $Destination = [IO.Path]::Combine($root, 'output', 'packages')
}

if (-not (Test-Path -LiteralPath $Path)) {
    throw "The module folder $Path does not exist. Build the module: ./build.ps1 -Task Build"
}

foreach ($edition in 'Core', 'Desktop') {
    if (-not (Test-Path -Path ([IO.Path]::Combine($Path, 'bin', $edition, "$name.dll")))) {
        throw "The build in $Path has no bin/$edition. Build both frameworks: dotnet build -c Release"
    }
}

$signing = @{ Thumbprint = $CertificateThumbprint; File = $CertificatePath; Password = $CertificatePassword }
$certificate = Get-SigningCertificate @signing

# The contents must match the list exactly, so that no file is added or lost unnoticed.
$Path = (Get-Item -LiteralPath $Path).FullName
$found = @(Get-ChildItem -LiteralPath $Path -Recurse -File -Force |
        ForEach-Object { [IO.Path]::GetRelativePath($Path, $_.FullName) -replace '\\', '/' } |
        Sort-Object -CaseSensitive)
$list = Import-PowerShellDataFile -Path $listPath
if ($RenewContents) {
    $lines = Get-Content -LiteralPath $listPath
    $start = [array]::FindIndex([string[]]$lines, [Predicate[string]] { $args[0] -match '^\s*Contents\s+=' })
    $renewed = @($lines[0..$start]; $found | ForEach-Object { "        '$_'" }; '    )'; '}')
    Set-Content -LiteralPath $listPath -Value $renewed
    "tools/package.psd1 lists $($found.Count) files."
    return
}

$missing = @($list.Contents | Where-Object { $_ -cnotin $found })
$extra = @($found | Where-Object { $_ -cnotin $list.Contents })
if ($missing -or $extra) {
    throw "The package does not match tools/package.psd1. Missing: $($missing -join ', '). " +
    "Not listed: $($extra -join ', '). If files are left from an earlier build, delete output/ and build again. " +
    'If the change is intended, run ./tools/New-Package.ps1 -RenewContents'
}

$staging = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ([IO.Path]::GetRandomFileName())
$copy = [IO.Path]::Combine($staging, $name)
try {
    $null = New-Item -ItemType Directory -Path $staging
    Copy-Item -LiteralPath $Path -Destination $copy -Recurse

    if ($certificate) {
        # Sign only our files: third-party assemblies keep their own signatures.
        $files = @(Get-ChildItem -LiteralPath $copy -Recurse -File |
                Where-Object { $_.Extension -in '.ps1', '.psm1', '.psd1', '.ps1xml' -or $_.Name -like "$name*.dll" })
        foreach ($file in $files) {
            $signed = Set-AuthenticodeSignature -LiteralPath $file.FullName -Certificate $certificate `
                -HashAlgorithm SHA256 -TimestampServer 'http://timestamp.digicert.com'
            if ("$($signed.Status)" -ne 'Valid') {
                throw "Cannot sign $($file.Name) with '$($certificate.Subject)': $($signed.StatusMessage)"
            }
        }
    }

    $null = New-Item -ItemType Directory -Path $Destination -Force
    $version = & "$PSScriptRoot/Get-ModuleVersion.ps1" -Path (Join-Path -Path $Path -ChildPath "$name.psd1")
    $package = Join-Path -Path $Destination -ChildPath "$name.$($version.Full).nupkg"
    Remove-Item -LiteralPath $package -ErrorAction Ignore
    Compress-PSResource -Path $copy -DestinationPath $Destination
} finally {
    Remove-Item -LiteralPath $staging -Recurse -Force -ErrorAction Ignore
}

$size = (Get-Item -LiteralPath $package).Length
if ($size -gt $list.MaximumBytes) {
    throw "The package has $size bytes. The limit in tools/package.psd1 is $($list.MaximumBytes)."
}

$file = Split-Path -Path $package -Leaf
'{0}: {1} files, {2:N0} bytes of at most {3:N0}.' -f $file, $found.Count, $size, $list.MaximumBytes
