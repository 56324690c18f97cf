#requires -Version 7.2
<#
.SYNOPSIS
    Runs a worker or completes one job, as one step on a CI runner. action.yml and the Azure DevOps template call it.
.DESCRIPTION
    All inputs come from environment variables named CPTHIRDPARTY_STEP_..., so that no input becomes part of a script's
    text. The outputs are jobs, succeeded, failed, skipped and results (JSON). On GitHub Actions they go to
    GITHUB_OUTPUT, on Azure DevOps they become output variables. The worker itself writes masks, log groups, annotations
    and the summary.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Get-StepInput([string] $Name) {
    # Azure DevOps passes an unset variable as the text of its macro.
    $value = [Environment]::GetEnvironmentVariable("CPTHIRDPARTY_STEP_$Name")
    if (-not [string]::IsNullOrWhiteSpace($value) -and $value -notmatch '^\$\([\w.]+\)$') {
        $value.Trim()
    }
}

function Test-StepSwitch([string] $Name) {
    $value = Get-StepInput $Name
    if ($value -and $value -notin 'true', 'false') {
        throw "Input $($Name.ToLowerInvariant() -replace '_', '-') is '$value'. Use true or false."
    }

    $value -eq 'true'
}

# Returns cmdlet parameters for the inputs that are set.
function Get-StepParameter([hashtable] $Map) {
    $with = @{}
    foreach ($parameter in $Map.Keys) {
        $value = Get-StepInput $Map[$parameter]
        if ($value) {
            $with[$parameter] = $value
        }
    }

    $with
}

function Write-RunnerCommand([string] $Text) {
    [Console]::Out.WriteLine($Text)
}

function Protect-RunnerSecret([string] $Value) {
    if ($env:GITHUB_ACTIONS -eq 'true') {
        Write-RunnerCommand "::add-mask::$($Value.Replace('%', '%25'))"
    } elseif ($env:TF_BUILD -eq 'true') {
        Write-RunnerCommand "##vso[task.setsecret]$($Value.Replace('%', '%AZP25'))"
    }
}

function Write-StepOutput([string] $Name, [string] $Value) {
    if ($env:GITHUB_OUTPUT) {
        # A random delimiter, so that no value can end early and add outputs of its own.
        $end = "end-$([guid]::NewGuid())"
        Add-Content -LiteralPath $env:GITHUB_OUTPUT -Value "$Name<<$end", $Value, $end
    } elseif ($env:TF_BUILD -eq 'true') {
        $escaped = $Value.Replace('%', '%AZP25').Replace("`r", '%0D').Replace("`n", '%0A')
        Write-RunnerCommand "##vso[task.setvariable variable=$Name;isOutput=true]$escaped"
    }
}

# The module receives the tokens, so do not load another author's module of the same name.
$script:ModuleName = 'CodePipeline.ThirdParty'
$script:ModuleGuid = '4c7d7d0e-5a55-4c9d-9a5c-4b9a0c6de6a1'
$script:ModuleAuthor = 'The CodePipeline.ThirdParty maintainers'

# Returns a module's version as in the Gallery, with the prerelease label.
function Get-FullVersion([string] $Version, $PSData) {
    $label = if ($PSData -and $PSData['Prerelease']) { "-$($PSData['Prerelease'])" }
    "$Version$label"
}

# Returns the requested version, or the version of the manifest next to this script.
function Get-StepModuleVersion {
    $version = Get-StepInput 'MODULE_VERSION'
    if ($version) {
        return $version
    }

    foreach ($place in '..', '../..') {
        $manifest = [IO.Path]::Combine($PSScriptRoot, $place, "$ModuleName.psd1")
        if (Test-Path -LiteralPath $manifest) {
            $data = Import-PowerShellDataFile -LiteralPath $manifest
            return Get-FullVersion $data.ModuleVersion $data.PrivateData.PSData
        }
    }

    throw 'Input module-version is missing, and the step has no manifest. Set the version of the module.'
}

function Find-StepModule([string] $Version) {
    Get-Module -ListAvailable -Name $ModuleName | Where-Object {
        "$($_.Guid)" -eq $ModuleGuid -and $_.Author -eq $ModuleAuthor -and
        (Get-FullVersion $_.Version $_.PrivateData.PSData) -eq $Version
    } | Select-Object -First 1
}

# Downloads the package of one version, verifies its hash and returns the path of its manifest.
function Save-StepModule([string] $Version, [string] $Hash) {
    $temporary = if ($env:RUNNER_TEMP) { $env:RUNNER_TEMP } else { [IO.Path]::GetTempPath() }
    $folder = Join-Path -Path $temporary -ChildPath "cpthirdparty-module-$([guid]::NewGuid())"
    $null = New-Item -ItemType Directory -Path $folder
    $from = @{ Repository = 'PSGallery'; TrustRepository = $true; AsNupkg = $true; SkipDependencyCheck = $true }
    Save-PSResource -Name $ModuleName -Version $Version -Path $folder @from
    $package = Get-ChildItem -LiteralPath $folder -Filter '*.nupkg' | Select-Object -First 1
    $found = (Get-FileHash -LiteralPath $package.FullName -Algorithm SHA256).Hash
    if ($found -ne $Hash) {
        throw "The package of $ModuleName $Version has the SHA-256 $found, but input module-hash is $Hash. " +
        'Do not use the package before you know why.'
    }

    $module = Join-Path -Path $folder -ChildPath $ModuleName
    [IO.Compression.ZipFile]::ExtractToDirectory($package.FullName, $module)
    Join-Path -Path $module -ChildPath "$ModuleName.psd1"
}

function Import-StepModule {
    $path = Get-StepInput 'MODULE_PATH'
    if ($path) {
        if (-not (Test-Path -LiteralPath $path)) {
            throw "Input module-path is '$path', which does not exist."
        }

        # PowerShell interprets a relative path without ./ as a module name.
        $path = (Resolve-Path -LiteralPath $path).ProviderPath

        # A version folder does not have the module's name, so PowerShell would not find the module in it.
        if (Test-Path -LiteralPath "$path/$ModuleName.psd1") {
            $path = "$path/$ModuleName.psd1"
        }

        Import-Module -Name $path -Global
        return
    }

    $version = Get-StepModuleVersion
    $hash = Get-StepInput 'MODULE_HASH'
    if ($hash) {
        Import-Module -Name (Save-StepModule $version $hash) -Global
        return
    }

    $module = Find-StepModule $version
    if (-not $module) {
        Install-PSResource -Name $ModuleName -Version $version -Repository PSGallery -TrustRepository
        $module = Find-StepModule $version
    }

    if (-not $module) {
        throw "$ModuleName $version by $ModuleAuthor was not found, neither on this machine " +
        'nor in the PowerShell Gallery.'
    }

    Import-Module -Name $module.Path -Global
}

# Requests an OIDC token from GitHub Actions, or for an Azure DevOps service connection.
$script:RequestToken = {
    param([hashtable] $From)

    $with = @{
        Headers = @{ Authorization = "Bearer $($From.Bearer)" }
        MaximumRetryCount = 3; RetryIntervalSec = 2; TimeoutSec = 30
    }
    if ($From.Kind -eq 'GitHub') {
        $separator = if ($From.Url.Contains('?')) { '&' } else { '?' }
        $uri = "$($From.Url)${separator}audience=$([uri]::EscapeDataString($From.Audience))"
        (Invoke-RestMethod -Uri $uri @with).value
    } else {
        $uri = "$($From.Url)?api-version=7.1&serviceConnectionId=$([uri]::EscapeDataString($From.Connection))"
        (Invoke-RestMethod -Method Post -ContentType 'application/json' -Uri $uri @with).oidcToken
    }
}

# Writes a token atomically to the file that the AWS SDK reads, for this user only. Returns the seconds until the
# renewal.
$script:SaveToken = {
    param([string] $Token, [string] $Path)

    $new = "$Path.new"
    [IO.File]::Delete($new)
    $options = [IO.FileStreamOptions]@{ Mode = 'CreateNew'; Access = 'Write' }
    if (-not $IsWindows) {
        $options.UnixCreateMode = [IO.UnixFileMode]'UserRead, UserWrite'
    }

    $stream = [IO.FileStream]::new($new, $options)
    try {
        $stream.Write([Text.Encoding]::ASCII.GetBytes($Token))
    } finally {
        $stream.Dispose()
    }

    [IO.File]::Move($new, $Path, $true)

    # Renew after half of the token's lifetime. Assume GitHub's five minutes if the lifetime cannot be read.
    try {
        $body = $Token.Split('.')[1].Replace('-', '+').Replace('_', '/')
        $body += '=' * ((4 - $body.Length % 4) % 4)
        $end = ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($body)) | ConvertFrom-Json).exp
        [math]::Max(1, ($end - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()) / 2)
    } catch {
        120
    }
}

# Provides AWS credentials through the runner's identity. Another runspace renews the token file, which the SDK reads
# when it needs new credentials.
function Enter-StepIdentity {
    $role = Get-StepInput 'ROLE_ARN'
    if (-not $role) {
        return
    }

    $audience = Get-StepInput 'AUDIENCE'
    $connection = Get-StepInput 'SERVICE_CONNECTION'
    $from = if ($env:ACTIONS_ID_TOKEN_REQUEST_URL) {
        @{
            Kind = 'GitHub'; Url = $env:ACTIONS_ID_TOKEN_REQUEST_URL; Bearer = $env:ACTIONS_ID_TOKEN_REQUEST_TOKEN
            Audience = if ($audience) { $audience } else { 'sts.amazonaws.com' }
        }
    } elseif ($connection -and $env:SYSTEM_OIDCREQUESTURI) {
        @{
            Kind = 'AzureDevOps'; Url = $env:SYSTEM_OIDCREQUESTURI; Bearer = $env:SYSTEM_ACCESSTOKEN
            Connection = $connection
        }
    } else {
        throw "Input role-to-assume is '$role', but this runner provides no identity to assume it. On GitHub " +
        'Actions, the job needs "permissions: id-token: write". On Azure DevOps, set a service connection.'
    }

    $folder = if ($env:RUNNER_TEMP) {
        $env:RUNNER_TEMP
    } elseif ($env:AGENT_TEMPDIRECTORY) {
        $env:AGENT_TEMPDIRECTORY
    } else {
        [IO.Path]::GetTempPath()
    }
    $path = Join-Path -Path $folder -ChildPath "cpthirdparty-identity-$([guid]::NewGuid())"
    $token = & $RequestToken $from
    Protect-RunnerSecret $token
    $seconds = & $SaveToken $token $path

    $env:AWS_ROLE_ARN = $role
    $env:AWS_WEB_IDENTITY_TOKEN_FILE = $path
    $session = Get-StepInput 'ROLE_SESSION_NAME'
    $env:AWS_ROLE_SESSION_NAME = if ($session) { $session } else { 'cpthirdparty-worker' }

    $stop = [Threading.ManualResetEventSlim]::new()
    $shell = [powershell]::Create()
    $null = $shell.AddScript({
            param($Request, $Save, $From, $Path, $Seconds, $Stop)
            $ErrorActionPreference = 'Stop'
            $ProgressPreference = 'SilentlyContinue'
            $request = [scriptblock]::Create($Request)
            $save = [scriptblock]::Create($Save)
            while (-not $Stop.Wait([timespan]::FromSeconds($Seconds))) {
                try {
                    $Seconds = & $save (& $request $From) $Path
                } catch {
                    # The token in the file is still valid for the same time again.
                    [Console]::Error.WriteLine("Cannot renew the runner's identity, and will retry: $_")
                    $Seconds = [math]::Max(1, $Seconds / 4)
                }
            }
        })
    foreach ($argument in "$RequestToken", "$SaveToken", $from, $path, $seconds, $stop) {
        $null = $shell.AddArgument($argument)
    }
    @{ Shell = $shell; Stop = $stop; Path = $path; Run = $shell.BeginInvoke() }
}

function Exit-StepIdentity($Identity) {
    if ($Identity) {
        $Identity.Stop.Set()
        $Identity.Shell.Stop()
        $Identity.Shell.Dispose()
        Remove-Item -LiteralPath $Identity.Path, "$($Identity.Path).new" -Force -ErrorAction Ignore
    }
}

# Moves the client token to the variable that the module reads.
function Import-StepClientToken {
    $variable = Get-StepInput 'CLIENT_TOKEN_VARIABLE'
    $given = Get-StepInput 'CLIENT_TOKEN'
    if ($given -and $variable) {
        throw 'Set only one of the inputs client-token and client-token-variable.'
    }

    if ($given) {
        $env:CPTHIRDPARTY_CLIENT_TOKEN = $given
    }

    # Child processes of the step must not inherit the token.
    $env:CPTHIRDPARTY_STEP_CLIENT_TOKEN = $null
    if (-not $variable) {
        return
    }

    $value = [Environment]::GetEnvironmentVariable($variable)
    if ([string]::IsNullOrWhiteSpace($value)) {
        throw "Input client-token-variable is '$variable', but this environment variable is not set."
    }

    $env:CPTHIRDPARTY_CLIENT_TOKEN = $value

    # The worker hides its own variable from handlers, but does not know this one.
    [Environment]::SetEnvironmentVariable($variable, $null)
}

function Invoke-StepWorker {
    $with = Get-StepParameter @{
        ActionType = 'ACTION_TYPE'; FilePath = 'SCRIPT_PATH'; MaxJobs = 'MAX_JOBS'; IdleTimeout = 'IDLE_TIMEOUT'
        Timeout = 'TIMEOUT'; JobTimeout = 'JOB_TIMEOUT'; StopTimeout = 'STOP_TIMEOUT'; PollInterval = 'POLL_INTERVAL'
        ThrottleLimit = 'THROTTLE_LIMIT'; JournalPath = 'JOURNAL'; Recover = 'RECOVER'; LogPath = 'LOG'
        WorkDirectory = 'WORK_DIRECTORY'; MaximumExpandedBytes = 'MAXIMUM_EXPANDED_BYTES'
        MaximumExpandedEntries = 'MAXIMUM_EXPANDED_ENTRIES'; MaximumExpandedRatio = 'MAXIMUM_EXPANDED_RATIO'
        Link = 'LINK'; HandlerErrorAction = 'HANDLER_ERROR_ACTION'
        MissingArtifact = 'MISSING_ARTIFACT'
    }
    if (-not $with.ContainsKey('ActionType')) {
        throw 'Input action-type is missing. Set it, for example to Test/Contoso/1.'
    }

    # One action type per line.
    $with.ActionType = @($with.ActionType -split '\r?\n' | ForEach-Object Trim | Where-Object { $_ })
    $script = Get-StepInput 'SCRIPT'
    if ([bool]$script -eq $with.ContainsKey('FilePath')) {
        throw 'Set exactly one of the inputs script and script-path.'
    }

    if ($script) {
        $with.ScriptBlock = [scriptblock]::Create($script)
    }

    $keys = Get-StepInput 'SECRET_KEYS'
    if ($keys) {
        $with.SecretConfigurationKey = @($keys -split '[,\r\n]' | ForEach-Object Trim | Where-Object { $_ })
    }

    $keep = Get-StepInput 'KEEP_ENVIRONMENT'
    if ($keep) {
        $with.KeepEnvironment = @($keep -split '[,\r\n]' | ForEach-Object Trim | Where-Object { $_ })
    }

    if (Test-StepSwitch 'NO_ARTIFACT') {
        $with.NoArtifact = $true
    }

    # Without an end, the step would occupy its runner until the runner's time limit.
    if (-not ($with.ContainsKey('MaxJobs') -or $with.ContainsKey('IdleTimeout') -or $with.ContainsKey('Timeout'))) {
        throw 'Set at least one of the inputs max-jobs, idle-timeout and timeout, so that the step ends.'
    }

    Invoke-CPThirdPartyWorker @with -IncludeSkipped
}

function Invoke-StepCompletion {
    $with = Get-StepParameter @{
        JobId = 'JOB_ID'; ClientId = 'CLIENT_ID'; Summary = 'SUMMARY'; ExternalExecutionId = 'EXTERNAL_EXECUTION_ID'
        PercentComplete = 'PERCENT_COMPLETE'; ContinuationToken = 'CONTINUATION_TOKEN'
        FailureMessage = 'FAILURE_MESSAGE'; FailureType = 'FAILURE_TYPE'
    }
    if (-not $with.ContainsKey('JobId')) {
        throw 'Input job-id is missing. Set it to the id of the job to complete.'
    }

    # A failure whose message came out empty is never reported as a success.
    if ($with.ContainsKey('FailureType') -and -not $with.ContainsKey('FailureMessage')) {
        throw "Input failure-type is '$($with.FailureType)', and failure-message is empty. Give both for a failure, and " +
        'neither for a success.'
    }

    Complete-CPThirdPartyJob @with
    $outcome = if ($with.ContainsKey('FailureMessage')) {
        'Failed'
    } elseif ($with.ContainsKey('ContinuationToken')) {
        'Continued'
    } else {
        'Succeeded'
    }
    [pscustomobject]@{
        JobId               = $with.JobId
        Outcome             = $outcome
        Message             = if ($outcome -eq 'Failed') { $with.FailureMessage } else { $with['Summary'] }
        ExternalExecutionId = $with['ExternalExecutionId']
    }
}

# Converts a result to text and numbers for later steps.
function ConvertTo-StepResult($Result) {
    $plain = [ordered]@{}
    $names = 'JobId', 'ClientId', 'ActionType', 'Outcome', 'Duration', 'FailureType', 'Message', 'ExternalExecutionId'
    foreach ($name in $names) {
        $property = $Result.PSObject.Properties[$name]
        if ($property -and $null -ne $property.Value) {
            $key = $name.Substring(0, 1).ToLowerInvariant() + $name.Substring(1)
            $plain[$key] = if ($name -eq 'Duration') {
                [math]::Round($property.Value.TotalSeconds, 3)
            } else {
                "$($property.Value)"
            }
        }
    }

    $plain
}

$identity = $null
$results = [System.Collections.Generic.List[object]]::new()
try {
    Import-StepModule
    Import-StepClientToken
    $identity = Enter-StepIdentity
    $connect = Get-StepParameter @{ Region = 'REGION'; EndpointUrl = 'ENDPOINT_URL'; ProfileName = 'PROFILE' }
    if ($connect.Count -gt 0) {
        Connect-CPThirdParty @connect
    }

    $mode = "$(Get-StepInput 'MODE')"
    $run = switch ($mode) {
        { -not $_ -or $_ -eq 'worker' } { ${function:Invoke-StepWorker} }
        'complete' { ${function:Invoke-StepCompletion} }
        default { throw "Input mode is '$mode'. Use worker or complete." }
    }

    & $run | ForEach-Object { $results.Add($_) }
} finally {
    Exit-StepIdentity $identity

    # Writes the outputs even if the worker failed, because it may have completed jobs.
    $done = @($results | Where-Object Outcome -NE 'Skipped')
    $failed = @($done | Where-Object { $_.Outcome -notin 'Succeeded', 'Continued' })
    Write-StepOutput 'jobs' $done.Count
    Write-StepOutput 'succeeded' ($done.Count - $failed.Count)
    Write-StepOutput 'failed' $failed.Count
    Write-StepOutput 'skipped' ($results.Count - $done.Count)
    $plain = @($results | ForEach-Object { ConvertTo-StepResult $_ })
    Write-StepOutput 'results' (ConvertTo-Json -InputObject $plain -Depth 4 -Compress)
}

if ($failed.Count -gt 0 -and (Get-StepInput 'MODE') -ne 'complete' -and (Test-StepSwitch 'FAIL_ON_FAILED_JOB')) {
    $noun = if ($done.Count -eq 1) { 'job' } else { 'jobs' }
    throw "$($failed.Count) of $($done.Count) $noun failed: $(@($failed | ForEach-Object JobId) -join ', ')"
}
