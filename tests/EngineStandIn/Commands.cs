using System.Collections.Generic;
using System.Collections.ObjectModel;

namespace System.Management.Automation;

public abstract class Cmdlet
{
    protected virtual void BeginProcessing()
    {
    }

    protected virtual void ProcessRecord()
    {
    }

    protected virtual void EndProcessing()
    {
    }

    protected virtual void StopProcessing()
    {
    }

    public bool ShouldProcess(string target, string action) => throw NoEngine.Error();

    public void ThrowTerminatingError(ErrorRecord errorRecord) => throw NoEngine.Error();

    public void WriteDebug(string text) => throw NoEngine.Error();

    public void WriteError(ErrorRecord errorRecord) => throw NoEngine.Error();

    public void WriteObject(object sendToPipeline) => throw NoEngine.Error();

    public void WriteProgress(ProgressRecord progressRecord) => throw NoEngine.Error();

    public void WriteVerbose(string text) => throw NoEngine.Error();

    public void WriteWarning(string text) => throw NoEngine.Error();
}

public abstract class PSCmdlet : Cmdlet
{
    public CommandInvocationIntrinsics InvokeCommand => throw NoEngine.Error();

    public InvocationInfo MyInvocation => throw NoEngine.Error();

    public SessionState SessionState => throw NoEngine.Error();
}

public class InvocationInfo
{
    public Dictionary<string, object> BoundParameters { get; } = new();

    public int ScriptLineNumber { get; init; }

    public string? ScriptName { get; init; }
}

public class CommandInvocationIntrinsics
{
    public Collection<PSObject> InvokeScript(string script, params object?[] args) => throw NoEngine.Error();
}

public sealed class SessionState
{
    public PSVariableIntrinsics PSVariable => throw NoEngine.Error();

    public PathIntrinsics Path => throw NoEngine.Error();
}

public sealed class PSVariableIntrinsics
{
    public object GetValue(string name) => throw NoEngine.Error();
}

public sealed class PathIntrinsics
{
    public string GetUnresolvedProviderPathFromPSPath(string path) => throw NoEngine.Error();
}

public abstract class EngineIntrinsics;

public abstract class CommandInfo;

public class CmdletInfo : CommandInfo;

public sealed class PSModuleInfo
{
    public Dictionary<string, CmdletInfo> ExportedCmdlets => throw NoEngine.Error();
}

public interface IModuleAssemblyInitializer
{
    void OnImport();
}

internal static class NoEngine
{
    public static InvalidOperationException Error() =>
        new("There is no engine in these tests: the cmdlet must go through its host.");
}
