# Loads the assembly of this edition, and nothing else. Commands only: the first operator and the first method call of a script
# cost PowerShell tens of milliseconds, at each import. The loader alone goes into PowerShell's own load context, and keeps our
# AWS SDK apart from other modules'.
Import-Module "$PSScriptRoot/bin/$PSEdition/CodePipeline.ThirdParty.Loader.dll"
Get-CPModuleAssembly | Import-Module -PassThru | Export-CPModuleCmdlet
