# What the tools and tests want from the PowerShell Gallery, pinned: Install-PSResource -RequiredResourceFile tools/requirements.psd1
@{
    Pester = @{
        version    = '5.9.0'
        repository = 'PSGallery'
    }
}
