using System;
using System.Management.Automation.Host;
using System.Reflection;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>
/// Replaces a runspace's host temporarily, as PowerShell does for pipelines with their own host. There is no public way
/// for a pipeline in the caller's scope.
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

    /// <summary>The original host.</summary>
    public PSHost Outer { get; }

    /// <summary>Creates the replacement; <see langword="null"/> if this PowerShell does not support it.</summary>
    /// <param name="host">The cmdlet's host.</param>
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
