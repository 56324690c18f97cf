using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Sessions;

namespace CodePipeline.ThirdParty.State;

/// <summary>The sessions of one runspace, with the runspace's lifetime.</summary>
internal sealed class SessionStore
{
    public const string DefaultName = "Default";

    private const int MostJobs = 50;

    private static readonly ConditionalWeakTable<Runspace, SessionStore> s_stores = new();

    private readonly object _gate = new();
    private readonly Dictionary<string, ThirdPartySession> _sessions = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<ActionTypeId> _actionTypes = new();
    private readonly List<KnownJob> _jobs = new();
    private string? _current;

    /// <summary>The session that cmdlets use when none is named.</summary>
    public ThirdPartySession? Current
    {
        get
        {
            lock (_gate)
            {
                return _current is null ? null : _sessions[_current];
            }
        }
    }

    public static SessionStore OfRunspace() => Runspace.DefaultRunspace is Runspace runspace
        ? ForRunspace(runspace)
        : new SessionStore();

    public static SessionStore ForRunspace(Runspace runspace) => s_stores.GetValue(runspace, _ => new SessionStore());

    /// <summary>
    /// Adds a session under its name. An unnamed session, or the first one, becomes the current session.
    /// </summary>
    public void Add(ThirdPartySession session)
    {
        string name = session.Name ?? DefaultName;
        lock (_gate)
        {
            _sessions[name] = session;
            if (_current is null || name.Equals(DefaultName, StringComparison.OrdinalIgnoreCase))
            {
                _current = name;
            }
        }
    }

    /// <summary>Adds a session and makes it the current one.</summary>
    public void Use(ThirdPartySession session)
    {
        lock (_gate)
        {
            Add(session);
            _current = session.Name ?? DefaultName;
        }
    }

    public ThirdPartySession? Find(string name)
    {
        lock (_gate)
        {
            return _sessions.TryGetValue(name, out ThirdPartySession? session) ? session : null;
        }
    }

    public bool Remove(string name)
    {
        lock (_gate)
        {
            if (!_sessions.Remove(name))
            {
                return false;
            }

            if (name.Equals(_current, StringComparison.OrdinalIgnoreCase))
            {
                _current = null;
            }

            return true;
        }
    }

    public IReadOnlyList<ThirdPartySession> All()
    {
        lock (_gate)
        {
            return _sessions.Values.OrderBy(session => session.Name, StringComparer.OrdinalIgnoreCase).ToList();
        }
    }

    /// <summary>Remembers an action type for completion.</summary>
    public void Remember(ActionTypeId actionType)
    {
        lock (_gate)
        {
            _actionTypes.Add(actionType);
        }
    }

    public IReadOnlyList<ActionTypeId> KnownActionTypes()
    {
        lock (_gate)
        {
            return _actionTypes.OrderBy(each => each.ToString(), StringComparer.Ordinal).ToList();
        }
    }

    /// <summary>Remembers the newest jobs for completion: ids and names, nothing secret.</summary>
    public void Remember(ThirdPartyJob job)
    {
        var detail = job as ThirdPartyJobDetail;
        lock (_gate)
        {
            int index = _jobs.FindIndex(known => known.JobId == job.JobId);
            KnownJob? before = index < 0 ? null : _jobs[index];
            if (before is not null)
            {
                _jobs.RemoveAt(index);
            }
            else if (_jobs.Count == MostJobs)
            {
                _jobs.RemoveAt(MostJobs - 1);
            }

            _jobs.Insert(0, new KnownJob(
                job.JobId,
                job.ClientId ?? before?.ClientId,
                detail is null ? before?.InputArtifacts ?? Array.Empty<string>() : Names(detail.InputArtifacts),
                detail is null ? before?.OutputArtifacts ?? Array.Empty<string>() : Names(detail.OutputArtifacts)));
        }
    }

    /// <summary>The jobs that cmdlets emitted, newest first.</summary>
    public IReadOnlyList<KnownJob> KnownJobs()
    {
        lock (_gate)
        {
            return _jobs.ToList();
        }
    }

    private static string[] Names(IReadOnlyList<JobArtifact> artifacts) =>
        artifacts.Select(artifact => artifact.Name).OfType<string>().ToArray();
}

/// <summary>The completion data of a job.</summary>
internal sealed record KnownJob(
    string JobId, string? ClientId, IReadOnlyList<string> InputArtifacts, IReadOnlyList<string> OutputArtifacts);
