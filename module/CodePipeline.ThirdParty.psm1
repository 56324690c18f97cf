# Loads only the assembly of this edition, with plain commands. The first operator and the first method call of a script
# each cost tens of milliseconds at import; parameters bound from the pipeline also cost time. Only the loader enters
# PowerShell's load context, which isolates this module's AWS SDK from other modules.
Import-Module "$PSScriptRoot/bin/$PSEdition/CodePipeline.ThirdParty.Loader.dll"
Export-CPModuleCmdlet (Import-Module -Assembly (Get-CPModuleAssembly) -PassThru)
