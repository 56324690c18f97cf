BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    $package = Split-Path -Path $ModuleManifest -Parent

    # Creates another version of the assembly AWSSDK.Core, like another module would load. (Add-Type chooses the
    # assembly name itself.)
    function New-OtherSdk([string] $Path) {
        Add-Type -TypeDefinition "public class LoadsTheCompiler$([guid]::NewGuid().ToString('N')) { }"
        $source = '[assembly: System.Reflection.AssemblyVersion("3.3.0.0")]
            namespace Amazon.Runtime {
                public class AmazonServiceClient { public static string WhoAmI() { return "the other one"; } }
            }'
        $compilation = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create(
            'AWSSDK.Core',
            [Microsoft.CodeAnalysis.SyntaxTree[]]@(
                [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($source)
            ),
            [Microsoft.CodeAnalysis.MetadataReference[]]@(
                [Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile([object].Assembly.Location)
            ),
            [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new('DynamicallyLinkedLibrary'))
        $file = [IO.File]::Create($Path)
        try {
            $result = $compilation.Emit($file)
        } finally {
            $file.Dispose()
        }

        $result.Success | Should -BeTrue -Because "$($result.Diagnostics)"
    }

    # Takes a job from start to end. Child processes run this to prove that their module works.
    $mainJob = @'
function Invoke-MainJob {
    $emulator = Start-CPThirdPartyEmulator
    try {
        $emulator | Connect-CPThirdParty
        $null = New-CPThirdPartyEmulatorJob Test/Contoso/1 -Emulator $emulator
        (Get-CPThirdPartyJob Test/Contoso/1 | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob |
            Complete-CPThirdPartyJob -PassThru).Status
    } finally {
        $emulator | Stop-CPThirdPartyEmulator
    }
}
'@
}

Describe 'Importing the module' {
    It 'exports exactly the cmdlets and aliases of the manifest' {
        $child = Invoke-ChildPwsh '(Get-Command -Module CodePipeline.ThirdParty).Name | Sort-Object'
        $child.Errors | Should -BeNullOrEmpty
        $manifest = Import-PowerShellDataFile $ModuleManifest
        $child.Lines | Should -Be (@($manifest.CmdletsToExport) + $manifest.AliasesToExport | Sort-Object)
    }

    It 'works a second time, with -Force' {
        $child = Invoke-ChildPwsh "$mainJob; Import-Module `$Manifest -Force; Import-Module `$Manifest -Force
            (Get-Command -Module CodePipeline.ThirdParty -CommandType Cmdlet).Count; Invoke-MainJob"
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be (Import-PowerShellDataFile $ModuleManifest).CmdletsToExport.Count, 'Succeeded'
    }

    It 'works again after removal' {
        $child = Invoke-ChildPwsh "$mainJob; Remove-Module CodePipeline.ThirdParty
            @(Get-Command -Module CodePipeline.ThirdParty).Count; Import-Module `$Manifest; Invoke-MainJob"
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 0, 'Succeeded'
    }

    It 'works in eight runspaces at once' {
        $child = Invoke-ChildPwsh -NoImport -Script @"
`$script = { param(`$Manifest) Import-Module `$Manifest
$mainJob
Invoke-MainJob }
`$runs = 1..8 | ForEach-Object {
    `$shell = [powershell]::Create().AddScript(`$script.ToString()).AddArgument(`$Manifest)
    [pscustomobject]@{ Shell = `$shell; Result = `$shell.BeginInvoke() }
}
`$runs | ForEach-Object { `$_.Shell.EndInvoke(`$_.Result); `$_.Shell.Streams.Error; `$_.Shell.Dispose() }
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be (@('Succeeded') * 8)
    }

    It 'works in ForEach-Object -Parallel' {
        $child = Invoke-ChildPwsh -NoImport -Script @"
1..6 | ForEach-Object -ThrottleLimit 6 -Parallel { Import-Module `$using:Manifest
$mainJob
Invoke-MainJob }
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be (@('Succeeded') * 6)
    }

    It 'loads automatically from PSModulePath on first use' {
        $folder = Split-Path -Path (Split-Path -Path $package -Parent) -Parent
        $child = Invoke-ChildPwsh -NoImport -Script "
            `$env:PSModulePath = '$folder' + [IO.Path]::PathSeparator + `$env:PSModulePath
            (New-CPThirdPartySkeleton GetThirdPartyJobDetails).PSObject.Properties.Name"
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'jobId', 'clientToken'
    }

    It 'works in strict mode and from another folder' {
        $child = Invoke-ChildPwsh -NoImport -Script "Set-StrictMode -Version Latest; Set-Location /
            Import-Module `$Manifest; $mainJob; Invoke-MainJob"
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'Succeeded'
    }

    It 'writes nothing to any stream' {
        $child = Invoke-ChildPwsh -NoImport -Script '@(Import-Module $Manifest *>&1).Count'
        $child.Lines | Should -Be '0'
        $child.Errors | Should -BeNullOrEmpty
    }
}

Describe 'An older PowerShell 7' {
    BeforeAll {
        # A copy of the module whose psm1 assumes another PowerShell version.
        $old = Join-Path $TestDrive 'old/CodePipeline.ThirdParty'
        $null = New-Item -ItemType Directory -Path (Split-Path -Parent $old)
        Copy-Item -LiteralPath $package -Destination $old -Recurse
        $psm1 = Join-Path $old 'CodePipeline.ThirdParty.psm1'
        (Get-Content -Raw -LiteralPath $psm1).Replace(
            '(Get-CPModuleAssembly)', '(Get-CPModuleAssembly -Engine $env:CPTHIRDPARTY_TEST_ENGINE)') |
            Set-Content -LiteralPath $psm1

        function Import-InEngine([string] $Version) {
            Invoke-ChildPwsh -NoImport -Environment @{ CPTHIRDPARTY_TEST_ENGINE = $Version } -Script "
                try { Import-Module '$old/CodePipeline.ThirdParty.psd1' } catch { `"`$_`"; `$_.FullyQualifiedErrorId }
                @(Get-Module CodePipeline.ThirdParty).Count"
        }
    }

    It 'gets one sentence about the required version: <_>' -TestCases '7.0.13', '7.2.1', '7.3.12' {
        $child = Import-InEngine $_
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be (
            "CodePipeline.ThirdParty needs PowerShell 7.4 or later, or Windows PowerShell 5.1; this is PowerShell $_.",
            'PowerShellTooOld,Microsoft.PowerShell.Commands.ImportModuleCommand', '0')
    }

    It 'accepts <_>' -TestCases '7.4.0', '7.6.9', '8.0.0' {
        (Import-InEngine $_).Lines | Should -Be '1'
    }

    It 'can load the loader, which references only .NET Core 3.1' {
        $child = Invoke-ChildPwsh '
            $loader = [AppDomain]::CurrentDomain.GetAssemblies() |
                Where-Object { $_.GetName().Name -eq "CodePipeline.ThirdParty.Loader" }
            $loader.GetReferencedAssemblies() | Where-Object Name -NE System.Management.Automation |
                ForEach-Object { "$($_.Name) $($_.Version)" }'
        $child.Lines | Where-Object { $_ -like 'System.Runtime *' } | Should -Be 'System.Runtime 4.2.2.0'
        foreach ($line in $child.Lines) {
            [version]($line -split ' ')[1] | Should -BeLessOrEqual ([version]'4.2.2.0') -Because $line
        }
    }
}

Describe 'The load context' {
    It 'shows the public types to PowerShell' {
        $child = Invoke-ChildPwsh @'
[CodePipeline.ThirdParty.ActionTypeId]::new('Test', 'ThirdParty', 'Contoso', '1').ToString()
[CodePipeline.ThirdParty.Secrets.Secret]::new('x').ToString()
[CodePipeline.ThirdParty.Jobs.ThirdPartyJob].Name; [CodePipeline.ThirdParty.Jobs.ThirdPartyJobDetail].Name
[CodePipeline.ThirdParty.Sessions.ThirdPartySession].Name; [CodePipeline.ThirdParty.FailureType]::PermissionError
[CodePipeline.ThirdParty.Client.ThirdPartyServiceException].Name
[CodePipeline.ThirdParty.Emulation.ThirdPartyEmulator].Name
'@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'Test/Contoso/1', '***', 'ThirdPartyJob', 'ThirdPartyJobDetail', 'ThirdPartySession',
            'PermissionError', 'ThirdPartyServiceException', 'ThirdPartyEmulator'
    }

    It 'keeps all assemblies but the loader out of PowerShell''s context' {
        $child = Invoke-ChildPwsh "$mainJob; `$null = Invoke-MainJob
            [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies |
                Where-Object { `$_.GetName().Name -match 'AWSSDK|CodePipeline' } |
                ForEach-Object { `$_.GetName().Name }
            [AppDomain]::CurrentDomain.GetAssemblies() |
                Where-Object { `$_.GetName().Name -eq 'AWSSDK.Core' } |
                ForEach-Object { [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name }"
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'CodePipeline.ThirdParty.Loader', 'CodePipeline.ThirdParty'
    }

    It 'shares PowerShell''s System.Management.Automation' {
        $child = Invoke-ChildPwsh '
            @([AppDomain]::CurrentDomain.GetAssemblies() |
                Where-Object { $_.GetName().Name -eq "System.Management.Automation" }).Count
            (Get-Command Get-CPThirdPartyJob).ImplementingType.IsSubclassOf([System.Management.Automation.PSCmdlet])'
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be '1', 'True'
    }

    It 'exists once per process after several imports' {
        $child = Invoke-ChildPwsh 'Import-Module $Manifest -Force
            @([System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ CodePipeline.ThirdParty).Count'
        $child.Lines | Should -Be '1'
    }

    It 'works with an AWSSDK.Core that was loaded before' {
        $other = Join-Path $TestDrive 'AWSSDK.Core.dll'
        New-OtherSdk $other
        $child = Invoke-ChildPwsh -NoImport -Script @"
[System.Reflection.Assembly]::LoadFrom('$other').GetName().Name
Import-Module `$Manifest
$mainJob
Invoke-MainJob
[Amazon.Runtime.AmazonServiceClient]::WhoAmI()
([System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies |
    Where-Object { `$_.GetName().Name -eq 'AWSSDK.Core' }).GetName().Version.ToString()
@([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq 'AWSSDK.Core' }).Count
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'AWSSDK.Core', 'Succeeded', 'the other one', '3.3.0.0', '2'
    }

    It 'works with an AWSSDK.Core that is loaded later' {
        $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'later')
        $other = Join-Path $folder 'AWSSDK.Core.dll'
        New-OtherSdk $other
        $child = Invoke-ChildPwsh @"
$mainJob
`$null = Invoke-MainJob
[void][System.Reflection.Assembly]::LoadFrom('$other')
[Amazon.Runtime.AmazonServiceClient]::WhoAmI()
Invoke-MainJob
"@
        $child.Errors | Should -BeNullOrEmpty
        $child.Lines | Should -Be 'the other one', 'Succeeded'
    }
}

Describe 'The package' {
    It 'contains no PowerShell assemblies, symbols or build leftovers' {
        $names = (Get-ChildItem -LiteralPath $package -Recurse -File -Force).Name
        $names | Should -Not -Contain 'System.Management.Automation.dll'
        $names | Where-Object {
            $_ -match '\.(pdb|deps\.json|runtimeconfig\.json|cs)$|^PowerShellStandard|^Microsoft\.PowerShell|\.config$'
        } |
            Should -BeNullOrEmpty
        (Get-ChildItem -LiteralPath $package -Recurse -Force).Name | Where-Object { $_ -match '^\.' } |
            Should -BeNullOrEmpty
    }

    It 'contains the assemblies for both editions, views and license' {
        foreach ($edition in 'Core', 'Desktop') {
            foreach (
                $assembly in 'CodePipeline.ThirdParty.Loader.dll', 'CodePipeline.ThirdParty.dll',
                    'CodePipeline.ThirdParty.Core.dll', 'AWSSDK.Core.dll'
            ) {
                [IO.Path]::Combine($package, 'bin', $edition, $assembly) | Should -Exist
            }
        }

        $manifest = Test-ModuleManifest -Path $ModuleManifest
        $manifest.ExportedFormatFiles | Should -Exist
        Join-Path $package LICENSE | Should -Exist
    }

    It 'has one version everywhere' {
        $version = (Import-PowerShellDataFile $ModuleManifest).ModuleVersion
        Get-ChildItem -Path $package -Recurse -Filter 'CodePipeline.ThirdParty*.dll' | ForEach-Object {
            $info = [System.Diagnostics.FileVersionInfo]::GetVersionInfo($_.FullName)
            "$($_.Name) $($info.ProductVersion)" | Should -Be "$($_.Name) $version"
        }
    }
}
