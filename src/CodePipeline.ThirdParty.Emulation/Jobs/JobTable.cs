using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>
/// All jobs and clients, and what each operation does to them. One lock makes every operation atomic.
/// </summary>
internal sealed class JobTable
{
    private readonly object _lock = new();
    private readonly Dictionary<string, JobEntry> _jobs = new(StringComparer.Ordinal);
    private readonly List<JobEntry> _order = new();
    private readonly Dictionary<ActionTypeId, JobQueue> _queues = new();
    private readonly ClientTable _clients = new();
    private readonly EmulatorOptions _options;
    private readonly string _bucketName;

    internal JobTable(EmulatorOptions options, string bucketName)
    {
        _options = options;
        _bucketName = bucketName;
        foreach (ActionTypeId actionType in options.ActionTypes)
        {
            _queues[actionType] = new JobQueue();
        }
    }

    /// <summary>Adds a job.</summary>
    /// <param name="request">The job, checked.</param>
    /// <param name="prepare">What to do before a poll can see it.</param>
    internal EmulatedJob Add(EmulatedJobRequest request, Action<JobDefinition> prepare)
    {
        lock (_lock)
        {
            if (request.JobId is not null && _jobs.ContainsKey(request.JobId))
            {
                throw new InvalidInputException(
                    "JobId",
                    $"There is a job '{request.JobId}' already.",
                    "Use another JobId, or leave it out for a new one.");
            }

            string clientId = _clients.ForJob(request.ClientId, request.ClientToken);
            JobDefinition definition = JobDefinition.Create(request, clientId, _options.JobTimeLimit, _bucketName);
            prepare(definition);
            DateTimeOffset now = _options.Clock.GetUtcNow();
            JobEntry entry = new(definition, request.JobId ?? RandomIdentifiers.NewId(), _order.Count, now)
            {
                ContinuationToken = request.ContinuationToken,
                AvailableAt = now + (request.Delay ?? TimeSpan.Zero),
            };
            Enqueue(entry);
            return Snapshot(entry, now);
        }
    }

    internal IReadOnlyList<KeyValuePair<string, string>> Poll(ActionTypeId actionType, int count)
    {
        lock (_lock)
        {
            if (!_queues.TryGetValue(actionType, out JobQueue? queue))
            {
                throw ServiceException.ActionTypeNotFound(actionType);
            }

            DateTimeOffset now = _options.Clock.GetUtcNow();
            List<KeyValuePair<string, string>> handedOut = new();
            while (handedOut.Count < count && queue.Next(now) is JobEntry entry)
            {
                // A new nonce each time: who got the job before must not be able to claim it any more.
                if (entry.HandOutCount > 0)
                {
                    entry.Nonce = RandomIdentifiers.Nonce(entry.Nonce);
                }

                entry.HandOutCount++;
                entry.Status = JobStatus.Dispatched;
                entry.DispatchedAt = now;
                queue.Wait(entry, now + _options.LeaseTime);
                handedOut.Add(new KeyValuePair<string, string>(entry.Definition.ClientId, entry.JobId));
            }

            return handedOut;
        }
    }

    internal EmulatedJob Details(string jobId, string clientToken)
    {
        lock (_lock)
        {
            DateTimeOffset now = _options.Clock.GetUtcNow();
            JobEntry entry = Find(jobId, clientToken, now);
            if (entry.FinishedAt is not null)
            {
                throw ServiceException.InvalidJob(entry.Status);
            }

            return Snapshot(entry, now);
        }
    }

    /// <summary>
    /// Claims a job and returns its status. The same nonce again gets the job's current status, so that a worker whose
    /// answer was lost can ask again without losing its own job.
    /// </summary>
    internal string Acknowledge(string jobId, string nonce, string clientToken)
    {
        lock (_lock)
        {
            DateTimeOffset now = _options.Clock.GetUtcNow();
            JobEntry entry = Find(jobId, clientToken, now);
            if (!ConstantTimeComparison.AreEqual(entry.Nonce, nonce))
            {
                throw ServiceException.InvalidNonce();
            }

            if (entry.Place != QueuePosition.None)
            {
                _queues[entry.Definition.ActionType].Remove(entry);
                entry.Status = JobStatus.InProgress;
                entry.AcknowledgedAt = now;
            }

            return entry.Status;
        }
    }

    internal void Finish(string jobId, string clientToken, JobResult result)
    {
        lock (_lock)
        {
            DateTimeOffset now = _options.Clock.GetUtcNow();
            JobEntry entry = Find(jobId, clientToken, now);
            entry.ResultCount++;
            if (entry.Status != JobStatus.InProgress)
            {
                throw ServiceException.InvalidJobState(entry.Status);
            }

            entry.AcceptedResultCount++;
            entry.Status = result.IsFailure ? JobStatus.Failed : JobStatus.Succeeded;
            entry.FinishedAt = now;
            entry.Result = result;
            if (result.ContinuationToken is not null)
            {
                JobEntry next = new(entry.Definition, RandomIdentifiers.NewId(), _order.Count, now)
                {
                    ContinuationToken = result.ContinuationToken,
                    PreviousJobId = entry.JobId,
                    AvailableAt = now + _options.ContinuationDelay,
                };
                entry.NextJobId = next.JobId;
                Enqueue(next);
            }
        }
    }

    internal IReadOnlyList<EmulatedJob> List()
    {
        lock (_lock)
        {
            DateTimeOffset now = _options.Clock.GetUtcNow();
            return _order.Select(entry => Snapshot(entry, now)).ToArray();
        }
    }

    internal EmulatedJob? Find(string jobId)
    {
        lock (_lock)
        {
            return _jobs.TryGetValue(jobId, out JobEntry? entry) ? Snapshot(entry, _options.Clock.GetUtcNow()) : null;
        }
    }

    internal Secret AddClient(string clientId, Secret? token)
    {
        lock (_lock)
        {
            return _clients.Add(clientId, token);
        }
    }

    internal IReadOnlyDictionary<string, Secret> Clients()
    {
        lock (_lock)
        {
            return _clients.ToDictionary();
        }
    }

    private void Enqueue(JobEntry entry)
    {
        ActionTypeId actionType = entry.Definition.ActionType;
        if (!_queues.TryGetValue(actionType, out JobQueue? queue))
        {
            queue = new JobQueue();
            _queues[actionType] = queue;
        }

        _jobs.Add(entry.JobId, entry);
        _order.Add(entry);
        queue.Wait(entry, entry.AvailableAt);
    }

    private JobEntry Find(string jobId, string clientToken, DateTimeOffset now)
    {
        // A job that does not show up yet has an id that nobody can know.
        if (!_jobs.TryGetValue(jobId, out JobEntry? entry) || entry.AvailableAt > now)
        {
            throw ServiceException.JobNotFound();
        }

        if (!_clients.IsTokenOf(entry.Definition.ClientId, clientToken))
        {
            throw ServiceException.InvalidClientToken();
        }

        Refresh(entry, now);
        return entry;
    }

    /// <summary>Brings the status up to date: time changes it, and nothing runs in the background.</summary>
    private void Refresh(JobEntry entry, DateTimeOffset now)
    {
        _queues[entry.Definition.ActionType].Refresh(entry, now);
        if (entry.Status == JobStatus.InProgress
            && entry.AcknowledgedAt is DateTimeOffset start
            && now - start >= entry.Definition.TimeLimit)
        {
            entry.Status = JobStatus.TimedOut;
            entry.FinishedAt = start + entry.Definition.TimeLimit;
        }
    }

    private EmulatedJob Snapshot(JobEntry entry, DateTimeOffset now)
    {
        Refresh(entry, now);
        return new EmulatedJob(entry, _clients.TokenOf(entry.Definition.ClientId));
    }
}
