# Loads the assembly of this edition, and nothing else.
Set-StrictMode -Version Latest

if ($PSVersionTable['PSEdition'] -eq 'Core') {
    # Only the loader goes into PowerShell's own load context; it keeps our AWS SDK apart from other modules'.
    $bin = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'net8.0')
    $null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($bin, 'CodePipeline.ThirdParty.Loader.dll'))
    $assembly = [CodePipeline.ThirdParty.Loader.ModuleContext]::Load($bin)
} else {
    $bin = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'net472')
    $assembly = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($bin, 'CodePipeline.ThirdParty.dll'))
}

$inner = Microsoft.PowerShell.Core\Import-Module -Assembly $assembly -PassThru

# Without this a second import with -Force loses the cmdlets (PowerShell issue 20710).
$add = [System.Management.Automation.PSModuleInfo].GetMethod(
    'AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
    $null = $add.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
}
