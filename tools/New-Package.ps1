<#
.SYNOPSIS
    Packs the module of output/ into output/packages: checks its contents and its size, and signs it where a certificate
    is given.
.PARAMETER CertificateThumbprint
    A code-signing certificate in the store of the user or the machine.
.PARAMETER CertificatePath
    A .pfx file with one.
.PARAMETER CertificatePassword
    Its password.
.PARAMETER RenewContents
    Rewrites the list of contents in tools/package.psd1 from what is built, instead of comparing with it.
.PARAMETER Path
    The built module; that of output/ in the manifest's version if not given.
.PARAMETER Destination
    Where the package goes.
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

# The certificate that was named, fit to sign code; nothing where none was.
function Get-SigningCertificate([string] $Thumbprint, [string] $File, [securestring] $Password) {
    if (-not $Thumbprint -and -not $File) {
        return
    }

    if ($Thumbprint -and $File) {
        throw 'Give one of -CertificateThumbprint and -CertificatePath.'
    }

    if (-not (Get-Command -Name 'Set-AuthenticodeSignature' -ErrorAction Ignore)) {
        throw 'A certificate was given, and this PowerShell cannot sign: Set-AuthenticodeSignature exists on Windows ' +
        'only. Pack there, or leave the certificate out for an unsigned package.'
    }

    $found = if ($File) {
        if (-not (Test-Path -LiteralPath $File -PathType Leaf)) {
            throw "There is no certificate file $File."
        }

        try {
            [System.Security.Cryptography.X509Certificates.X509Certificate2]::new(
                (Get-Item -LiteralPath $File).FullName, $Password)
        } catch {
            throw "The certificate file $File cannot be opened; is -CertificatePassword that of the file? " +
            $_.Exception.InnerException.Message
        }
    } else {
        foreach ($place in 'CurrentUser', 'LocalMachine') {
            $store = [System.Security.Cryptography.X509Certificates.X509Store]::new('My', $place)
            try {
                $store.Open('ReadOnly, OpenExistingOnly')
                $store.Certificates.Find('FindByThumbprint', $Thumbprint, $false)
            } catch [System.Security.Cryptography.CryptographicException] {
                Write-Verbose -Message "There is no store of $place here: $_"
            } finally {
                $store.Dispose()
            }
        }
    }
    $found = $found | Select-Object -First 1
    if (-not $found) {
        throw "There is no certificate with thumbprint $Thumbprint in the stores of the user and the machine."
    }

    if (-not $found.HasPrivateKey) {
        throw "The certificate '$($found.Subject)' has no private key here, so nothing can be signed with it."
    }

    $codeSigning = '1.3.6.1.5.5.7.3.3'
    $uses = $found.Extensions |
        Where-Object { $_ -is [System.Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension] }
    if ($codeSigning -notin @($uses | ForEach-Object { $_.EnhancedKeyUsages.Value })) {
        throw "The certificate '$($found.Subject)' is not one for signing code."
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
    throw "There is no $Path. Build it first: ./build.ps1 -Task Build"
}

foreach ($edition in 'Core', 'Desktop') {
    if (-not (Test-Path -Path ([IO.Path]::Combine($Path, 'bin', $edition, "$name.dll")))) {
        throw "The build in $Path has no bin/$edition. Build both frameworks: dotnet build -c Release"
    }
}

$signing = @{ Thumbprint = $CertificateThumbprint; File = $CertificatePath; Password = $CertificatePassword }
$certificate = Get-SigningCertificate @signing

# Contents: exactly what the list names, so that nothing gets in or is lost unseen.
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
    "tools/package.psd1 names $($found.Count) files."
    return
}

$missing = @($list.Contents | Where-Object { $_ -cnotin $found })
$extra = @($found | Where-Object { $_ -cnotin $list.Contents })
if ($missing -or $extra) {
    throw "The package is not what tools/package.psd1 says. Missing: $($missing -join ', '). " +
    "Not named: $($extra -join ', '). Left over from an earlier build: remove output/ and build. " +
    'Meant so: ./tools/New-Package.ps1 -RenewContents'
}

$staging = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ([IO.Path]::GetRandomFileName())
$copy = [IO.Path]::Combine($staging, $name)
try {
    $null = New-Item -ItemType Directory -Path $staging
    Copy-Item -LiteralPath $Path -Destination $copy -Recurse

    if ($certificate) {
        # Other people's assemblies keep their own signatures, where they have one.
        $files = @(Get-ChildItem -LiteralPath $copy -Recurse -File |
                Where-Object { $_.Extension -in '.ps1', '.psm1', '.psd1', '.ps1xml' -or $_.Name -like "$name*.dll" })
        foreach ($file in $files) {
            $signed = Set-AuthenticodeSignature -LiteralPath $file.FullName -Certificate $certificate `
                -HashAlgorithm SHA256 -TimestampServer 'http://timestamp.digicert.com'
            if ("$($signed.Status)" -ne 'Valid') {
                throw "$($file.Name) could not be signed with '$($certificate.Subject)': $($signed.StatusMessage)"
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
    throw "The package has $size bytes; tools/package.psd1 allows $($list.MaximumBytes)."
}

$file = Split-Path -Path $package -Leaf
'{0}: {1} files, {2:N0} bytes of at most {3:N0}.' -f $file, $found.Count, $size, $list.MaximumBytes
