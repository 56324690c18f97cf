BeforeDiscovery {
    Set-StrictMode -Version Latest
    $root = Split-Path -Path $PSScriptRoot -Parent
    $section = ''
    $rows = foreach ($line in [IO.File]::ReadAllLines([IO.Path]::Combine($root, 'docs', 'moving.md'))) {
        if ($line -match '^#+ (.+)$') { $section = $Matches[1] }
        if ($line -match '^\| (?!---)' -and $line -notmatch '^\| (AWS.Tools.*|`aws codepipeline.*|option|boto3) \| here \|$') {
            $cells = ($line.Trim('|', ' ') -replace '\\\|', [char] 1) -split ' \| ', 2
            @{ Section = $section; There = $cells[0] -replace [char] 1, '|'; Here = $cells[1] -replace [char] 1, '|' }
        }
    }
}

# Each row of docs/moving.md maps a call of another tool to this module. These tests check the names in each row.
BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $emulator = Start-TestService
    $token = 'token-of-the-customer'

    # Parameter names, and the cmdlets of rows that name none.
    $cmdlets = (Get-Module CodePipeline.ThirdParty).ExportedCmdlets.Keys
    $ofPowerShell = 'Debug', 'WhatIf', 'Confirm', 'ErrorAction', 'ErrorVariable', 'DateKind', 'Raw', 'ExpandProperty'

    function Get-Detail([hashtable] $With = @{}) {
        $job = Get-DispatchedJob -With @{
            ClientId = 'one'; ClientToken = $token; InputArtifact = 'In'; Configuration = @{ ProjectName = 'web' }
        }
        Get-CPThirdPartyJobDetail -JobId $job.JobId -ClientToken $token @With
    }

    function Get-Claim { $detail = Get-Detail; @{ JobId = $detail.Id; Nonce = $detail.Nonce; ClientToken = $token } }

    # Checks beyond names, by the text of a row's first cell.
    $checks = @{
        'Confirm-CPThirdPartyJob` emits the status' = {
            $claim = Get-Claim
            Confirm-CPThirdPartyJob @claim | Should -BeOfType CodePipeline.ThirdParty.Jobs.ThirdPartyJob
            $claim = Get-Claim
            Confirm-CPThirdPartyJob @claim -Select Status | Should -Be 'InProgress'
        }
        'another status than InProgress' = {
            $claim = Get-Claim
            Confirm-CPThirdPartyJob @claim | Complete-CPThirdPartyJob
            $result = Invoke-Capturing { Confirm-CPThirdPartyJob @claim }
            $result.Output | Should -BeNullOrEmpty
            $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'JobTaken,*'
            Confirm-CPThirdPartyJob @claim -Select Status | Should -Be 'Succeeded'
            (Confirm-CPThirdPartyJob @claim -Select '*').Status | Should -Be 'Succeeded'
        }
        '-Force` skips' = {
            $claim = Get-Claim
            $ConfirmPreference = 'Low'
            { Confirm-CPThirdPartyJob @claim -Force -Confirm } | Should -Throw -ErrorId 'PromptUnavailable,*'
            (Confirm-CPThirdPartyJob @claim -Force).Status | Should -Be 'InProgress'
        }
        'secrets are plain text' = {
            $secret = (Get-Detail).Data.ArtifactCredentials.SecretAccessKey
            "$secret" | Should -Be '***'
            $secret.Reveal() | Should -Not -BeNullOrEmpty
        }
        'Configuration.ProjectName' = {
            (Get-Detail).Data.ActionConfiguration.Configuration['ProjectName'] | Should -Be 'web'
        }
        'ActionTypeId.Category.Value' = {
            (Get-Detail).Data.ActionTypeId.Category | Should -BeExactly 'Test'
            Get-Detail @{ Select = 'JobDetails.Data.ActionTypeId.Category.Value' } | Should -BeExactly 'Test'
        }
        'Amazon.CodePipeline.Model' = { Get-Detail | Should -BeOfType CodePipeline.ThirdParty.Jobs.ThirdPartyJobDetail }
        'ends the pipeline' = {
            $detail = Get-Detail
            $rows = [pscustomobject] @{ JobId = 'gone' }, [pscustomobject] @{ JobId = $detail.JobId }
            $result = Invoke-Capturing { $rows | Get-CPThirdPartyJobDetail -ClientToken $token }
            $result.Errors.Count, $result.Output.Count | Should -Be 1, 1
            { $rows | Get-CPThirdPartyJobDetail -ClientToken $token -ErrorAction Stop } |
                Should -Throw -ErrorId 'JobNotFound,*'
        }
        '$AWSHistory' = {
            $null = Invoke-Capturing { Get-CPThirdPartyJobDetail gone -ClientToken $token }
            $Error[0].Exception.Error.Code | Should -Be 'JobNotFoundException'
        }
        '-PassThru' = { $detail = Get-Detail @{ PassThru = $true }; $detail | Should -BeOfType string }
        '$details.Data.PipelineContext' = {
            $detail = Get-Detail
            $detail.Data.PipelineContext.Stage.Name | Should -Be $detail.StageName
        }
        '-Select' = {
            (Get-Detail @{ Select = '*' }).JobDetails.Nonce | Should -Not -BeNullOrEmpty
            Get-Detail @{ Select = 'JobDetails.Data.InputArtifacts.Name' } | Should -Be 'In'
        }
        'Get-CPThirdPartyJobDetails' = {
            (Get-CPThirdPartyJobDetails -JobId (Get-Detail).Id -ClientToken $token).Nonce | Should -Not -BeNullOrEmpty
        }
        '-Region`, `-ProfileName`' = {
            $row = [pscustomobject] @{ JobId = 'x'; ClientToken = $token; AccessKey = 'WRONG'; SecretKey = 'y' }
            (Invoke-Capturing { $row | Get-CPThirdPartyJobDetail }).Errors[0].FullyQualifiedErrorId |
                Should -BeLike 'CredentialsNotRecognized,*'
        }
        '--cli-input-json' = {
            $detail = Get-Detail
            $json = "{`"jobId`":`"$($detail.Id)`",`"clientToken`":`"$token`"}"
            ($json | ConvertFrom-Json -DateKind String | Get-CPThirdPartyJobDetail).Nonce | Should -Not -BeNullOrEmpty
        }
        '--cli-input-yaml' = {
            (@{ jobId = (Get-Detail).Id; clientToken = $token } | Get-CPThirdPartyJobDetail).Nonce |
                Should -Not -BeNullOrEmpty
        }
        'skeleton input' = { (New-CPThirdPartySkeleton PollForThirdPartyJobs).maxBatchSize | Should -Be 1 }
        'skeleton yaml-input' = { New-CPThirdPartySkeleton PollForThirdPartyJobs -AsYaml | Should -BeLike '*: *' }
        'skeleton output' = {
            (New-CPThirdPartySkeleton PollForThirdPartyJobs -Output).jobs[0].jobId | Should -Be 'jobId'
        }
        '--cli-read-timeout' = {
            $emulator | Connect-CPThirdParty -Name endless -Timeout 0 -ConnectTimeout 0
            { Get-CPThirdPartyJob $ActionType -Session endless -ErrorAction Stop } | Should -Not -Throw
        }
        '--output json' = {
            [CodePipeline.ThirdParty.Secrets.Secret]::new('s3cr3t') | ConvertTo-Json -Compress | Should -Be '{}'
        }
        '--debug' = {
            $shown = Get-CPThirdPartyJob $ActionType -Debug 5>&1
            "$shown" | Should -BeLike '*PollForThirdPartyJobs*'
        }
        '--version' = { (Get-Module CodePipeline.ThirdParty).Version | Should -BeGreaterThan ([version] '0.0') }
        'client.exceptions' = {
            $claim = Get-Claim
            $claim.Nonce = 'other'
            { Confirm-CPThirdPartyJob @claim -ErrorAction Stop } | Should -Throw -ErrorId 'JobTaken,*'
        }
        'inputArtifacts' = { (Get-Detail).InputArtifacts[0].BucketName | Should -Not -BeNullOrEmpty }
        'actionConfiguration' = { (Get-Detail).Configuration['ProjectName'] | Should -Be 'web' }
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'Moving, <Section>: <There>' -ForEach $rows {
    It 'names existing cmdlets and parameters' {
        $named = [regex]::Matches($Here, '\b[A-Z][a-z]+-CPThirdParty\w*') | ForEach-Object Value
        $named | ForEach-Object { $cmdlets | Should -Contain $_ }
        $candidates = if ($named) { $named } else { $cmdlets }
        $known = @($candidates | ForEach-Object { $command = Get-Command $_; $command.Parameters.Keys
                $command.Parameters.Values.Aliases }) + $ofPowerShell
        $code = ([regex]::Matches($Here, '`([^`]*)`') | ForEach-Object { $_.Groups[1].Value }) -join ' '
        [regex]::Matches($code, '(?<![\w-])-([A-Z]\w+)') |
            ForEach-Object { $known | Should -Contain $_.Groups[1].Value }
    }

    It 'is true' {
        foreach ($text in $checks.Keys | Where-Object { $There.Contains($_) }) {
            & $checks[$text]
        }
    }
}

Describe 'The checks of docs/moving.md' {
    It 'each belong to a row' {
        $page = [IO.File]::ReadAllText([IO.Path]::Combine($RepositoryRoot, 'docs', 'moving.md'))
        $checks.Keys | ForEach-Object { $page.Contains($_) | Should -BeTrue -Because "a row has '$_'" }
    }

    It 'cover each difference from AWS.Tools' {
        $page = [IO.File]::ReadAllText([IO.Path]::Combine($RepositoryRoot, 'docs', 'moving.md'))
        $table = [regex]::Match($page, '(?ms)^### What differs from AWS.Tools\n\n(.*?)\n\n').Groups[1].Value
        $rows = @($table -split '\n' | Select-Object -Skip 2)
        $rows.Count | Should -BeGreaterOrEqual 10
        foreach ($row in $rows | Where-Object { $_ -notlike '*-ClientConfig*' }) {
            $checks.Keys | Where-Object { $row.Contains($_) } | Should -Not -BeNullOrEmpty -Because $row
        }
    }
}
