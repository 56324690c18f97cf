using System;
using System.Management.Automation.Host;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>A handler in its caller's scope has a host of its own, which what the worker shows goes past.</summary>
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

    /// <summary>That of a cmdlet; <see langword="null"/> where this PowerShell has no way to it.</summary>
    /// <param name="host">What the cmdlet knows as its host.</param>
    /// <param name="canAsk">Whether a handler may ask the user.</param>
    public static HandlerHostScope? TryCreate(PSHost host, bool canAsk) => HostReplacement.TryCreate(host) is HostReplacement hosts
        ? new HandlerHostScope(hosts, new HandlerHost(hosts.Outer, canAsk))
        : null;

    /// <summary>Runs a handler.</summary>
    public void Run(HandlerCall call, Action run)
    {
        _host.Screen.Begin(call.Job.JobId, call.Hear);
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

    /// <summary>Does something as if no handler ran.</summary>
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
