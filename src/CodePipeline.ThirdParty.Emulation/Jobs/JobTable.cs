using System;
using System.Collections.Generic;
using System.Linq;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation.Jobs;

/// <summary>
/// Stores all jobs and clients and implements the five operations. One lock makes every operation atomic.
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
    /// <param name="request">The validated request.</param>
    /// <param name="prepare">Runs before polls can return the job.</param>
    /// <exception cref="InvalidInputException">
    /// The job id is in use, or the client has a different client token.
    /// </exception>
    internal EmulatedJob Add(EmulatedJobRequest request, Action<JobDefinition> prepare)
    {
        lock (_lock)
        {
            if (request.JobId is not null && _jobs.ContainsKey(request.JobId))
            {
                throw new InvalidInputException(
                    "JobId",
                    $"Job '{request.JobId}' already exists.",
                    "Use another JobId, or leave it out to generate one.");
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
                // A new nonce each time: the worker that received the job earlier must not be able to claim it.
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
    /// Claims a job and returns its status. A repeated request with the same nonce returns the current status, so that
    /// a worker can retry after a lost response.
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
        // No client can know the id of a job before it is available.
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

    /// <summary>Updates the status, which depends on the time. No background task does this.</summary>
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
