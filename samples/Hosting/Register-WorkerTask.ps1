<#
.SYNOPSIS
Registers a worker as a scheduled task that starts with Windows and restarts when it ends.

.DESCRIPTION
The task runs under the given account, without a window and without a time limit. The worker reads its settings (region,
client tokens) from the account's environment or AWS config file. Run this script as an administrator.

.EXAMPLE
$with = @{ ActionType = 'Deploy/Contoso/1'; SiteRoot = 'D:\sites'; JournalPath = 'C:\worker\state\worker.journal' }
./Register-WorkerTask.ps1 -Script C:\worker\Start-DeployWorker.ps1 -Argument $with
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The script of the worker.
    [Parameter(Mandatory)]
    [string] $Script,

    # The parameters of the script.
    [hashtable] $Argument = @{},

    # The name of the task.
    [string] $TaskName = 'CodePipeline worker',

    # The account of the task. A managed service account (name$) needs no password.
    [string] $UserId = 'NT AUTHORITY\LOCAL SERVICE'
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

if (-not (Test-Path -LiteralPath $Script -PathType Leaf)) {
    throw "The script '$Script' does not exist. Give the path of the worker's script with -Script."
}

$parts = foreach ($name in $Argument.Keys | Sort-Object) {
    $value = "$($Argument[$name])"
    if ($value.Contains('"')) {
        throw "The value of '$name' contains a quotation mark, which a task's command line cannot contain. Remove it."
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
