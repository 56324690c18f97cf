using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>A local stand-in for the five third-party job operations of AWS CodePipeline, on loopback.</summary>
/// <remarks>All members can be used from any thread, also after <see cref="Stop"/>.</remarks>
public sealed class ThirdPartyEmulator : IDisposable
{
    private readonly JobTable _jobs;
    private readonly RequestLog _log;
    private readonly RequestPipeline _pipeline;
    private readonly LoopbackServer _server;
    private int _stopped;

    private ThirdPartyEmulator(EmulatorOptions options, LoopbackServer server)
    {
        Options = options;
        _server = server;
        Name = options.Name ?? string.Format(CultureInfo.InvariantCulture, "emulator-{0}", Endpoint.Port);
        AccessKeyId = options.AccessKeyId ?? RandomText.AccessKeyId("AKIA");
        SecretAccessKey = options.SecretAccessKey ?? new Secret(RandomText.SecretKey());
        StartedAt = options.Clock.GetUtcNow();
        _jobs = new JobTable(options);
        _log = new RequestLog(options.RecordRequests ? EmulatorOptions.RecordedRequestLimit : 0);
        _pipeline = new RequestPipeline(
            new SigV4Verifier(options.Region, AccessKeyId, SecretAccessKey, options.Clock, options.AllowedClockSkew),
            new OperationDispatcher(_jobs, options, RandomText.Bytes(32)),
            _log,
            options.Clock);
        _pipeline.OrderFaults(options.Faults);
        server.Start(_pipeline.AnswerAsync);
    }

    /// <summary>The name it was given, or one made of its port.</summary>
    public string Name { get; }

    /// <summary>Where it listens, for example <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri Endpoint => _server.Endpoint;

    /// <summary>The AWS region that requests must be signed for.</summary>
    public string Region => Options.Region;

    /// <summary>The access key id that requests must be signed with.</summary>
    public string AccessKeyId { get; }

    /// <summary>The secret access key that requests must be signed with.</summary>
    public Secret SecretAccessKey { get; }

    /// <summary>When it started, by its own clock.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>What it was started with.</summary>
    public EmulatorOptions Options { get; }

    /// <summary>Whether it still listens.</summary>
    public bool IsRunning => Volatile.Read(ref _stopped) == 0;

    /// <summary>Starts an emulator, which listens when this returns.</summary>
    /// <exception cref="InvalidInputException">An option is out of its range.</exception>
    /// <exception cref="EmulatorStartException">It cannot listen, for example because the port is in use.</exception>
    public static ThirdPartyEmulator Start(EmulatorOptions options)
    {
        if (options is null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        options.Check();
        return new ThirdPartyEmulator(options, LoopbackServer.Listen(options.Port, options.Clock));
    }

    /// <summary>Adds a job, which polls see at once or after its delay.</summary>
    /// <exception cref="InvalidInputException">
    /// A value breaks a limit, the id is in use, or the client has another token.
    /// </exception>
    public EmulatedJob AddJob(EmulatedJobRequest request) =>
        _jobs.Add(request ?? throw new ArgumentNullException(nameof(request)));

    /// <summary>All jobs as they are now, oldest first.</summary>
    public IReadOnlyList<EmulatedJob> GetJobs() => _jobs.List();

    /// <summary>A job as it is now; <see langword="null"/> where there is none with this id.</summary>
    public EmulatedJob? FindJob(string jobId) => _jobs.Find(jobId ?? throw new ArgumentNullException(nameof(jobId)));

    /// <summary>Adds a client, or gives a known one another token.</summary>
    /// <param name="clientId">The client, 1 to 512 characters; the service's own are GUIDs.</param>
    /// <param name="token">Its token, 1 to 256 characters; <see langword="null"/> for the one it has or a new
    /// one.</param>
    /// <returns>The client's token.</returns>
    public Secret AddClient(string clientId, Secret? token = null) => _jobs.AddClient(clientId, token);

    /// <summary>All clients: their ids and tokens.</summary>
    public IReadOnlyDictionary<string, Secret> GetClients() => _jobs.Clients();

    /// <summary>Sets the faults from now on, from the start of the plan; <see langword="null"/> for none.</summary>
    public void OrderFaults(FaultPlan? plan) => _pipeline.OrderFaults(plan);

    /// <summary>
    /// The last requests, oldest first; empty where <see cref="EmulatorOptions.RecordRequests"/> is off.
    /// </summary>
    public IReadOnlyList<RecordedRequest> GetRequests() => _log.ToList();

    /// <summary>Stops listening and ends all connections. Stopping twice does no harm.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _server.Dispose();
        }
    }

    /// <inheritdoc cref="Stop"/>
    public void Dispose() => Stop();
}
