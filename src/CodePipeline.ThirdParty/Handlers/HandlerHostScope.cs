using System;
using System.Management.Automation.Host;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Gives a handler in the caller's scope its own host, which the worker's own output bypasses.</summary>
internal sealed class HandlerHostScope
{
    private readonly HostReplacement _hosts;
    private readonly HandlerHost _host;
    private bool _isOn;

    private HandlerHostScope(HostReplacement hosts, HandlerHost host)
    {
        _hosts = hosts;
        _host = host;
    }

    /// <summary>
    /// Creates the scope for a cmdlet; <see langword="null"/> if this PowerShell does not support it.
    /// </summary>
    /// <param name="host">The cmdlet's host.</param>
    /// <param name="canAsk">Whether a handler may prompt the user.</param>
    public static HandlerHostScope? TryCreate(PSHost host, bool canAsk) =>
        HostReplacement.TryCreate(host) is HostReplacement hosts
            ? new HandlerHostScope(hosts, new HandlerHost(hosts.Outer, canAsk))
            : null;

    /// <summary>Runs a handler with its own host.</summary>
    public void Run(HandlerCall call, Action run)
    {
        _host.Screen.Begin(call.Job.JobId, call.OnRecord);
        _hosts.Set(_host);
        _isOn = true;
        try
        {
            run();
        }
        finally
        {
            _isOn = false;
            _hosts.Revert();
            _host.Screen.End();
        }
    }

    /// <summary>Runs an action with the original host.</summary>
    public void Outside(Action action)
    {
        if (!_isOn)
        {
            action();
            return;
        }

        _isOn = false;
        _hosts.Revert();
        try
        {
            action();
        }
        finally
        {
            _hosts.Set(_host);
            _isOn = true;
        }
    }
}
