using System;
using System.Management.Automation.Host;
using System.Reflection;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// Replaces a runspace's host for a while, as PowerShell does for pipelines that bring a host of
/// their own. There is no public way to do so for one that runs in its caller's scope.
/// </summary>
internal sealed class HostReplacement
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private readonly Action<PSHost> _set;
    private readonly Action _revert;
    private readonly bool _wasSet;

    private HostReplacement(PSHost outer, Action<PSHost> set, Action revert, bool wasSet)
    {
        Outer = outer;
        _set = set;
        _revert = revert;
        _wasSet = wasSet;
    }

    /// <summary>The host that is there without us.</summary>
    public PSHost Outer { get; }

    /// <summary>That of a runspace; <see langword="null"/> where this PowerShell has none.</summary>
    /// <param name="host">What a cmdlet knows as its host.</param>
    public static HostReplacement? TryCreate(PSHost host)
    {
        Type type = host.GetType();
        MethodInfo? set = type.GetMethod("SetHostRef", Members, null, [typeof(PSHost)], null);
        MethodInfo? revert = type.GetMethod("RevertHostRef", Members, null, Type.EmptyTypes, null);
        return set is not null && revert is not null
            && type.GetProperty("ExternalHost", Members)?.GetValue(host) is PSHost outer
            && type.GetProperty("IsHostRefSet", Members)?.GetValue(host) is bool wasSet
            ? new HostReplacement(
                outer,
                inner => set.Invoke(host, [inner]),
                () => revert.Invoke(host, null),
                wasSet)
            : null;
    }

    public void Set(PSHost inner) => _set(inner);

    public void Revert()
    {
        if (_wasSet)
        {
            _set(Outer);
        }
        else
        {
            _revert();
        }
    }
}
