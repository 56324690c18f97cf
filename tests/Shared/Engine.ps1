# Starts PowerShell in tests and tools, as the process that signals are sent to. Dot-source this.

# The program of the PowerShell that runs this, and the arguments that precede all others. As a .NET tool it is dotnet
# with pwsh.dll: the tool's shim, which -Path may name, does not pass signals on, and is not in every layout.
function Get-Engine {
    param([string] $Path)

    $program, $engineHome = if ($Path) {
        & $Path -NoProfile -NonInteractive -Command '[Environment]::ProcessPath; $PSHOME'
    } else {
        [Environment]::ProcessPath
        $PSHOME
    }
    if (-not $engineHome) {
        throw "'$Path' does not start PowerShell. Name a pwsh that does."
    }

    $isTool = [IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet'
    [pscustomobject]@{
        FilePath  = $program
        Arguments = [string[]]@(if ($isTool) { Join-Path -Path $engineHome -ChildPath 'pwsh.dll' })
    }
}

# Runs it to its end with the arguments that follow, as & does; sets $LASTEXITCODE.
function Invoke-Engine {
    $engine = Get-Engine
    & $engine.FilePath @($engine.Arguments) @args
}

# What [Process]::Start takes.
function New-EngineStart {
    param([string[]] $ArgumentList)

    $engine = Get-Engine
    $start = [System.Diagnostics.ProcessStartInfo]::new($engine.FilePath)
    foreach ($argument in @($engine.Arguments) + $ArgumentList) {
        $start.ArgumentList.Add($argument)
    }

    $start
}

# Gives the path of a new program in a folder that is called pwsh and becomes the engine, for what starts PowerShell by
# that name.
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
