<#
.SYNOPSIS
Registers a worker as a scheduled task that starts with Windows and is started again when it ends.

.DESCRIPTION
The task runs as the account that is named, without a window, and without a time limit. Its settings (region, client
tokens) come from the account's environment or its AWS config file. Run this as an administrator.

.EXAMPLE
$with = @{ ActionType = 'Deploy/Contoso/1'; SiteRoot = 'D:\sites'; JournalPath = 'C:\worker\state\worker.journal' }
./Register-WorkerTask.ps1 -Script C:\worker\Start-DeployWorker.ps1 -Argument $with
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The worker's script.
    [Parameter(Mandatory)]
    [string] $Script,

    # The parameters of the script.
    [hashtable] $Argument = @{},

    # The name of the task.
    [string] $TaskName = 'CodePipeline worker',

    # The account that it runs as. A managed service account (name$) needs no password here.
    [string] $UserId = 'NT AUTHORITY\LOCAL SERVICE'
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

if (-not (Test-Path -LiteralPath $Script -PathType Leaf)) {
    throw "There is no script '$Script'. Name the worker's script with -Script."
}

$parts = foreach ($name in $Argument.Keys | Sort-Object) {
    $value = "$($Argument[$name])"
    if ($value.Contains('"')) {
        throw "The value of '$name' has a quotation mark, which a task's command line cannot carry. Leave it out."
    }
    "-$name `"$value`""
}
$arguments = "-NoProfile -NonInteractive -File `"$Script`" $($parts -join ' ')".TrimEnd()
$pwsh = (Get-Command -Name pwsh -CommandType Application | Select-Object -First 1).Source
$action = @{ Execute = $pwsh; Argument = $arguments; WorkingDirectory = Split-Path -Parent $Script }
$settings = @{
    RestartCount       = 999
    RestartInterval    = New-TimeSpan -Minutes 1
    ExecutionTimeLimit = [timespan]::Zero
    MultipleInstances  = 'IgnoreNew'
}
$task = @{
    Action    = New-ScheduledTaskAction @action
    Trigger   = New-ScheduledTaskTrigger -AtStartup
    Principal = New-ScheduledTaskPrincipal -UserId $UserId -LogonType ServiceAccount
    Settings  = New-ScheduledTaskSettingsSet @settings
}
if ($PSCmdlet.ShouldProcess($TaskName, "Register as a task: $pwsh $arguments")) {
    Register-ScheduledTask -TaskName $TaskName @task
}
