BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    Add-Type -AssemblyName System.IO.Compression, System.IO.Compression.FileSystem

    # Creates a zip like the output of a previous action.
    function New-SourceZip {
        $source = Join-Path $TestDrive "source-$([guid]::NewGuid().ToString('N'))"
        $null = New-Item -ItemType Directory -Path "$source/src", "$source/empty"
        Set-Content -Path "$source/src/hello.txt" -Value 'hello' -NoNewline
        Set-Content -Path "$source/ünïcode.txt" -Value 'grüße' -NoNewline
        $zip = "$source.zip"
        [System.IO.Compression.ZipFile]::CreateFromDirectory($source, $zip)
        $zip
    }

    # Stores a file as a job's input artifact.
    function Set-Artifact($Artifact, [string] $Path) {
        $stream = [System.IO.File]::OpenRead($Path)
        try {
            $null = $emulator.PutObject($Artifact.BucketName, $Artifact.ObjectKey, $stream)
        } finally {
            $stream.Dispose()
        }
    }

    # Creates a job with a zip for each input.
    function Get-ArtifactJob([string[]] $Inputs = @('Source'), [string[]] $Outputs = @('Built')) {
        $zip = New-SourceZip
        $with = @{}
        if ($Inputs) { $with.InputArtifact = $Inputs }
        if ($Outputs) { $with.OutputArtifact = $Outputs }
        $job = Get-ClaimedJob -With $with
        foreach ($artifact in $job.InputArtifacts) {
            Set-Artifact $artifact $zip
        }

        $job
    }

    function Get-Published($Artifact) {
        $reader = [System.IO.StreamReader]::new($emulator.OpenObject($Artifact.BucketName, $Artifact.ObjectKey))
        try { $reader.ReadToEnd() } finally { $reader.Dispose() }
    }

    function Get-TransferCount {
        @($emulator.GetRequests() | Where-Object { $_.BucketName }).Count
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'Artifacts in a pipeline' {
    BeforeEach {
        $emulator = Start-TestService
        $in = Join-Path $TestDrive "in-$([guid]::NewGuid().ToString('N'))"
    }

    AfterEach {
        Clear-TestService
    }

    It 'saves the input of a polled job into a folder' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -InputArtifact Source
        $zip = New-SourceZip
        $null = Get-CPThirdPartyJob $ActionType | Get-CPThirdPartyJobDetail -OutVariable job
        Set-Artifact $job.InputArtifacts[0] $zip
        $folder = $job | Save-CPThirdPartyJobArtifact -Destination $in -Expand
        $folder | Should -BeOfType System.IO.DirectoryInfo
        $folder.FullName | Should -Be (Join-Path $in 'Source')
        Get-Content "$in/Source/src/hello.txt" | Should -Be 'hello'
        Get-Content "$in/Source/ünïcode.txt" | Should -Be 'grüße'
        Test-Path "$in/Source/empty" | Should -BeTrue
        Get-ChildItem $in -Force | ForEach-Object Name | Should -Be 'Source'
    }

    It 'saves, publishes and completes in one pipeline' {
        Get-ArtifactJob | Save-CPThirdPartyJobArtifact $in -Expand -PassThru | ForEach-Object {
            Set-Content -Path "$in/Source/built.txt" -Value 'built' -NoNewline
            $_
        } | Publish-CPThirdPartyJobArtifact "$in/Source" -PassThru | Complete-CPThirdPartyJob -Summary 'ok'
        (Get-CPThirdPartyEmulatorJob).Status | Should -Be 'Succeeded'
        $object = $emulator.ListObjects('') | Where-Object Key -Like '*Built*'
        $object.ServerSideEncryption | Should -Be 'aws:kms'
    }

    It 'saves a file under the artifact''s name, with the extension of what it is' {
        $file = Get-ArtifactJob | Save-CPThirdPartyJobArtifact -Destination $in
        $file | Should -BeOfType System.IO.FileInfo
        $file.Name | Should -Be 'Source.zip'
        $file.Length | Should -BeGreaterThan 0
    }

    It 'reports a destination that is a file' -TestCases @(
        @{ Below = '' }, @{ Below = 'deep/er' }
    ) {
        $file = Join-Path $TestDrive 'a file'
        Set-Content -LiteralPath $file -Value 'x'
        $result = Invoke-Capturing {
            Get-ArtifactJob | Save-CPThirdPartyJobArtifact -Destination (Join-Path $file $Below)
        }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PathUnusable,*'
        "$($result.Errors[0])" | Should -BeLike "*'$file' is a file, not a folder."
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike 'Specify a folder*'
    }

    It 'saves into the current location without -Destination' {
        $null = New-Item -ItemType Directory -Path $in
        Push-Location $in
        try {
            (Get-ArtifactJob | Save-CPThirdPartyJobArtifact).FullName | Should -Be (Join-Path $in 'Source.zip')
        } finally {
            Pop-Location
        }
    }

    It 'saves each of several jobs into its own folder' {
        $jobs = @(Get-ArtifactJob; Get-ArtifactJob)
        $files = $jobs | Save-CPThirdPartyJobArtifact -Destination { Join-Path $in $_.JobId }
        $files.FullName | Should -Be @($jobs | ForEach-Object { Join-Path (Join-Path $in $_.JobId) 'Source.zip' })
    }

    It 'reads the details of a job without details' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -OutputArtifact Out
        $published = Get-CPThirdPartyJob $ActionType | Publish-CPThirdPartyJobArtifact $PSCommandPath
        $published.Name | Should -Be 'Out'
    }

    It 'publishes a file unchanged and emits the published artifact' {
        $job = Get-ArtifactJob
        $file = Join-Path $TestDrive 'report.txt'
        Set-Content -Path $file -Value 'all green' -NoNewline
        $published = $job | Publish-CPThirdPartyJobArtifact -Path $file -Name built
        $published | Should -BeOfType CodePipeline.ThirdParty.PublishedArtifact
        $published.JobId, $published.Name, $published.Bytes | Should -Be $job.JobId, 'Built', 9
        $published.BucketName, $published.ObjectKey |
            Should -Be $job.OutputArtifacts[0].BucketName, $job.OutputArtifacts[0].ObjectKey
        $published.ETag | Should -Not -BeNullOrEmpty
        Get-Published $published | Should -Be 'all green'
        ($published | Out-String) | Should -BeLike '*Built*9*'
    }

    It 'publishes an empty file, and an empty folder' {
        $job = Get-ArtifactJob
        $null = New-Item -ItemType Directory -Path "$in/nothing"
        $null = New-Item -ItemType File -Path "$in/empty"
        ($job | Publish-CPThirdPartyJobArtifact "$in/empty").Bytes | Should -Be 0
        ($job | Publish-CPThirdPartyJobArtifact "$in/nothing").Bytes | Should -BeGreaterThan 0
    }

    It 'publishes identical zips of a folder, which expand unchanged' {
        $job = Get-ArtifactJob
        $null = $job | Save-CPThirdPartyJobArtifact $in -Expand
        $checksums = foreach ($round in 1, 2) {
            $published = $job | Publish-CPThirdPartyJobArtifact "$in/Source"
            $emulator.FindObject($published.BucketName, $published.ObjectKey).Checksum
        }

        $checksums[0] | Should -Not -BeNullOrEmpty
        $checksums[1] | Should -Be $checksums[0]
        $back = $job | Save-CPThirdPartyJobArtifact "$in/back" -Output -Expand
        $back.FullName | Should -Be (Join-Path $in 'back/Built')
        Get-Content "$in/back/Built/src/hello.txt" | Should -Be 'hello'
        Test-Path "$in/back/Built/empty" | Should -BeTrue
    }

    It 'selects artifacts by name and by wildcard' {
        $job = Get-ArtifactJob -Inputs 'App', 'Api', 'Docs'
        ($job | Save-CPThirdPartyJobArtifact $in -Name 'A*').Name | Sort-Object | Should -Be 'Api.zip', 'App.zip'
        ($job | Save-CPThirdPartyJobArtifact $in -Name docs).Name | Should -Be 'Docs.zip'
        $job | Save-CPThirdPartyJobArtifact $in -Name 'Z*' | Should -BeNullOrEmpty
    }
}

Describe 'Artifact errors and options' {
    BeforeEach {
        $emulator = Start-TestService
        $in = Join-Path $TestDrive "in-$([guid]::NewGuid().ToString('N'))"
        $job = Get-ArtifactJob
    }

    AfterEach {
        Clear-TestService
    }

    It 'touches nothing with -WhatIf' {
        $before = Get-TransferCount
        $job | Save-CPThirdPartyJobArtifact $in -Expand -WhatIf | Should -BeNullOrEmpty
        $job | Publish-CPThirdPartyJobArtifact $PSCommandPath -WhatIf | Should -BeNullOrEmpty
        Test-Path $in | Should -BeFalse
        Get-TransferCount | Should -Be $before
    }

    It 'replaces existing files only with -Force' {
        $null = $job | Save-CPThirdPartyJobArtifact $in -Expand
        Set-Content -Path "$in/Source/mine.txt" -Value 'mine'
        $result = Invoke-Capturing { $job | Save-CPThirdPartyJobArtifact $in -Expand }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
        $result.Errors[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Force*'
        Get-Content "$in/Source/mine.txt" | Should -Be 'mine'
        $null = $job | Save-CPThirdPartyJobArtifact $in -Expand -Force
        Test-Path "$in/Source/mine.txt" | Should -BeFalse
        Test-Path "$in/Source/src/hello.txt" | Should -BeTrue
    }

    It 'lists the names for an unknown one and saves the others' {
        $result = Invoke-Capturing { $job | Save-CPThirdPartyJobArtifact $in -Name Sauce, Source }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ArtifactNotInJob,*'
        "$($result.Errors[0])" | Should -BeLike "*no input artifact 'Sauce'*"
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*Source*'
        $result.Output.Name | Should -Be 'Source.zip'
    }

    It 'reports a missing path' {
        $result = Invoke-Capturing { $job | Publish-CPThirdPartyJobArtifact "$in/nowhere" }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        "$($result.Errors[0])" | Should -BeLike '*nowhere*'
    }

    It 'does not emit a job that lacks an input' {
        $null = $emulator.DeleteObject($job.InputArtifacts[0].BucketName, $job.InputArtifacts[0].ObjectKey)
        $result = Invoke-Capturing { $job | Save-CPThirdPartyJobArtifact $in -PassThru }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ArtifactNotFound,*'
        $result.Errors[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $result.Errors[0].TargetObject.JobId | Should -Be $job.JobId
        Test-Path $in | Should -BeFalse
    }

    It 'rejects an archive that becomes too large and leaves no files' {
        $result = Invoke-Capturing { $job | Save-CPThirdPartyJobArtifact $in -Expand -MaximumExpandedBytes 3 }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ArchiveTooLarge,*'
        Test-Path $in | Should -BeFalse
    }

    It 'reports steps with -Verbose and requests with -Debug, without secrets' {
        $null = $emulator.DeleteObject($job.InputArtifacts[0].BucketName, $job.InputArtifacts[0].ObjectKey)
        Set-Artifact $job.InputArtifacts[0] (New-SourceZip)
        $all = & {
            $VerbosePreference = $DebugPreference = 'Continue'
            $job | Save-CPThirdPartyJobArtifact $in
            $job | Save-CPThirdPartyJobArtifact $in -ErrorAction Continue
            $job | Publish-CPThirdPartyJobArtifact $in
        } *>&1
        $text = $all | Out-String -Width 4000
        $text | Should -BeLike '*Downloading artifact ''Source''*'
        $text | Should -BeLike '*GetObject of artifact ''Source''*attempt 1*'
        $text | Should -BeLike '*PutObject of artifact ''Built''*succeeded*'
        foreach ($part in $all) {
            $text += $part | Format-List * -Force | Out-String -Width 4000
            $text += $part | ConvertTo-Json -Depth 5 -WarningAction SilentlyContinue
        }

        foreach ($secret in 'AccessKeyId', 'SecretAccessKey', 'SessionToken') {
            $text.Contains($job.ArtifactCredentials.$secret.Reveal()) | Should -BeFalse -Because $secret
        }

        $text.Contains($job.ClientToken.Reveal()) | Should -BeFalse
    }

    It 'shows no secret when the store rejects the credentials' {
        $emulator.OrderFaults([CodePipeline.ThirdParty.Emulation.Faults.FaultPlan]::Parse('expired-token=1@GetObject'))
        $result = Invoke-Capturing { $job | Save-CPThirdPartyJobArtifact $in }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ArtifactCredentialsExpired,*'
        $text = ($result.Errors[0] | Format-List * -Force | Out-String -Width 4000) +
            [System.Management.Automation.PSSerializer]::Serialize($result.Errors[0].Exception, 6)
        $text.Contains($job.ArtifactCredentials.SessionToken.Reveal()) | Should -BeFalse
        $result.Errors[0].Exception | Should -BeOfType CodePipeline.ThirdParty.Artifacts.ArtifactTransferException
        $result.Errors[0].Exception.RequestId | Should -Not -BeNullOrEmpty
    }

    It 'stops immediately on Ctrl+C' {
        $emulator.OrderFaults([CodePipeline.ThirdParty.Emulation.Faults.FaultPlan]::Parse('slow=1@GetObject,delay=120s'))
        $shell = [powershell]::Create([System.Management.Automation.RunspaceMode]::NewRunspace)
        try {
            $null = $shell.AddScript(
                'param($module, $job, $in) Import-Module $module; $job | Save-CPThirdPartyJobArtifact $in').
                AddArgument($ModuleManifest).AddArgument($job).AddArgument($in)
            $running = $shell.BeginInvoke()
            $until = [DateTime]::UtcNow.AddSeconds(60)
            while (-not ($emulator.GetRequests() | Where-Object Operation -EQ 'HeadObject')) {
                [DateTime]::UtcNow | Should -BeLessThan $until
                $null = $running.AsyncWaitHandle.WaitOne(20)
            }

            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
        } finally {
            $shell.Dispose()
        }

        Test-Path $in | Should -BeFalse
    }

    It 'removes the partial files of a killed run in the next run' {
        $source = Join-Path $TestDrive "noise-$([guid]::NewGuid().ToString('N'))"
        $null = New-Item -ItemType Directory -Path $source
        $bytes = [byte[]]::new(6MB)
        foreach ($seed in 1..3) {
            [Random]::new($seed).NextBytes($bytes)
            [System.IO.File]::WriteAllBytes("$source/$seed", $bytes)
        }

        [System.IO.Compression.ZipFile]::CreateFromDirectory($source, "$source.zip")
        $null = $emulator.DeleteObject($job.InputArtifacts[0].BucketName, $job.InputArtifacts[0].ObjectKey)
        Set-Artifact $job.InputArtifacts[0] "$source.zip"

        # Sends the first bytes but never the last.
        $emulator.OrderFaults(
            [CodePipeline.ThirdParty.Emulation.Faults.FaultPlan]::Parse('slow=1@GetObject,skip=2,delay=3600s'))
        $command = "Import-Module '$ModuleManifest'; Get-CPThirdPartyJobDetail $($job.JobId) |
            Save-CPThirdPartyJobArtifact '$in' -Expand"
        $start = New-EngineStart '-NoProfile', '-NonInteractive', '-Command', $command
        $start.Environment['AWS_ENDPOINT_URL'] = $emulator.Endpoint.AbsoluteUri
        $start.Environment['AWS_REGION'] = $emulator.Region
        $start.Environment['AWS_ACCESS_KEY_ID'] = $emulator.AccessKeyId
        $start.Environment['AWS_SECRET_ACCESS_KEY'] = $emulator.SecretAccessKey.Reveal()
        $start.Environment['CPTHIRDPARTY_CLIENT_TOKEN'] = $job.ClientToken.Reveal()
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            $until = [DateTime]::UtcNow.AddSeconds(60)
            do {
                [DateTime]::UtcNow | Should -BeLessThan $until
                $process.WaitForExit(50) | Should -BeFalse
                $left = @(Get-ChildItem $in -Force -ErrorAction Ignore | ForEach-Object Name)
            } until ($left -like '.cpartifact-*' -and $left -like '.cpthirdparty-*.part')
        } finally {
            $process.Kill()
            $process.WaitForExit()
        }

        Test-Path "$in/Source" | Should -BeFalse
        $part = @(Get-ChildItem $in -Force -Filter '.cpthirdparty-*.part')
        $part.Count | Should -Be 1
        $part[0].LastWriteTimeUtc = [DateTime]::UtcNow.AddMinutes($(if ($IsWindows) { -3000 } else { -5 }))
        $emulator.OrderFaults($null)
        $folder = $job | Save-CPThirdPartyJobArtifact $in -Expand
        Get-ChildItem $in -Force | ForEach-Object Name | Should -Be 'Source'
        (Get-ChildItem $folder -File).Count | Should -Be 3
    }
}

Describe 'Links in a published folder' -Skip:$IsWindows {
    BeforeEach {
        $emulator = Start-TestService
        $job = Get-ArtifactJob -Inputs @()
        $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive "folder-$([guid]::NewGuid().ToString('N'))")
        $outside = Join-Path $TestDrive "outside-$([guid]::NewGuid().ToString('N')).txt"
        Set-Content -Path $outside -Value 'outside' -NoNewline
        Set-Content -Path "$folder/file.txt" -Value 'file' -NoNewline
        $null = New-Item -ItemType SymbolicLink -Path "$folder/link" -Target $outside

        function Get-PublishedText([string] $Link) {
            $job | Publish-CPThirdPartyJobArtifact $folder -Link $Link -ErrorAction Stop 3> $null | Out-Null
            $back = Join-Path $TestDrive "back-$([guid]::NewGuid().ToString('N'))"
            $saved = $job | Save-CPThirdPartyJobArtifact -Output -Destination $back -Expand
            (Get-ChildItem $saved -File | Sort-Object Name | ForEach-Object { "$($_.Name)=$(Get-Content $_ -Raw)" }) -join ' '
        }
    }

    It 'are packed as the files that they lead to with -Link Follow' {
        Get-PublishedText Follow | Should -Be 'file.txt=file link=outside'
    }

    It 'are left out with -Link Skip' {
        Get-PublishedText Skip | Should -Be 'file.txt=file'
    }

    It 'are rejected by default if they lead outside' {
        $result = Invoke-Capturing { $job | Publish-CPThirdPartyJobArtifact $folder }
        $result.Errors.Count | Should -Be 1
        "$($result.Errors[0])" | Should -BeLike "*link*"
        "$($result.Errors[0].ErrorDetails.RecommendedAction)" | Should -BeLike '*-Link*'
    }
}

Describe 'Limits of a worker''s inputs' {
    BeforeEach {
        $emulator = Start-TestService
        $null = New-CPThirdPartyEmulatorJob -ActionType $ActionType -InputArtifact @{ Source = New-SourceZip }
    }

    It 'fail the job with <Limit>' -TestCases @(
        @{ Limit = 'MaximumExpandedBytes'; Value = 3 }
        @{ Limit = 'MaximumExpandedEntries'; Value = 1 }
    ) {
        $with = @{ $Limit = $Value }
        $result = Invoke-CPThirdPartyWorker -ActionType $ActionType -MaxJobs 1 @with -ScriptBlock { } 3> $null
        $result.Outcome, $result.FailureType | Should -Be 'Failed', 'JobFailed'
        $result.Message | Should -BeLike "*'Source'*"
    }

    It 'let other jobs succeed' {
        $with = @{ MaximumExpandedBytes = 1MB; MaximumExpandedEntries = 100; MaximumExpandedRatio = 1000 }
        (Invoke-CPThirdPartyWorker -ActionType $ActionType -MaxJobs 1 @with -ScriptBlock { }).Outcome |
            Should -Be 'Succeeded'
    }
}
