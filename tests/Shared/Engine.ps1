# Starts PowerShell in tests and tools as a process that can receive signals. Dot-source this file.

# Returns the executable of the running PowerShell, or of the one in -Path, and its first arguments. For the .NET tool,
# this is dotnet with pwsh.dll: the tool's shim does not forward signals and does not exist in every installation.
function Get-Engine {
    param([string] $Path)

    $program, $engineHome = if ($Path) {
        & $Path -NoProfile -NonInteractive -Command '[Environment]::ProcessPath; $PSHOME'
    } else {
        [Environment]::ProcessPath
        $PSHOME
    }
    if (-not $engineHome) {
        throw "'$Path' does not start PowerShell. Use the path of a pwsh that works."
    }

    $isTool = [IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet'
    [pscustomobject]@{
        FilePath  = $program
        Arguments = [string[]]@(if ($isTool) { Join-Path -Path $engineHome -ChildPath 'pwsh.dll' })
    }
}

# Runs PowerShell with the given arguments, like the operator &, and sets $LASTEXITCODE.
function Invoke-Engine {
    $engine = Get-Engine
    & $engine.FilePath @($engine.Arguments) @args
}

# Returns a ProcessStartInfo for PowerShell with the given arguments.
function New-EngineStart {
    param([string[]] $ArgumentList)

    $engine = Get-Engine
    $start = [System.Diagnostics.ProcessStartInfo]::new($engine.FilePath)
    foreach ($argument in @($engine.Arguments) + $ArgumentList) {
        $start.ArgumentList.Add($argument)
    }

    $start
}

# Creates a launcher named pwsh in a folder, for programs that start PowerShell by this name, and returns its path.
function New-EngineLauncher {
    param([Parameter(Mandatory)] [string] $Folder)

    $engine = Get-Engine
    $words = @($engine.FilePath) + $engine.Arguments
    if ($IsWindows) {
        $launcher = Join-Path -Path $Folder -ChildPath 'pwsh.cmd'
        Set-Content -LiteralPath $launcher -Value "@`"$($words -join '" "')`" %*"
    } else {
        $launcher = Join-Path -Path $Folder -ChildPath 'pwsh'
        $quoted = $words | ForEach-Object { "'$($_.Replace("'", "'\''"))'" }
        Set-Content -LiteralPath $launcher -Value '#!/bin/sh', "exec $($quoted -join ' ') `"`$@`""
        [IO.File]::SetUnixFileMode($launcher, 'UserRead, UserWrite, UserExecute')
    }

    $launcher
}
