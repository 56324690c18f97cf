using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Emulation.Jobs;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>An emulator with one job, and a mover for its artifacts.</summary>
internal sealed class ArtifactHost : IDisposable
{
    private readonly TempFolder _folder = new();

    public ArtifactHost(EmulatorOptions? options = null, TimeProvider? clock = null, string? keyId = null)
    {
        Service = new EmulatedService(options ?? new EmulatorOptions { RecordRequests = true });
        Clock = clock ?? new HastyTimeProvider();
        Mover = new ArtifactMover(Clock);
        Job = Service.Emulator.AddJob(new EmulatedJobRequest(EmulatedService.Type)
        {
            InputArtifacts = ["In"],
            OutputArtifacts = ["Out"],
            EncryptionKeyId = keyId,
        });
    }

    public EmulatedService Service { get; }

    public ThirdPartyEmulator Emulator => Service.Emulator;

    public TimeProvider Clock { get; }

    public ArtifactMover Mover { get; }

    public EmulatedJob Job { get; }

    public int Renewals { get; private set; }

    public ConcurrentQueue<string> Said { get; } = new();

    public ConcurrentQueue<string> Warned { get; } = new();

    public JobArtifact Input { get; private set; } = null!;

    public JobArtifact Output { get; private set; } = null!;

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>All files and folders in the folder, by relative path.</summary>
    public IEnumerable<string> Left => Directory
        .EnumerateFileSystemEntries(_folder.PathOf("."), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_folder.PathOf("."), path)).Order();

    public IEnumerable<string> Operations =>
        Emulator.GetRequests().Select(request => request.Operation ?? string.Empty);

    /// <summary>Polls for the job, claims it and reads its details.</summary>
    public async Task<JobArtifacts> ReadAsync(Func<ClientSettings, ClientSettings>? change = null, bool canRenew = true)
    {
        var client = new ThirdPartyJobClient(Service.Settings);
        await client.PollForThirdPartyJobsAsync(EmulatedService.Type, 1, CallOptions.Quiet, default);
        JobDetailsResponse details = await DetailsAsync(client);
        await client.AcknowledgeThirdPartyJobAsync(
            Job.JobId, details.Nonce!, Job.ClientToken, CallOptions.Quiet, default);
        Input = details.InputArtifacts[0];
        Output = details.OutputArtifacts[0];
        ClientSettings settings = Service.Settings with { MaxAttempts = null };
        return new JobArtifacts
        {
            JobId = Job.JobId,
            Inputs = details.InputArtifacts,
            Outputs = details.OutputArtifacts,
            Credentials = details.ArtifactCredentials,
            ReadAt = Clock.GetUtcNow(),
            EncryptionKey = details.EncryptionKey,
            Settings = change?.Invoke(settings) ?? settings,
            RenewAsync = canRenew ? RenewAsync : null,
            Log = Said.Enqueue,
            Warn = Warned.Enqueue,
        };

        async Task<ArtifactCredentials?> RenewAsync(CancellationToken cancellationToken)
        {
            Renewals++;
            return (await DetailsAsync(client)).ArtifactCredentials;
        }
    }

    public void Put(byte[] content) =>
        Emulator.PutObject(Input.BucketName!, Input.ObjectKey!, new MemoryStream(content));

    /// <summary>Saves the input artifact as a file.</summary>
    public Task SaveAsync(JobArtifacts job, string name) =>
        Mover.SaveAsync(job, Input, PathOf(name), expand: false, progress: null, default);

    /// <summary>Publishes a file as the output artifact.</summary>
    public Task<UploadedObject> PublishAsync(JobArtifacts job, byte[] content) =>
        Mover.PublishAsync(job, Output, Write("out.bin", content), progress: null, default);

    public EmulatedObject? PublishedObject => Emulator.FindObject(Output.BucketName!, Output.ObjectKey!);

    public byte[] Published()
    {
        using Stream content = Emulator.OpenObject(Output.BucketName!, Output.ObjectKey!);
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Returns bytes that are the same in each run and do not repeat.</summary>
    public static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    public string Write(string name, byte[] content)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose()
    {
        Service.Dispose();
        _folder.Dispose();
    }

    private Task<JobDetailsResponse> DetailsAsync(ThirdPartyJobClient client) =>
        client.GetThirdPartyJobDetailsAsync(Job.JobId, Job.ClientToken, CallOptions.Quiet, default);
}

/// <summary>Receives progress synchronously, on the reporting thread.</summary>
internal sealed class Listener(Action<TransferProgress> report) : IProgress<TransferProgress>
{
    public void Report(TransferProgress value) => report(value);
}
