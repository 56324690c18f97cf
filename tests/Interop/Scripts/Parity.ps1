# Sends the cases of a file with the cmdlets, each to its own endpoint, and writes the results as JSON.
param(
    [Parameter(Mandatory)] [string] $Manifest,
    [Parameter(Mandatory)] [string] $Path
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSDefaultParameterValues = @{}
[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false)
Import-Module -Name $Manifest

$cmdlets = @{
    PollForThirdPartyJobs         = 'Get-CPThirdPartyJob'
    GetThirdPartyJobDetails       = 'Get-CPThirdPartyJobDetail'
    AcknowledgeThirdPartyJob      = 'Confirm-CPThirdPartyJob'
    PutThirdPartyJobSuccessResult = 'Complete-CPThirdPartyJob'
    PutThirdPartyJobFailureResult = 'Complete-CPThirdPartyJob'
}

# Omits members without a value, like the request.
function Get-Given([Collections.IDictionary] $Members) {
    $given = [ordered] @{}
    foreach ($name in $Members.Keys) {
        if ($null -ne $Members[$name]) { $given[$name] = $Members[$name] }
    }

    $given
}

function Get-ArtifactField($Artifact) {
    Get-Given @{
        name = $Artifact.Name; revision = $Artifact.Revision
        location = @{
            type = $Artifact.LocationType
            s3Location = @{ bucketName = $Artifact.BucketName; objectKey = $Artifact.ObjectKey }
        }
    }
}

function Get-Field([string] $Operation, [object[]] $Output) {
    switch ($Operation) {
        'PollForThirdPartyJobs' {
            @{ jobs = @($Output | ForEach-Object { @{ clientId = $_.ClientId; jobId = $_.JobId } }) }
        }
        'GetThirdPartyJobDetails' {
            $job = $Output[0]
            $configuration = @{}
            foreach ($key in $job.Configuration) { $configuration[$key] = $job.Configuration[$key] }
            @{
                jobDetails = @{
                    id    = $job.JobId
                    nonce = $job.Nonce
                    data  = Get-Given @{
                        actionTypeId        = @{
                            category = $job.ActionType.Category; owner = $job.ActionType.Owner
                            provider = $job.ActionType.Provider; version = $job.ActionType.Version
                        }
                        actionConfiguration = @{ configuration = $configuration }
                        pipelineContext     = @{
                            pipelineName = $job.PipelineName; stage = @{ name = $job.StageName }
                            action = @{ name = $job.ActionName; actionExecutionId = $job.ActionExecutionId }
                        }
                        inputArtifacts      = @($job.InputArtifacts | ForEach-Object { Get-ArtifactField $_ })
                        outputArtifacts     = @($job.OutputArtifacts | ForEach-Object { Get-ArtifactField $_ })
                        artifactCredentials = @{
                            accessKeyId     = $job.ArtifactCredentials.AccessKeyId.Reveal() -ne ''
                            secretAccessKey = $job.ArtifactCredentials.SecretAccessKey.Reveal() -ne ''
                            sessionToken    = $job.ArtifactCredentials.SessionToken.Reveal() -ne ''
                        }
                        continuationToken   = $job.ContinuationToken
                        encryptionKey       = if ($job.EncryptionKey) {
                            @{ id = $job.EncryptionKey.Id; type = $job.EncryptionKey.Type }
                        }
                    }
                }
            }
        }
        'AcknowledgeThirdPartyJob' { @{ status = $Output[0].Status } }
        default { @{} }
    }
}

function Get-Outcome($Record) {
    $exception = $Record.Exception
    $service = if ($exception.PSObject.Properties['Error']) { $exception.Error }
    $result = @{
        outcome = if ($service) { if ($service.Code) { $service.Code } else { "HTTP $($service.StatusCode)" } }
        elseif ($exception.GetType().Name -eq 'ThirdPartyConnectionException') { 'connection' }
        else { 'refused' }
        errorId = $Record.FullyQualifiedErrorId.Split(',')[0]
        category = "$($Record.CategoryInfo.Category)"
        message = "$Record"
        target = "$($Record.TargetObject)"
    }
    if ($service) { $result.requestId = $service.RequestId }
    $result
}

$results = foreach ($case in Get-Content -LiteralPath $Path -Raw | ConvertFrom-Json) {
    $call = @{
        Region = $case.region; EndpointUrl = $case.endpoint; AccessKey = $case.accessKey; SecretKey = $case.secretKey
        ErrorAction = 'SilentlyContinue'; ErrorVariable = 'records'
        WarningAction = 'SilentlyContinue'; WarningVariable = 'warnings'
    }
    if ($case.sessionToken) { $call.SessionToken = $case.sessionToken }
    $records = $warnings = @()
    $output = @()
    try {
        $output = @($case.request | & $cmdlets[$case.operation] @call)
    } catch {
        $records = @($_)
    }

    $result = if (@($records).Count -gt 0) {
        Get-Outcome @($records)[0]
    } else {
        @{ outcome = 'ok'; fields = Get-Field $case.operation $output }
    }
    $result.name = $case.name
    $result.errors = @($records).Count
    $result.warnings = @($warnings | ForEach-Object { "$_" })
    $result
}

ConvertTo-Json -InputObject @($results) -Depth 12 -Compress
