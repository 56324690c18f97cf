@{
    RootModule           = 'CodePipeline.ThirdParty.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '4c7d7d0e-5a55-4c9d-9a5c-4b9a0c6de6a1'
    Author               = 'The CodePipeline.ThirdParty maintainers'
    CompanyName          = 'The CodePipeline.ThirdParty maintainers'
    Copyright            = '(c) The CodePipeline.ThirdParty maintainers. MIT licence.'
    Description          = 'Run AWS CodePipeline third-party (partner) actions from PowerShell: poll for jobs, read, claim and complete them with cmdlets that pipe into each other, move their artifacts, run a worker that reports every claimed job, and try it all on a local emulator.'
    # PowerShell 7.0 to 7.3 pass here; the loader refuses them, with a reason.
    PowerShellVersion    = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions = @('Core', 'Desktop')
    FormatsToProcess     = @('CodePipeline.ThirdParty.Format.ps1xml')
    FunctionsToExport    = @()
    CmdletsToExport      = @(
        'Complete-CPThirdPartyJob'
        'Confirm-CPThirdPartyJob'
        'Connect-CPThirdParty'
        'Disconnect-CPThirdParty'
        'Get-CPThirdPartyEmulator'
        'Get-CPThirdPartyEmulatorJob'
        'Get-CPThirdPartyJob'
        'Get-CPThirdPartyJobDetail'
        'Get-CPThirdPartySession'
        'Invoke-CPThirdPartyWorker'
        'New-CPThirdPartyEmulatorJob'
        'New-CPThirdPartyJobOutcome'
        'New-CPThirdPartySkeleton'
        'Publish-CPThirdPartyJobArtifact'
        'Save-CPThirdPartyJobArtifact'
        'Start-CPThirdPartyEmulator'
        'Stop-CPThirdPartyEmulator'
        'Test-CPThirdPartyConnection'
    )
    VariablesToExport    = @()
    AliasesToExport      = @('Get-CPThirdPartyJobDetails')
    PrivateData          = @{
        PSData = @{
            Tags         = @(
                'AWS', 'CodePipeline', 'ThirdPartyAction', 'Worker', 'CI', 'CD', 'DevOps', 'Emulator'
                'PSEdition_Core', 'PSEdition_Desktop', 'Windows', 'Linux', 'MacOS'
            )
            LicenseUri   = 'https://github.com/codepipeline-thirdparty/CodePipeline.ThirdParty/blob/main/LICENSE'
            ProjectUri   = 'https://github.com/codepipeline-thirdparty/CodePipeline.ThirdParty'
            IconUri      = 'https://raw.githubusercontent.com/codepipeline-thirdparty/CodePipeline.ThirdParty/main/docs/icon.png'
            ReleaseNotes = 'https://github.com/codepipeline-thirdparty/CodePipeline.ThirdParty/blob/main/CHANGELOG.md'
        }
    }
}
