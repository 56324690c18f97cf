# Loads the assembly of this edition, and nothing else. Commands only, and nothing from the pipeline: the first operator
# and the first method call of a script cost PowerShell tens of milliseconds at each import, and each parameter bound
# from the pipeline some more. The loader alone goes into PowerShell's own load context, and keeps our AWS SDK apart
# from other modules'.
Import-Module "$PSScriptRoot/bin/$PSEdition/CodePipeline.ThirdParty.Loader.dll"
Export-CPModuleCmdlet (Import-Module -Assembly (Get-CPModuleAssembly) -PassThru)
