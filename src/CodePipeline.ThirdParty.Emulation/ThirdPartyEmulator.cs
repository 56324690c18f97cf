using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Emulation.Signing;
using CodePipeline.ThirdParty.Emulation.Wire;
using CodePipeline.ThirdParty.Secrets;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>
/// Emulates the five third-party job operations of AWS CodePipeline, and the part of S3 that artifacts need, on
/// loopback.
/// </summary>
/// <remarks>
/// All members are thread-safe and can be called after <see cref="Stop"/>, which deletes all objects. The emulator
/// stores the contents of objects in a temporary folder that only this account can read.
/// </remarks>
public sealed class ThirdPartyEmulator : IDisposable
{
    private readonly JobTable _jobs;
    private readonly ObjectStore _store;
    private readonly OwnerObjects _objects;
    private readonly RequestLog _log;
    private readonly RequestPipeline _pipeline;
    private readonly LoopbackServer _server;
    private int _stopped;

    private ThirdPartyEmulator(EmulatorOptions options, LoopbackServer server)
    {
        Options = options;
        _server = server;
        Name = options.Name ?? string.Format(CultureInfo.InvariantCulture, "emulator-{0}", Endpoint.Port);
        AccessKeyId = options.AccessKeyId ?? RandomIdentifiers.AccessKeyId("AKIA");
        SecretAccessKey = options.SecretAccessKey ?? new Secret(RandomIdentifiers.SecretKey());
        StartedAt = options.Clock.GetUtcNow();
        string artifactRegion = options.ArtifactRegion ?? options.Region;
        ArtifactBucketName = $"codepipeline-{artifactRegion}-{RandomIdentifiers.AccountId()}";
        _store = new ObjectStore(ArtifactBucketName, artifactRegion, StartedAt);
        _objects = new OwnerObjects(_store, options.Clock);
        _jobs = new JobTable(options, ArtifactBucketName);
        byte[] credentialKey = RandomIdentifiers.Bytes(32);
        _log = new RequestLog(
            options.RecordRequests ? EmulatorOptions.RecordedRequestLimit : 0, options.RequestListener);
        _pipeline = new RequestPipeline(
            new SigV4Verifier(options.Region, AccessKeyId, SecretAccessKey, options.Clock, options.AllowedClockSkew),
            new OperationDispatcher(_jobs, options, credentialKey),
            new S3Service(
                new S3Verifier(options, AccessKeyId, SecretAccessKey, credentialKey),
                new ArtifactAccess(_jobs),
                _store,
                _log,
                options.Clock),
            _log,
            options.Clock);
        _pipeline.OrderFaults(options.Faults);
        server.Start(_pipeline.AnswerAsync);
    }

    /// <summary>The name from the options, or <c>emulator-&lt;port&gt;</c>.</summary>
    public string Name { get; }

    /// <summary>The endpoint, for example <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri Endpoint => _server.Endpoint;

    /// <summary>The AWS region that requests must be signed for.</summary>
    public string Region => Options.Region;

    /// <summary>The access key id that requests must be signed with.</summary>
    public string AccessKeyId { get; }

    /// <summary>The secret access key that requests must be signed with.</summary>
    public Secret SecretAccessKey { get; }

    /// <summary>The bucket of all artifacts; the emulator has no other bucket.</summary>
    public string ArtifactBucketName { get; }

    /// <summary>When the emulator started, by its own clock.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The options that the emulator was started with.</summary>
    public EmulatorOptions Options { get; }

    /// <summary>Whether the emulator is listening.</summary>
    public bool IsRunning => Volatile.Read(ref _stopped) == 0;

    /// <summary>Starts an emulator. It accepts requests when this method returns.</summary>
    /// <exception cref="InvalidInputException">An option is out of its range.</exception>
    /// <exception cref="EmulatorStartException">
    /// The emulator cannot listen, for example because the port is in use.
    /// </exception>
    public static ThirdPartyEmulator Start(EmulatorOptions options)
    {
        if (options is null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        options.Check();
        return new ThirdPartyEmulator(options, LoopbackServer.Listen(options.Port, options.Clock));
    }

    /// <summary>Adds a job and stores the contents of its input artifacts.</summary>
    /// <param name="request">The job.</param>
    /// <param name="cancellationToken">Cancels the copying of contents; the job is then not added.</param>
    /// <exception cref="InvalidInputException">
    /// A value exceeds a limit, the job id is in use, the client has a different client token, or a file cannot be
    /// read.
    /// </exception>
    public EmulatedJob AddJob(EmulatedJobRequest request, CancellationToken cancellationToken = default)
    {
        JobDefinition.Check(request ?? throw new ArgumentNullException(nameof(request)));
        Dictionary<string, ReceivedBody> contents = new(StringComparer.Ordinal);
        try
        {
            foreach (KeyValuePair<string, EmulatedContent> content in request.InputContents)
            {
                using Stream stream = content.Value.Open(content.Key);
                contents[content.Key] = _objects.Receive(stream, cancellationToken);
            }

            return _jobs.Add(request, definition =>
            {
                foreach (EmulatedArtifact artifact in definition.InputArtifacts)
                {
                    if (contents.TryGetValue(artifact.Name, out ReceivedBody? body))
                    {
                        _objects.Put(artifact.ObjectKey, body);
                    }
                }

                contents.Clear();
            });
        }
        finally
        {
            // The job was not added, so no object owns these files.
            foreach (ReceivedBody body in contents.Values)
            {
                body.File.Delete();
            }
        }
    }

    /// <summary>Returns snapshots of all jobs, oldest first.</summary>
    public IReadOnlyList<EmulatedJob> GetJobs() => _jobs.List();

    /// <summary>Returns a snapshot of a job; <see langword="null"/> if no job has this id.</summary>
    public EmulatedJob? FindJob(string jobId) => _jobs.Find(jobId ?? throw new ArgumentNullException(nameof(jobId)));

    /// <summary>Adds a client, or changes the client token of an existing client.</summary>
    /// <param name="clientId">The client id, 1 to 512 characters. The service uses GUIDs.</param>
    /// <param name="token">
    /// The client token, 1 to 256 characters; <see langword="null"/> to keep the existing token or generate one.
    /// </param>
    /// <returns>The client token.</returns>
    /// <exception cref="InvalidInputException">The client id or the token is out of its limits.</exception>
    public Secret AddClient(string clientId, Secret? token = null) => _jobs.AddClient(clientId, token);

    /// <summary>Returns the client tokens of all clients, by client id.</summary>
    public IReadOnlyDictionary<string, Secret> GetClients() => _jobs.Clients();

    /// <summary>Stores an object and replaces an existing object with the same key.</summary>
    /// <param name="bucketName">The bucket: <see cref="ArtifactBucketName"/>.</param>
    /// <param name="key">The key, 1 to 1024 bytes in UTF-8.</param>
    /// <param name="content">The contents; the emulator reads the stream to its end.</param>
    /// <exception cref="InvalidInputException">
    /// The bucket does not exist, or the key is empty or too long.
    /// </exception>
    public EmulatedObject PutObject(string bucketName, string key, Stream content) =>
        _objects.Put(bucketName, key, content ?? throw new ArgumentNullException(nameof(content)));

    /// <summary>Opens the contents of an object. Replacing or deleting the object does not affect the stream.</summary>
    /// <exception cref="InvalidInputException">The bucket or the object does not exist.</exception>
    public Stream OpenObject(string bucketName, string key) =>
        _objects.Open(bucketName, key ?? throw new ArgumentNullException(nameof(key)));

    /// <summary>Returns a snapshot of an object; <see langword="null"/> if no object has this key.</summary>
    /// <exception cref="InvalidInputException">The bucket does not exist.</exception>
    public EmulatedObject? FindObject(string bucketName, string key) =>
        _objects.Find(bucketName, key ?? throw new ArgumentNullException(nameof(key)));

    /// <summary>Returns the objects whose keys start with <paramref name="prefix"/>, ordered by key.</summary>
    public IReadOnlyList<EmulatedObject> ListObjects(string prefix = "") =>
        _objects.List(prefix ?? throw new ArgumentNullException(nameof(prefix)));

    /// <summary>Deletes an object; returns false if it did not exist.</summary>
    /// <exception cref="InvalidInputException">The bucket does not exist.</exception>
    public bool DeleteObject(string bucketName, string key) =>
        _objects.Delete(bucketName, key ?? throw new ArgumentNullException(nameof(key)));

    /// <summary>
    /// Replaces the fault plan and restarts its sequence; <see langword="null"/> stops injecting faults.
    /// </summary>
    public void OrderFaults(FaultPlan? plan) => _pipeline.OrderFaults(plan);

    /// <summary>
    /// Returns the most recent requests, oldest first; empty if <see cref="EmulatorOptions.RecordRequests"/> is off.
    /// </summary>
    public IReadOnlyList<RecordedRequest> GetRequests() => _log.ToList();

    /// <summary>
    /// Stops listening, closes all connections and deletes all objects. A second call has no effect.
    /// </summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _server.Dispose();
            _store.Dispose();
        }
    }

    /// <inheritdoc cref="Stop"/>
    public void Dispose() => Stop();
}
