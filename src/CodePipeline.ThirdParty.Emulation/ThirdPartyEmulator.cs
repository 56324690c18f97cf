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
/// A local stand-in for the five third-party job operations of AWS CodePipeline, and for S3 as far as the jobs'
/// artifacts go, on loopback.
/// </summary>
/// <remarks>
/// All members can be used from any thread, also after <see cref="Stop"/>, which deletes all objects. Their contents
/// are kept in files of a temporary folder that only this account can read.
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

    /// <summary>The bucket of all artifacts, and the only one there is.</summary>
    public string ArtifactBucketName { get; }

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

    /// <summary>Adds a job, which polls see at once or after its delay, and puts its artifacts' contents.</summary>
    /// <param name="request">The job.</param>
    /// <param name="cancellationToken">Ends the copying of contents; no job is added then.</param>
    /// <exception cref="InvalidInputException">
    /// A value breaks a limit, the id is in use, the client has another token, or a file cannot be read.
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
            // What is still here belongs to a job that could not be added.
            foreach (ReceivedBody body in contents.Values)
            {
                body.File.Delete();
            }
        }
    }

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

    /// <summary>Puts an object, in the place of one under the same key.</summary>
    /// <param name="bucketName">The bucket: <see cref="ArtifactBucketName"/>.</param>
    /// <param name="key">The key, 1 to 1024 bytes in UTF-8.</param>
    /// <param name="content">The contents, which are read to their end.</param>
    /// <exception cref="InvalidInputException">There is no such bucket, or the key is too long.</exception>
    public EmulatedObject PutObject(string bucketName, string key, Stream content) =>
        _objects.Put(bucketName, key, content ?? throw new ArgumentNullException(nameof(content)));

    /// <summary>Opens the contents of an object. They stay the same while they are read, whatever is put.</summary>
    /// <exception cref="InvalidInputException">There is no such bucket or object.</exception>
    public Stream OpenObject(string bucketName, string key) =>
        _objects.Open(bucketName, key ?? throw new ArgumentNullException(nameof(key)));

    /// <summary>An object as it is now; <see langword="null"/> where there is none under this key.</summary>
    /// <exception cref="InvalidInputException">There is no such bucket.</exception>
    public EmulatedObject? FindObject(string bucketName, string key) =>
        _objects.Find(bucketName, key ?? throw new ArgumentNullException(nameof(key)));

    /// <summary>The objects whose keys start so, ordered by key.</summary>
    public IReadOnlyList<EmulatedObject> ListObjects(string prefix = "") =>
        _objects.List(prefix ?? throw new ArgumentNullException(nameof(prefix)));

    /// <summary>Deletes an object, and tells whether there was one.</summary>
    /// <exception cref="InvalidInputException">There is no such bucket.</exception>
    public bool DeleteObject(string bucketName, string key) =>
        _objects.Delete(bucketName, key ?? throw new ArgumentNullException(nameof(key)));

    /// <summary>Sets the faults from now on, from the start of the plan; <see langword="null"/> for none.</summary>
    public void OrderFaults(FaultPlan? plan) => _pipeline.OrderFaults(plan);

    /// <summary>
    /// The last requests, oldest first; empty where <see cref="EmulatorOptions.RecordRequests"/> is off.
    /// </summary>
    public IReadOnlyList<RecordedRequest> GetRequests() => _log.ToList();

    /// <summary>Stops listening, ends all connections and deletes all objects. Stopping twice does no harm.</summary>
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
