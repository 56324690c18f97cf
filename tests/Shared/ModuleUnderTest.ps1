# Dot-source this in BeforeAll: the module from output/, a service to call, and jobs on it. No test reaches beyond
# loopback.
Set-StrictMode -Version Latest
. $PSScriptRoot/Engine.ps1

$script:RepositoryRoot = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
$script:ModuleManifest = & {
    $version =
        (Import-PowerShellDataFile -Path (Join-Path $RepositoryRoot 'CodePipeline.ThirdParty.psd1')).ModuleVersion
    [IO.Path]::Combine($RepositoryRoot, 'output', 'CodePipeline.ThirdParty', $version, 'CodePipeline.ThirdParty.psd1')
}
if (-not (Test-Path -LiteralPath $ModuleManifest)) {
    throw 'The module is not in output/. Build it: dotnet build src/CodePipeline.ThirdParty'
}

$script:ActionType = 'Test/Contoso/1'

# Every variable that the module or the AWS SDK looks at, so that a test sees nothing of the machine it runs on.
$script:QuietEnvironment = @{
    AWS_EC2_METADATA_DISABLED   = 'true'
    AWS_CONFIG_FILE             = [IO.Path]::Combine([IO.Path]::GetTempPath(), 'cpthirdparty-tests', 'no-config')
    AWS_SHARED_CREDENTIALS_FILE = [IO.Path]::Combine([IO.Path]::GetTempPath(), 'cpthirdparty-tests', 'no-credentials')
}

function Get-TestVariableName {
    Get-ChildItem -Path Env: | ForEach-Object Name |
        Where-Object { $_ -match '^(AWS_|CPTHIRDPARTY_|GITHUB_|TF_|HTTPS?_PROXY$|ALL_PROXY$|NO_PROXY$)' }
}

# Imports the module into a clean environment. Pair it with Exit-ModuleTest in AfterAll.
function Enter-ModuleTest {
    $script:SavedEnvironment = @{}
    foreach ($name in Get-TestVariableName) {
        $SavedEnvironment[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $null)
    }

    foreach ($name in $QuietEnvironment.Keys) {
        [Environment]::SetEnvironmentVariable($name, $QuietEnvironment[$name])
    }

    Import-Module -Name $ModuleManifest -Global
}

function Exit-ModuleTest {
    Clear-TestService
    foreach ($name in Get-TestVariableName) {
        [Environment]::SetEnvironmentVariable($name, $null)
    }

    foreach ($name in $SavedEnvironment.Keys) {
        [Environment]::SetEnvironmentVariable($name, $SavedEnvironment[$name])
    }
}

function Clear-TestService {
    Get-CPThirdPartySession | Disconnect-CPThirdParty -Confirm:$false
    Get-CPThirdPartyEmulator | Stop-CPThirdPartyEmulator -Confirm:$false
}

# An emulator that knows the action type, and a session of that name connected to it; gives the emulator.
function Start-TestService {
    param([hashtable] $Emulator = @{}, [hashtable] $Connect = @{}, [string] $Session = 'Default')

    $started = Start-CPThirdPartyEmulator -ActionType $ActionType @Emulator
    $started | Connect-CPThirdParty -Name $Session @Connect
    $started
}

# Jobs as a poll hands them out.
function Get-DispatchedJob {
    param([int] $Count = 1, [hashtable] $With = @{})

    $null = New-CPThirdPartyEmulatorJob -ActionType $ActionType -Count $Count @With
    Get-CPThirdPartyJob -ActionType $ActionType -MaxBatchSize $Count
}

function Get-ClaimedJob {
    param([int] $Count = 1, [hashtable] $With = @{})

    Get-DispatchedJob -Count $Count -With $With | Get-CPThirdPartyJobDetail | Confirm-CPThirdPartyJob
}

# What the service got of an operation since the start, as objects.
function Get-ServiceRequest {
    param([string] $Operation = '*')

    $requests = (Get-CPThirdPartyEmulator | Select-Object -Last 1).GetRequests()
    $requests | Where-Object Operation -Like $Operation | ForEach-Object {
        [pscustomobject]@{
            Operation = $_.Operation
            Error     = $_.ErrorName
            Body      = $_.RevealBody() | ConvertFrom-Json
        }
    }
}

# Runs a script and gives what it emitted and the errors it wrote, none of which end it.
function Invoke-Capturing {
    param([scriptblock] $Script)

    $ErrorActionPreference = 'Continue'
    $all = @(& $Script 2>&1)
    [pscustomobject]@{
        Output = @($all | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] })
        Errors = @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
    }
}

# Runs a script in a PowerShell process of its own with the module imported; gives its lines, its errors and its exit
# code.
function Invoke-ChildPwsh {
    param([string] $Script, [hashtable] $Environment = @{}, [switch] $NoImport, [int] $TimeoutSeconds = 240)

    $prelude = '$ErrorActionPreference = "Stop"; $ProgressPreference = "SilentlyContinue"; ' +
        '$PSStyle.OutputRendering = "PlainText"; $Manifest = $env:CPTHIRDPARTY_TEST_MANIFEST; '
    if (-not $NoImport) {
        $prelude += 'Import-Module -Name $Manifest; '
    }

    $command = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes("$prelude`n$Script"))
    $start = New-EngineStart '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-EncodedCommand', $command
    $start.Environment['CPTHIRDPARTY_TEST_MANIFEST'] = $ModuleManifest
    foreach ($name in $Environment.Keys) {
        $start.Environment[$name] = $Environment[$name]
    }

    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.RedirectStandardInput = $true
    $child = [System.Diagnostics.Process]::Start($start)
    try {
        $child.StandardInput.Close()
        $output = $child.StandardOutput.ReadToEndAsync()
        $errors = $child.StandardError.ReadToEndAsync()
        if (-not $child.WaitForExit($TimeoutSeconds * 1000)) {
            throw "The child process took more than $TimeoutSeconds s: $Script"
        }

        $child.WaitForExit()
        [pscustomobject]@{
            Lines    = @($output.Result -split '\r?\n' | Where-Object { $_ })
            Output   = $output.Result
            Errors   = $errors.Result
            ExitCode = $child.ExitCode
        }
    } finally {
        if (-not $child.HasExited) {
            $child.Kill($true)
        }

        $child.Dispose()
    }
}
