# What Invoke-ScriptAnalyzer holds every script of the repository to. tools/Test-Script.ps1 says what
# tests/ is excused from.
@{
    IncludeDefaultRules = $true
    Severity            = @('Error', 'Warning', 'Information')
    Rules               = @{
        # Both editions' syntax.
        PSUseCompatibleSyntax     = @{
            Enable         = $true
            TargetVersions = @('5.1', '7.4')
        }
        PSPlaceOpenBrace          = @{
            Enable             = $true
            OnSameLine         = $true
            NewLineAfter       = $true
            IgnoreOneLineBlock = $true
        }
        PSPlaceCloseBrace         = @{
            Enable             = $true
            NewLineAfter       = $false
            IgnoreOneLineBlock = $true
            NoEmptyLineBefore  = $true
        }
        PSUseConsistentWhitespace = @{
            Enable                                  = $true
            IgnoreAssignmentOperatorInsideHashTable = $true
        }
    }
}
