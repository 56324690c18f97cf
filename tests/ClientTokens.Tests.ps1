BeforeAll {
    . $PSScriptRoot/Shared/ModuleUnderTest.ps1
    Enter-ModuleTest
    $known = 'token-of-the-customer'

    function ConvertTo-TestSecureString([string] $Text) {
        [System.Net.NetworkCredential]::new('', $Text).SecurePassword
    }

    # Creates a job of client 'one' through a session without tokens.
    function Get-JobWithoutToken([int] $Count = 1) {
        $null = New-CPThirdPartyEmulatorJob $ActionType -Count $Count -ClientId one -ClientToken $known
        Get-CPThirdPartyJob $ActionType -Session bare
    }

    function Connect-Bare([hashtable] $With = @{}) {
        $keys = @{ AccessKey = $emulator.AccessKeyId; SecretKey = $emulator.SecretAccessKey }
        Connect-CPThirdParty -Name bare -Region us-east-1 -EndpointUrl $emulator.Endpoint @keys @With
    }
}

AfterAll {
    Exit-ModuleTest
}

Describe 'A client token as a parameter' {
    BeforeAll {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType
        Connect-Bare
    }

    AfterAll {
        Clear-TestService
    }

    It 'is accepted as <What>' -TestCases @(
        @{ What = 'a string'; Make = { $known } }
        @{ What = 'a SecureString'; Make = { ConvertTo-TestSecureString $known } }
        @{ What = 'the password of a PSCredential'
            Make = { [pscredential]::new('one', (ConvertTo-TestSecureString $known)) }
        }
        @{ What = 'a Secret'; Make = { [CodePipeline.ThirdParty.Secrets.Secret]::new($known) } }
        @{ What = 'a hashtable by client'; Make = { @{ other = 'not this'; one = $known } } }
        @{ What = 'a hashtable of SecureStrings'; Make = { @{ one = ConvertTo-TestSecureString $known } } }
        @{ What = 'a script block'
            Make = { { param($ClientId) "token-of-the-customer$(if ($ClientId -ne 'one') { '!' })" } }
        }
        @{ What = 'a script block that gives a SecureString'
            Make = { { [System.Net.NetworkCredential]::new('', 'token-of-the-customer').SecurePassword } }
        }
        @{ What = 'an object wrapped by PowerShell'; Make = { $known | ForEach-Object { $_ } } }
    ) {
        $token = & $Make
        $detail = Get-JobWithoutToken | Get-CPThirdPartyJobDetail -ClientToken $token
        $detail.Nonce | Should -Not -BeNullOrEmpty
        $detail.ClientToken.Reveal() | Should -Be $known
        "$($detail.ClientToken)" | Should -Be '***'
    }

    It 'is passed to later cmdlets' {
        Get-JobWithoutToken |
            Get-CPThirdPartyJobDetail -ClientToken $known | Confirm-CPThirdPartyJob | Complete-CPThirdPartyJob
        (Get-CPThirdPartyEmulatorJob | Select-Object -Last 1).Status | Should -Be 'Succeeded'
    }

    It 'is read from a script block once per client' {
        $asked = [System.Collections.Generic.List[string]]::new()
        $details = Get-JobWithoutToken -Count 3 |
            Get-CPThirdPartyJobDetail -ClientToken { param($ClientId) $asked.Add($ClientId); $known }
        @($details).Count | Should -Be 3
        $asked | Should -Be 'one'
    }

    It 'fails only the jobs of a client without a token' {
        $other = New-CPThirdPartyEmulatorJob $ActionType -ClientId two -ClientToken 'token-of-another'
        $result = Invoke-Capturing { Get-JobWithoutToken | Get-CPThirdPartyJobDetail -ClientToken @{ one = $known } }
        $result.Output.ClientId | Should -Be 'one'
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ClientTokenNotFound,*'
        $result.Errors[0].TargetObject.JobId | Should -Be $other.JobId
    }

    It 'names the client and all sources if none has a token' {
        $job = Get-JobWithoutToken
        $result = Invoke-Capturing { $job | Get-CPThirdPartyJobDetail -ClientToken @{ other = 'x' } }
        $result.Errors[0].CategoryInfo.Category | Should -Be 'AuthenticationError'
        $text = "$($result.Errors[0])"
        $text | Should -BeLike "*client 'one'*"
        $text | Should -BeLike "*$($job.JobId)*"
        $text | Should -BeLike '*table of -ClientToken*CPTHIRDPARTY_CLIENT_TOKEN*'
        $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*-ClientToken*'
    }

    It 'reports the message of a script block that throws' {
        $job = Get-JobWithoutToken
        $result = Invoke-Capturing {
            $job | Get-CPThirdPartyJobDetail -ClientToken { param($ClientId) throw "the safe of $ClientId is locked" }
        }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ClientTokenSourceFailed,*'
        "$($result.Errors[0])" | Should -BeLike '*the safe of one is locked*'
        $result.Errors[0].TargetObject.JobId | Should -Be $job.JobId
    }

    It 'reports <What> with InvalidInput before any request' -TestCases @(
        @{ What = 'an empty string'; Token = '' }
        @{ What = 'a token of 257 characters'; Token = 'x' * 257 }
        @{ What = 'a number'; Token = 5 }
        @{ What = 'the mask of a secret'; Token = '***' }
        @{ What = 'a mask of a runner'; Token = '********' }
        @{ What = 'a table with a mask'; Token = @{ one = '***' } }
        @{ What = 'a script block that gives a mask'; Token = { '***' } }
    ) {
        $before = (Get-ServiceRequest | Measure-Object).Count
        { Get-CPThirdPartyJobDetail -JobId any -ClientToken $Token -Session bare -ErrorAction Stop } | Should -Throw
        (Get-ServiceRequest | Measure-Object).Count | Should -Be $before
    }
}

Describe 'The order in which client tokens are looked up' {
    BeforeAll {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType
        $null = $emulator.AddClient('one', $known)
    }

    AfterEach {
        $env:CPTHIRDPARTY_CLIENT_TOKEN = $null
        Get-CPThirdPartySession | Disconnect-CPThirdParty
    }

    AfterAll {
        Clear-TestService
    }

    It 'prefers the parameter to the job''s token' {
        Connect-Bare
        $job = Get-JobWithoutToken
        $detail = $job | Get-CPThirdPartyJobDetail -ClientToken $known
        $result = Invoke-Capturing { $detail | Confirm-CPThirdPartyJob -ClientToken 'another token' }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidClientToken,*'
    }

    It 'prefers the job''s token to the session''s' {
        Connect-Bare @{ ClientToken = $known }
        $detail = Get-JobWithoutToken | Get-CPThirdPartyJobDetail
        Connect-Bare @{ ClientToken = 'wrong' }
        ($detail | Confirm-CPThirdPartyJob -Session bare).Status | Should -Be 'InProgress'
    }

    It 'prefers the session''s token to the environment''s' {
        $env:CPTHIRDPARTY_CLIENT_TOKEN = 'wrong'
        Connect-Bare @{ ClientToken = { param($ClientId) if ($ClientId -eq 'one') { $known } } }
        (Get-JobWithoutToken | Get-CPThirdPartyJobDetail).Nonce | Should -Not -BeNullOrEmpty
    }

    It 'falls back to the environment if the session has no token' {
        $env:CPTHIRDPARTY_CLIENT_TOKEN = $known
        Connect-Bare @{ ClientToken = @{ other = 'x' } }
        (Get-JobWithoutToken | Get-CPThirdPartyJobDetail).Nonce | Should -Not -BeNullOrEmpty
    }

    It 'reads one token from the environment' {
        $env:CPTHIRDPARTY_CLIENT_TOKEN = $known
        Connect-Bare
        (Get-JobWithoutToken | Get-CPThirdPartyJobDetail).Nonce | Should -Not -BeNullOrEmpty
    }

    It 'reads a JSON map from the environment' {
        $env:CPTHIRDPARTY_CLIENT_TOKEN = @{ other = 'x'; one = $known } | ConvertTo-Json
        Connect-Bare
        (Get-JobWithoutToken | Get-CPThirdPartyJobDetail).Nonce | Should -Not -BeNullOrEmpty
    }

    It 'reports invalid JSON in the variable without its content' {
        $env:CPTHIRDPARTY_CLIENT_TOKEN = '{"one": "half-a-secret'
        Connect-Bare
        $result = Invoke-Capturing { Get-JobWithoutToken | Get-CPThirdPartyJobDetail }
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        "$($result.Errors[0])" | Should -BeLike '*CPTHIRDPARTY_CLIENT_TOKEN*'
        $result.Errors[0] | Format-List * -Force | Out-String | Should -Not -BeLike '*half-a-secret*'
    }

    It 'calls the session''s script block once per client' {
        $asked = [System.Collections.Generic.List[string]]::new()
        Connect-Bare @{ ClientToken = { param($ClientId) $asked.Add($ClientId); $known } }
        1..3 | ForEach-Object { Get-JobWithoutToken | Get-CPThirdPartyJobDetail } | Should -HaveCount 3
        $asked | Should -Be 'one'
    }
}

Describe 'A vault of SecretManagement' {
    BeforeAll {
        $emulator = Start-CPThirdPartyEmulator -ActionType $ActionType
        $null = $emulator.AddClient('one', $known)
        $asked = [System.Collections.Generic.List[string]]::new()

        # Simulates Microsoft.PowerShell.SecretManagement with its errors and types of secrets.
        $standIn = New-Module -Name SecretManagementStandIn -ArgumentList $asked, $known -ScriptBlock {
            param($Asked, $Known)
            $script:Asked = $Asked
            $script:Known = $Known
            function Get-Secret {
                [CmdletBinding()]
                param([string] $Name, [string] $Vault)
                $Asked.Add("$Vault/$Name")
                if ($Vault -eq 'locked') {
                    Write-Error -Message 'Vault locked: a password is needed.' -Category AuthenticationError
                } elseif ($Name -eq 'one') {
                    [System.Net.NetworkCredential]::new('', $Known).SecurePassword
                } else {
                    Write-Error -Message "The secret $Name was not found." -Category ObjectNotFound
                }
            }
        } | Import-Module -Global -PassThru
    }

    BeforeEach {
        $asked.Clear()
    }

    AfterAll {
        Remove-Module -ModuleInfo $standIn -ErrorAction SilentlyContinue
        Clear-TestService
    }

    It 'returns the token stored under the client id, read once' {
        Connect-Bare @{ ClientTokenVault = 'Partner' }
        1..2 | ForEach-Object { Get-JobWithoutToken | Get-CPThirdPartyJobDetail } | Should -HaveCount 2
        $asked | Should -Be 'Partner/one'
        (Get-CPThirdPartySession bare).ClientTokenSource | Should -BeLike '*Partner*'
    }

    It 'is named as a source if it has no token' {
        $null = New-CPThirdPartyEmulatorJob $ActionType -ClientId unknown
        Connect-Bare @{ ClientTokenVault = 'Partner' }
        $result = Invoke-Capturing { Get-CPThirdPartyJob $ActionType -Session bare | Get-CPThirdPartyJobDetail }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ClientTokenNotFound,*'
        "$($result.Errors[0])" | Should -BeLike "*'unknown'*vault 'Partner'*"
    }

    It 'reports the error of a locked vault' {
        Connect-Bare @{ ClientTokenVault = 'locked' }
        $result = Invoke-Capturing { Get-JobWithoutToken | Get-CPThirdPartyJobDetail }
        $result.Errors.Count | Should -Be 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ClientTokenSourceFailed,*'
        "$($result.Errors[0])" | Should -BeLike "*vault 'locked'*a password is needed*"
    }

    It 'names the module to install if Get-Secret is missing' {
        Connect-Bare @{ ClientTokenVault = 'Partner' }
        Remove-Module -ModuleInfo $standIn
        $result = Invoke-Capturing { Get-JobWithoutToken | Get-CPThirdPartyJobDetail }
        "$($result.Errors[0])" | Should -BeLike '*Microsoft.PowerShell.SecretManagement*'
    }

    It 'cannot be combined with a token' {
        { Connect-Bare @{ ClientTokenVault = 'Partner'; ClientToken = 'x'; ErrorAction = 'Stop' } } |
            Should -Throw -ErrorId 'InvalidInput,*'
    }
}
