# What the tools use from the PowerShell Gallery, pinned:
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
