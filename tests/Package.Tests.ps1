BeforeDiscovery {
    $pinned = (
        Import-PowerShellDataFile -Path "$PSScriptRoot/../tools/requirements.psd1"
    )['Microsoft.PowerShell.PSResourceGet'].version
    $hasResourceGet = [bool](Get-Module -ListAvailable -Name Microsoft.PowerShell.PSResourceGet |
            Where-Object { $_.Version -ge [version]$pinned })
}

BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    $name = 'CodePipeline.ThirdParty'
    $tools = Join-Path $RepositoryRoot 'tools'
    $stated = & $tools/Get-ModuleVersion.ps1 -Path $ModuleManifest
    $version = $stated.Version
    $full = $stated.Full
    $built = Split-Path -Path $ModuleManifest -Parent

    # Creates a copy of the built module with another version, like the next release.
    function New-OtherVersion([string] $Version, [string] $Folder) {
        $copy = Join-Path $Folder $name
        $null = New-Item -ItemType Directory -Path $Folder
        Copy-Item -LiteralPath $built -Destination $copy -Recurse
        $manifest = Join-Path $copy "$name.psd1"
        (Get-Content -Raw $manifest) -replace "(ModuleVersion\s*=\s*)'[^']+'", "`$1'$Version'" | Set-Content $manifest
        $copy
    }
}

Describe 'Packing the module' -Skip:(-not $hasResourceGet) {
    BeforeAll {
        $packages = Join-Path $TestDrive 'packages'
        $said = & $tools/New-Package.ps1 -Destination $packages
        $package = Join-Path $packages "$name.$full.nupkg"
        Add-Type -AssemblyName System.IO.Compression.FileSystem
        $zip = [System.IO.Compression.ZipFile]::OpenRead($package)
        $entries = @($zip.Entries.FullName)
        $reader = [IO.StreamReader]::new($zip.GetEntry("$name.nuspec").Open())
        $nuspec = ([xml]$reader.ReadToEnd()).package.metadata
        $reader.Dispose()
        $zip.Dispose()
    }

    It 'reports the size of the package' {
        $said | Should -Match "^$name\.$([regex]::Escape($full))\.nupkg: \d+ files, [\d.,\s]+ bytes of at most"
    }

    It 'packs exactly the files of tools/package.psd1' {
        $own = '_rels/.rels', "$name.nuspec", '[Content_Types].xml'
        # Some versions of NuGet generate a new name each time.
        $properties = 'package/services/metadata/core-properties/*.psmdcp'
        $entries | Where-Object { $_ -notin $own -and $_ -notlike $properties } | Sort-Object -CaseSensitive |
            Should -BeExactly ((Import-PowerShellDataFile $tools/package.psd1).Contents | Sort-Object -CaseSensitive)
    }

    It 'packs no symbols, PowerShell, dot-folders or build leftovers' {
        $entries | Where-Object {
            $_ -match '\.(pdb|xml~|deps\.json|runtimeconfig\.json|cs|user)$' -or
            $_ -match 'System\.Management\.Automation|PowerShellStandard|(^|/)\.(?!rels)'
        } | Should -BeNullOrEmpty
    }

    It 'has license, project, icon, notes, tags and editions' {
        $nuspec.licenseUrl | Should -Match '^https://.+/LICENSE$'
        $nuspec.projectUrl | Should -Match '^https://'
        $nuspec.iconUrl | Should -Match '^https://.+\.png$'
        $nuspec.releaseNotes | Should -Match '^https://.+/CHANGELOG\.md$'
        $tags = $nuspec.tags -split ' '
        foreach (
            $tag in 'AWS', 'CodePipeline', 'PSEdition_Core', 'PSEdition_Desktop', 'Windows', 'Linux', 'MacOS',
                'PSModule'
        ) {
            $tags | Should -Contain $tag
        }
    }

    It 'rejects a package with an unlisted file' {
        $copy = New-OtherVersion $version (Join-Path $TestDrive 'extra')
        Set-Content -Path (Join-Path $copy 'notes.txt') -Value 'left over'
        { & $tools/New-Package.ps1 -Path $copy -Destination $packages } |
            Should -Throw '*Not listed: notes.txt*-RenewContents*'
    }

    It 'rejects a package without a listed file' {
        $copy = New-OtherVersion $version (Join-Path $TestDrive 'less')
        Remove-Item -Path (Join-Path $copy 'LICENSE')
        { & $tools/New-Package.ps1 -Path $copy -Destination $packages } | Should -Throw '*Missing: LICENSE*'
    }

    It 'reports that PowerShell cannot sign here' -Skip:$IsWindows {
        { & $tools/New-Package.ps1 -CertificateThumbprint 00 -Destination $packages } |
            Should -Throw '*cannot sign*on Windows only*'
    }
}

# Uses real certificates. A mock records the signing calls, because signing works only on Windows.
Describe 'Signing the package' -Skip:(-not $hasResourceGet) {
    BeforeAll {
        $packages = Join-Path $TestDrive 'signed'
        $password = [System.Net.NetworkCredential]::new('', 'pfx-password').SecurePassword
        function global:Set-AuthenticodeSignature {
            param($LiteralPath, $Certificate, $HashAlgorithm, $TimestampServer)
            $global:Signed.Add([pscustomobject]@{
                    File = Split-Path $LiteralPath -Leaf
                    Thumbprint = $Certificate.Thumbprint
                    HasKey = $Certificate.HasPrivateKey
                    Hash = $HashAlgorithm; Timestamp = $TimestampServer
                })
            Add-Content -LiteralPath $LiteralPath -Value '# signed'
            if ($LiteralPath -like "*$($global:Unsignable)") {
                [pscustomobject]@{ Status = 'UnknownError'; StatusMessage = 'not trusted' }
            } else {
                [pscustomobject]@{ Status = 'Valid'; StatusMessage = 'ok' }
            }
        }

        function New-Certificate([string] $Name, [string] $Use = '1.3.6.1.5.5.7.3.3') {
            $key = [System.Security.Cryptography.RSA]::Create(2048)
            $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
                "CN=$Name", $key, [System.Security.Cryptography.HashAlgorithmName]::SHA256,
                    [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
            $uses = [System.Security.Cryptography.OidCollection]::new()
            $null = $uses.Add($Use)
            $request.CertificateExtensions.Add(
                [System.Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension]::new($uses, $true))
            $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
        }

        function Export-Certificate($Certificate, [string] $Name) {
            $path = Join-Path $TestDrive $Name
            [IO.File]::WriteAllBytes($path, $Certificate.Export('Pfx', $password))
            $path
        }

        $certificate = New-Certificate 'Contoso'
        $pfx = Export-Certificate $certificate 'contoso.pfx'
    }

    BeforeEach {
        $global:Signed = [System.Collections.Generic.List[object]]::new()
        $global:Unsignable = 'nothing'
    }

    AfterAll {
        Remove-Item -Path Function:\Set-AuthenticodeSignature
        Remove-Variable -Scope Global -Name Signed, Unsignable -ErrorAction Ignore
    }

    It 'signs only the module''s scripts and assemblies, once each' {
        $null = & $tools/New-Package.ps1 -CertificatePath $pfx -CertificatePassword $password -Destination $packages
        $ours = (Import-PowerShellDataFile $tools/package.psd1).Contents |
            Where-Object {
                $_ -match '\.(ps1|psm1|psd1|ps1xml)$' -or $_ -match '/CodePipeline\.ThirdParty[^/]*\.dll$'
            } | Split-Path -Leaf
        $ours.Count | Should -BeGreaterThan 8
        $Signed.File | Sort-Object | Should -Be ($ours | Sort-Object)
        $Signed.Thumbprint | Sort-Object -Unique | Should -Be $certificate.Thumbprint
        $Signed.HasKey | Sort-Object -Unique | Should -BeTrue
        $Signed.Hash | Sort-Object -Unique | Should -Be 'SHA256'
        $Signed.Timestamp | Sort-Object -Unique | Should -Match '^http://'
    }

    It 'packs signed files and leaves the build unchanged' {
        $null = & $tools/New-Package.ps1 -CertificatePath $pfx -CertificatePassword $password -Destination $packages
        & $tools/Expand-Package.ps1 -Path $packages/$name.$full.nupkg -Destination $TestDrive/expanded
        Get-Content $TestDrive/expanded/$name.psm1 -Tail 1 | Should -Be '# signed'
        Get-Content $built/$name.psm1 -Tail 1 | Should -Not -Be '# signed'
    }

    It 'creates no package if signing a file fails' {
        $global:Unsignable = "$name.psm1"
        Remove-Item $packages -Recurse -ErrorAction Ignore
        { & $tools/New-Package.ps1 -CertificatePath $pfx -CertificatePassword $password -Destination $packages } |
            Should -Throw "Cannot sign $name.psm1 with 'CN=Contoso': not trusted"
        "$packages/$name.$full.nupkg" | Should -Not -Exist
    }

    It 'reports <What>' -TestCases @(
        @{ What = 'a file that is not there'; With = { @{ CertificatePath = "$TestDrive/none.pfx" } }
            Says = 'The certificate file *none.pfx does not exist.'
        }
        @{ What = 'a wrong password'
            With = {
                $wrong = [System.Net.NetworkCredential]::new('', 'wrong').SecurePassword
                @{ CertificatePath = $pfx; CertificatePassword = $wrong }
            }
            Says = 'Cannot open the certificate file *contoso.pfx: * Check -CertificatePassword.'
        }
        @{ What = 'a thumbprint that no store has'; With = { @{ CertificateThumbprint = '00' * 20 } }
            Says = 'No certificate in the stores * has the thumbprint 0000*'
        }
        @{ What = 'a certificate for servers'
            With = {
                @{ CertificatePath = Export-Certificate (New-Certificate 'Server' '1.3.6.1.5.5.7.3.1') 'server.pfx'
                    CertificatePassword = $password
                }
            }
            Says = "The certificate 'CN=Server' is not a code-signing certificate."
        }
        @{ What = 'two certificates'; With = { @{ CertificatePath = $pfx; CertificateThumbprint = '00' } }
            Says = 'Both -CertificateThumbprint and -CertificatePath*'
        }
    ) {
        $with = & $With
        { & $tools/New-Package.ps1 @with -Destination $packages } | Should -Throw $Says
        $Signed.Count | Should -Be 0
    }

    # Uses the user's certificate store in a separate home directory.
    It 'finds a certificate by its thumbprint' -Skip:$IsWindows {
        $userHome = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'certificates')).FullName
        $child = Invoke-ChildPwsh -NoImport -Environment @{ HOME = $userHome } -Script @"
`$store = [System.Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
`$store.Open('ReadWrite')
`$own = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new('$pfx', 'pfx-password', 'PersistKeySet')
`$store.Add(`$own)
`$store.Dispose()
function global:Set-AuthenticodeSignature {
    param(`$LiteralPath, `$Certificate, `$HashAlgorithm, `$TimestampServer)
    `$Certificate.Thumbprint | Out-Host
    @{ Status = 'Valid' }
}
& '$tools/New-Package.ps1' -CertificateThumbprint $($certificate.Thumbprint) -Destination '$packages'
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Select-Object -SkipLast 1 | Sort-Object -Unique | Should -Be $certificate.Thumbprint
        $child.Lines[-1] | Should -Match '^CodePipeline\.ThirdParty\.'
    }
}

Describe 'Installing the package' -Skip:(-not $hasResourceGet -or $IsWindows) {
    # A separate home directory: only this test's child processes see the installed module.
    BeforeAll {
        $repository = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'repository')).FullName
        $userHome = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'home')).FullName
        # Without these variables, PSResourceGet stores its list in the working folder.
        foreach ($folder in '.local/share', '.config', '.cache') {
            $null = New-Item -ItemType Directory -Path (Join-Path $userHome $folder)
        }

        $next = "$(([version]$version).Major).$(([version]$version).Minor).$(([version]$version).Build + 1)"
        $clean = @{
            HOME            = $userHome
            XDG_DATA_HOME   = "$userHome/.local/share"
            XDG_CONFIG_HOME = "$userHome/.config"
            XDG_CACHE_HOME  = "$userHome/.cache"
            PSModulePath    = ''
        }

        function Invoke-InHome([string] $Script) {
            $child = Invoke-ChildPwsh -NoImport -Environment $clean -TimeoutSeconds 300 -Script $Script
            $child.Errors | Should -BeNullOrEmpty
            $child.ExitCode | Should -Be 0
            $child.Lines
        }

        $job = @'
Import-Module CodePipeline.ThirdParty
$emulator = Start-CPThirdPartyEmulator
$emulator | Connect-CPThirdParty
$null = New-CPThirdPartyEmulatorJob Test/Contoso/1
(Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob |
    Complete-CPThirdPartyJob -PassThru).Status
$emulator | Stop-CPThirdPartyEmulator
(Get-Module CodePipeline.ThirdParty).Version.ToString()
(Get-Module CodePipeline.ThirdParty).ModuleBase
'@
    }

    It 'starts in a process without the module' {
        Invoke-InHome "@(Get-Module -ListAvailable $name).Count" | Should -Be '0'
    }

    It 'publishes to a repository for Install-PSResource' {
        $packages = Join-Path $TestDrive 'first'
        $null = & $tools/New-Package.ps1 -Destination $packages
        $said = Invoke-InHome @"
Register-PSResourceRepository -Name Local -Uri '$repository' -Trusted
& '$tools/Publish-Package.ps1' -Repository Local -Path '$packages/$name.$full.nupkg'
Install-PSResource $name -Repository Local -Prerelease
(Get-InstalledPSResource $name).Version.ToString()
"@
        $said | Should -Be $version
    }

    It 'is imported by name and completes a job' {
        $said = Invoke-InHome $job
        $said[0..1] | Should -Be 'Succeeded', $version
        $said[2] | Should -BeLike "$userHome/*"
    }

    It 'is updated to a higher version that works as well' {
        $copy = New-OtherVersion $next (Join-Path $TestDrive 'next')
        Compress-PSResource -Path $copy -DestinationPath $repository
        (Invoke-InHome "Update-PSResource $name -Repository Local; $job")[0..1] | Should -Be 'Succeeded', $next
    }

    It 'is removed completely' {
        Invoke-InHome "Uninstall-PSResource $name -Version '*'; @(Get-Module -ListAvailable $name).Count" |
            Should -Be '0'
        Get-ChildItem -Path $userHome -Recurse -File -Filter '*CodePipeline*' | Should -BeNullOrEmpty
    }
}

# Packs a copy of the project with a prerelease label and tests all tools with it.
Describe 'A prerelease' -Skip:(-not $hasResourceGet) {
    BeforeAll {
        $project = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'prerelease')).FullName
        Copy-Item -LiteralPath $tools -Destination $project -Recurse
        $null = New-Item -ItemType Directory -Path $project/output/$name
        Copy-Item -LiteralPath $built -Destination $project/output/$name -Recurse
        $labelled = "$version-preview1"
        $text = Get-Content -Raw -LiteralPath $RepositoryRoot/$name.psd1
        $text = $text -replace "(?m)^ *Prerelease *=.*\r?\n" -replace '(PSData = @\{)', "`$1`n Prerelease = 'preview1'"
        foreach ($manifest in "$project/$name.psd1", "$project/output/$name/$version/$name.psd1") {
            Set-Content -LiteralPath $manifest -Value $text
        }

        Set-Content -LiteralPath $project/CHANGELOG.md -Value "## [$labelled] - 2026-01-31"
        $package = [IO.Path]::Combine($project, 'output', 'packages', "$name.$labelled.nupkg")
    }

    It 'is packed with its label' {
        & $project/tools/New-Package.ps1 | Should -Match "^$name\.$([regex]::Escape($labelled))\.nupkg: "
        $package | Should -Exist
    }

    It 'has the version number as folder and one version everywhere' {
        Remove-Item -LiteralPath $project/output/$name -Recurse
        & $project/tools/Expand-Package.ps1
        & $project/tools/Test-Version.ps1 -Tag "v$labelled" -Release | Should -Be "All versions are $labelled."
        { & $project/tools/Test-Version.ps1 -Tag "v$version" } | Should -Throw "*instead of 'v$labelled'*"
    }

    It 'differs from a build with another label' {
        $laid = "$project/output/$name/$version/$name.psd1"
        (Get-Content -Raw -LiteralPath $laid).Replace('preview1', 'preview0') | Set-Content -LiteralPath $laid
        { & $project/tools/Test-Version.ps1 } | Should -Throw "*manifest in output/ has version $version-preview0*"
    }

    It 'is published, and installed with -Prerelease' -Skip:$IsWindows {
        $userHome = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'prerelease home')).FullName
        $repository = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'prerelease feed')).FullName
        foreach ($folder in '.local/share', '.config', '.cache') {
            $null = New-Item -ItemType Directory -Path (Join-Path $userHome $folder)
        }

        $child = Invoke-ChildPwsh -NoImport -TimeoutSeconds 300 -Environment @{
            HOME            = $userHome
            XDG_DATA_HOME   = "$userHome/.local/share"
            XDG_CONFIG_HOME = "$userHome/.config"
            XDG_CACHE_HOME  = "$userHome/.cache"
            PSModulePath    = ''
        } -Script @"
Register-PSResourceRepository -Name Local -Uri '$repository' -Trusted
& '$project/tools/Publish-Package.ps1' -Repository Local
Install-PSResource $name -Repository Local -Prerelease
`$got = Get-InstalledPSResource $name
"`$(`$got.Version) `$(`$got.Prerelease)"
(Get-CPThirdPartyEmulator | Measure-Object).Count
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be "$version preview1", '0'
    }
}

Describe 'The zip of a release' {
    It 'contains the module, which imports from the expanded folder' {
        $zips = Join-Path $TestDrive 'zips'
        & $tools/New-ReleaseZip.ps1 -Destination $zips | Should -Be "$name.$full.zip"
        $modules = Join-Path $TestDrive 'modules'
        Expand-Archive -Path (Join-Path $zips "$name.$full.zip") -DestinationPath $modules
        Get-ChildItem -LiteralPath $modules -Recurse -Depth 1 | ForEach-Object Name | Should -Be $name, $version
        $child = Invoke-ChildPwsh -NoImport -Environment @{ PSModulePath = $modules } -Script '
            (Get-Command New-CPThirdPartySkeleton).Module.ModuleBase'
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be ([IO.Path]::Combine($modules, $name, $version))
    }
}

Describe 'The notices of third parties' {
    It 'name every shipped third-party assembly' {
        $notices = Get-Content -Raw (Join-Path $built 'THIRD-PARTY-NOTICES.txt')
        foreach ($assembly in (Get-ChildItem -Path $built/bin -Recurse -Filter *.dll).BaseName | Sort-Object -Unique) {
            if ($assembly -notlike "$name*") {
                $notices |
                    Should -Match "(?<![\w.])$([regex]::Escape($assembly))(?![\w.]*\w)" -Because "$assembly is shipped"
            }
        }
    }
}

Describe 'One version' {
    BeforeAll {
        # Copies the files that Test-Version checks into a folder, where tests can change them.
        function New-Project([string] $Changelog = "## [$full] - 2026-01-31") {
            $folder = Join-Path $TestDrive ([guid]::NewGuid())
            $null = New-Item -ItemType Directory -Path $folder/output/$name
            Copy-Item $RepositoryRoot/$name.psd1 $folder
            Copy-Item $built $folder/output/$name -Recurse
            Set-Content $folder/CHANGELOG.md '# Changelog', '', $Changelog, '', "## [0.0.1] - 2020-01-01"
            $folder
        }
    }

    It 'is true for this build' {
        & $tools/Test-Version.ps1 | Should -Be "All versions are $full."
    }

    It 'is true for a tag of that version and a dated changelog' {
        & $tools/Test-Version.ps1 -Root (New-Project) -Tag "v$full" -Release |
            Should -Be "All versions are $full."
    }

    It 'is false for the tag <_>' -TestCases 'v9.9.9', '9.9.9' {
        { & $tools/Test-Version.ps1 -Root (New-Project) -Tag $_ } |
            Should -Throw "*The tag is '$_' instead of 'v$full'*"
    }

    It 'is false if the changelog starts with another version' {
        { & $tools/Test-Version.ps1 -Root (New-Project '## [9.9.9] - 2026-01-31') } |
            Should -Throw '*newest heading of CHANGELOG.md has version 9.9.9*'
    }

    It 'is false for a release without a changelog date' {
        { & $tools/Test-Version.ps1 -Root (New-Project "## [$full] - unreleased") -Release } |
            Should -Throw '*no date*'
    }

    It 'is false if an assembly is from an earlier build' {
        $project = New-Project
        (Get-Content -Raw $project/$name.psd1) -replace "ModuleVersion(\s*)= '[^']+'", "ModuleVersion`$1= '9.9.9'" |
            Set-Content $project/$name.psd1
        Rename-Item $project/output/$name/$version 9.9.9
        { & $tools/Test-Version.ps1 -Root $project } |
            Should -Throw "*bin*CodePipeline.ThirdParty.dll has version $version*"
    }
}
