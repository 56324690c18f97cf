# The pinned modules from the PowerShell Gallery that the tools use. To install them:
# Install-PSResource -RequiredResourceFile tools/requirements.psd1
@{
    'PSScriptAnalyzer'                   = @{
        version    = '1.25.0'
        repository = 'PSGallery'
    }
    'Microsoft.PowerShell.PlatyPS'       = @{
        version    = '1.0.3'
        repository = 'PSGallery'
    }
    'Microsoft.PowerShell.PSResourceGet' = @{
        version    = '1.2.0'
        repository = 'PSGallery'
    }
}
