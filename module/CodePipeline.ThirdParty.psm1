# Loads the assembly of this edition, and nothing else. Kept short: every line of script costs its time at import.
if ($PSEdition -eq 'Core') {
    # Only the loader goes into PowerShell's own load context; it keeps our AWS SDK apart from other modules'.
    $bin = "$PSScriptRoot/bin/net8.0"
    $null = [System.Reflection.Assembly]::LoadFrom("$bin/CodePipeline.ThirdParty.Loader.dll")
    $assembly = [CodePipeline.ThirdParty.Loader.ModuleLoader]::Load($bin)
} else {
    $assembly = [System.Reflection.Assembly]::LoadFrom("$PSScriptRoot/bin/net472/CodePipeline.ThirdParty.dll")
}

$inner = Import-Module -Assembly $assembly -PassThru
[CodePipeline.ThirdParty.Hosting.ModuleImport]::Complete($inner, $ExecutionContext.SessionState.Module)
