<#
    Runs the examples of docs/en-US, each in a runspace of its own on the machine that they are written for:
    profiles 'partner' and 'default', a client token in the environment, and a service with two jobs of
    Test/Contoso/1 waiting.
    Started in a process of its own, whose environment has the AWS files, by Help.Tests.ps1.
#>
param(
    [Parameter(Mandatory)] [string] $Manifest,
    [Parameter(Mandatory)] [string] $ExamplePath,
    [Parameter(Mandatory)] [string] $ResultPath,
    [Parameter(Mandatory)] [string] $WorkFolder
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$env:CPTHIRDPARTY_CLIENT_TOKEN = 'not-so-secret'

function Start-ExampleService {
    $keys = @{ AccessKey = 'AKIAEXAMPLE'; SecretKey = 'example-secret-key' }
    $service = Start-CPThirdPartyEmulator -Name service -Region eu-central-1 @keys
    $job = @{
        ActionType     = 'Test/Contoso/1'
        Count          = 2
        ClientId       = 'customer-7'
        ClientToken    = 'not-so-secret'
        Configuration  = @{ ProjectName = 'website'; ApiKey = 'hush' }
        PipelineName   = 'website'
        StageName      = 'Test'
        ActionName     = 'Contoso'
        InputArtifact  = @{ Source = $archive }
        OutputArtifact = 'Report'
    }
    $null = New-CPThirdPartyEmulatorJob -Emulator $service @job
    $service
}

function Invoke-Example($Example) {
    $service = Start-ExampleService
    $folder = New-Item -ItemType Directory -Path (Join-Path $WorkFolder ([guid]::NewGuid()))
    $null = New-Item -ItemType Directory -Path (Join-Path $folder tokens)
    Set-Content -Path ([IO.Path]::Combine($folder, 'tokens', 'customer-7.txt')) -Value 'not-so-secret' -NoNewline
    $env:AWS_ENDPOINT_URL_CODEPIPELINE = $env:AWS_ENDPOINT_URL_S3 = $service.Endpoint
    $shell = [powershell]::Create()
    try {
        $null = $shell.AddScript('param($Manifest, $Folder) Import-Module $Manifest; Set-Location $Folder').
            AddArgument($Manifest).AddArgument("$folder").Invoke()
        $shell.Commands.Clear()
        $null = $shell.AddScript($Example.Code).AddCommand('Out-String').AddParameter('Width', 100)
        $failure = ''
        $output = try {
            -join $shell.Invoke()
        } catch {
            $failure = "$_"
            ''
        }

        [pscustomobject]@{
            Id     = $Example.Id
            Output = $output
            Errors = @($failure) + @($shell.Streams.Error | ForEach-Object { "$_" }) | Where-Object { $_ }
        }
    } finally {
        $shell.Dispose()
        Get-CPThirdPartyEmulator | Stop-CPThirdPartyEmulator
        foreach ($name in 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY') {
            [Environment]::SetEnvironmentVariable($name, $null)
        }
    }
}

$PSStyle.OutputRendering = 'PlainText'
Import-Module -Name $Manifest
$readme = New-Item -ItemType File -Path (Join-Path $WorkFolder readme.txt) -Value 'read me'
$archive = Join-Path $WorkFolder source.zip
Compress-Archive -LiteralPath $readme -DestinationPath $archive
$results = foreach ($example in Get-Content -LiteralPath $ExamplePath -Raw | ConvertFrom-Json) {
    Invoke-Example $example
}

ConvertTo-Json -InputObject @($results) -Depth 4 | Set-Content -LiteralPath $ResultPath
