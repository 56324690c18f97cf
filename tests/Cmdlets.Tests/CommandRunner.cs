using System;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.ExceptionServices;
using CodePipeline.ThirdParty.Async;

namespace CodePipeline.ThirdParty.Cmdlets.Tests;

/// <summary>Calls a cmdlet's hooks like PowerShell.</summary>
internal static class CommandRunner
{
    /// <summary>Runs a cmdlet for one record and returns the host with its output.</summary>
    public static FakeHost Run(this AsyncCommand command, FakeHost? host = null)
    {
        command.Shell = host ??= new FakeHost();
        using (command)
        {
            command.Begin();
            command.Process();
            command.End();
        }

        return host;
    }

    public static void Begin(this AsyncCommand command) => Call(command, "BeginProcessing");

    public static void Process(this AsyncCommand command) => Call(command, "ProcessRecord");

    public static void End(this AsyncCommand command) => Call(command, "EndProcessing");

    public static void Stop(this AsyncCommand command) => Call(command, "StopProcessing");

    private static void Call(AsyncCommand command, string hook)
    {
        try
        {
            typeof(Cmdlet).GetMethod(hook, BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(command, null);
        }
        catch (TargetInvocationException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerException!);
        }
    }
}
